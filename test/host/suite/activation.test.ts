import assert from 'node:assert/strict';
import path from 'node:path';
import * as vscode from 'vscode';
import { activate, freshFolder, upscale } from './support';

const COMMANDS = ['upscaleImage', 'compare', 'openComparison', 'showDevices', 'showLog'].map(
  (name) => `pisaUpscale.${name}`,
);
const NATIVE = /onnxruntime|sharp|libvips/i;

/** Native libraries of the engine that are loaded into this process, the extension host. */
function nativeLibraries(): string[] {
  const report: unknown = process.report.getReport();
  assert.ok(typeof report === 'object' && report !== null && 'sharedObjects' in report);
  const libraries = report.sharedObjects as string[];
  assert.ok(libraries.length > 0, 'the report lists no shared objects');
  // The file's name only: the folder of a checkout may be called anything.
  return libraries.filter(
    (file) =>
      NATIVE.test(path.basename(file)) || /node_modules[\\/](onnxruntime-node|@img)/.test(file),
  );
}

describe('activation', () => {
  it('starts no engine and loads no native library', async () => {
    const api = await activate();
    assert.equal(api.engine(), undefined);
    assert.deepEqual(nativeLibraries(), []);
  });

  it('registers its commands', async () => {
    await activate();
    const known = await vscode.commands.getCommands(true);
    assert.deepEqual(
      COMMANDS.filter((command) => !known.includes(command)),
      [],
    );
  });

  it('keeps the native libraries out of the extension host after a run too', async () => {
    const api = await activate();
    await upscale(path.join(freshFolder('small.png'), 'small.png'));
    const pid = api.engine();
    assert.ok(pid !== undefined && pid !== process.pid, 'the engine runs in a process of its own');
    assert.deepEqual(nativeLibraries(), []);
  });
});
