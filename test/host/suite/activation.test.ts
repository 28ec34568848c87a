import assert from 'node:assert/strict';
import path from 'node:path';
import * as vscode from 'vscode';
import { COMMAND_IDS } from '../../../src/extension/commands/commandIds';
import { activate, EXTENSION_ID, freshFolder, upscale } from './support';

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

/** Scripts of the extension that this process, the extension host, has loaded. */
function loadedScripts(): string[] {
  const root = vscode.extensions.getExtension(EXTENSION_ID)!.extensionPath;
  return Object.keys(require.cache)
    .filter((file) => file.startsWith(path.join(root, 'dist')))
    .map((file) => path.basename(file));
}

describe('activation', () => {
  it('loads a small script only, no native library, and starts no engine', async () => {
    const api = await activate();
    assert.equal(api.engine(), undefined);
    assert.deepEqual(loadedScripts(), ['extension.js']);
    assert.deepEqual(nativeLibraries(), []);
  });

  it('registers its commands', async () => {
    await activate();
    const known = await vscode.commands.getCommands(true);
    assert.deepEqual(
      COMMAND_IDS.filter((command) => !known.includes(command)),
      [],
    );
  });

  it('keeps the native libraries out of the extension host after a run too', async () => {
    const api = await activate();
    await upscale(path.join(freshFolder('small.png'), 'small.png'));
    assert.deepEqual(loadedScripts(), ['extension.js', 'composition.js']);
    const pid = api.engine();
    assert.ok(pid !== undefined && pid !== process.pid, 'the engine runs in a process of its own');
    assert.deepEqual(nativeLibraries(), []);
  });
});
