/**
 * Desktop VS Code on Linux, without one: the system's GLib is loaded before sharp, as Electron has
 * it. Loaded plainly, sharp's own GLib clashes with it and complains; bound to its own symbols it
 * does not.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

const LIBRARIES = ['gobject-2.0', 'glib-2.0', 'gio-2.0'].map((name) => `lib${name}.so.0`);
const FOLDERS = [
  '/usr/lib/x86_64-linux-gnu',
  '/usr/lib/aarch64-linux-gnu',
  '/usr/lib64',
  '/usr/lib',
];
const found = LIBRARIES.map((name) =>
  FOLDERS.map((folder) => path.join(folder, name)).find(existsSync),
);
const skip =
  process.platform !== 'linux'
    ? 'the clash is one of Linux'
    : found.includes(undefined)
      ? `the system has no ${LIBRARIES.join(', ')}`
      : false;
if (skip !== false) console.log(`SKIPPED: sharp beside the system's GLib. ${skip}`);

const LOADER = path.resolve(__dirname, '../../src/engine/image/sharpLoader.ts');
/** Every format once, so that the library's types are registered and used. */
const USE = `
async function use(sharp) {
  // The engine's reads files only.
  sharp.unblock({ operation: ['VipsForeignLoad'] });
  const png = await sharp({ create: { width: 60, height: 40, channels: 4, background: '#80808080' } }).png().toBuffer();
  for (const format of ['png', 'jpeg', 'webp', 'avif', 'tiff', 'gif'])
    await sharp(await sharp(png).resize(30)[format]().toBuffer()).raw().toBuffer();
  console.log('done');
}`;

let folder: string;
before(() => (folder = mkdtempSync(path.join(os.tmpdir(), 'pu-'))));
after(() => rmSync(folder, { recursive: true, force: true }));

function run(text: string): { complaints: number; done: boolean } {
  const script = path.join(folder, 'script.cjs');
  writeFileSync(script, `${USE}\n${text}`);
  const { stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', script], {
    cwd: path.dirname(LOADER),
    encoding: 'utf8',
    env: { ...process.env, LD_PRELOAD: found.join(':') },
  });
  return {
    complaints: stderr.match(/(GLib|GObject|VIPS)[^\n]*(CRITICAL|WARNING)/g)?.length ?? 0,
    done: stdout.includes('done'),
  };
}

test(
  'loaded plainly, sharp clashes with the system’s GLib: the simulation is one',
  { skip },
  () => {
    const { complaints } = run(`void use(require(${JSON.stringify(require.resolve('sharp'))}));`);
    assert.ok(complaints > 0);
  },
);

test('loaded as the engine does in Electron, it does not', { skip }, () => {
  const { complaints, done } = run(
    `Object.defineProperty(process.versions, 'electron', { value: '37.0.0' });
void use(require(${JSON.stringify(LOADER)}).loadSharp());`,
  );
  assert.deepEqual({ complaints, done }, { complaints: 0, done: true });
});
