/** The command line as win32, under Wine: what it shares with Linux byte by byte, and what differs. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { makeTemporaryFolder, REPOSITORY } from '../harness/paths.mjs';
import { writePicture } from '../harness/pictures.mjs';
import { openWindows, reasonForNoWindows, type WindowsHost } from '../harness/windowsHost';
import { unpackExtension, makeExtensions, vsixOf } from '../package/packages';

const missing = reasonForNoWindows();
if (missing !== undefined) console.log(`SKIPPED: nothing is tested as win32. ${missing}`);
const skip = missing ?? false;

const LOCK = '.pisa-upscale.lock.json';
let windows: WindowsHost;
let folder: string;
before(() => {
  folder = makeTemporaryFolder();
  if (skip === false) windows = openWindows();
});
after(() => {
  if (skip === false) windows.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** A folder of its own with a picture. */
async function place(...names: readonly string[]): Promise<string> {
  const root = path.join(folder, ...names);
  mkdirSync(root, { recursive: true });
  await writePicture(path.join(root, 'icon.png'), 16, 12);
  return root;
}

const linux = (root: string, ...args: readonly string[]): string =>
  execFileSync(process.execPath, [path.join(REPOSITORY, 'dist/cli.js'), ...args], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, XDG_CACHE_HOME: path.join(folder, 'cache') },
  });
const CPU = ['--device', 'cpu'];

/** The files that a run may not leave behind. */
const temporary = (root: string): string[] =>
  readdirSync(root).filter((name) => name.includes('.tmp') || name.startsWith('.pisa-upscale-'));

test('the natives of the win32 package load and run', { skip }, async () => {
  makeExtensions(['win32-x64']);
  const root = path.join(folder, 'extension');
  await unpackExtension(vsixOf('win32-x64'), root);
  const script = path.join(REPOSITORY, 'test/package/loadNatives.cjs');
  const { code, stdout, stderr } = windows.script(folder, script, root, 'sharp', 'onnxruntime');
  assert.equal(code, 0, stderr);
  assert.deepEqual(JSON.parse(stdout), {
    platform: 'win32-x64',
    sharp: 'png 12x8',
    onnxruntime: '1x3x32x48',
  });
});

test('a picture becomes the same bytes as on Linux', { skip }, async () => {
  const root = await place('bytes');
  const { code, stderr } = windows.cli(root, 'icon.png', ...CPU);
  assert.equal(code, 0, stderr);
  linux(root, 'icon.png', ...CPU, '--out', 'linux.png');
  assert.deepEqual(
    readFileSync(path.join(root, 'icon@4x.png')),
    readFileSync(path.join(root, 'linux.png')),
  );
});

const LONG = Array.from(
  { length: 6 },
  (_, index) => `a folder with a name as long as this ${index}`,
);
for (const [title, names] of Object.entries({
  'spaces and letters beyond ASCII': ['my pictures', 'déjà vu'],
  'more than 260 characters': LONG,
}))
  test(`a path with ${title}`, { skip }, async () => {
    const root = await place(...names);
    const { code, stdout, stderr } = windows.cli(root, 'icon.png', '--json', ...CPU);
    assert.equal(code, 0, stderr);
    const { output } = JSON.parse(stdout) as { output: string };
    assert.match(output, /^[A-Z]:\\.*\\icon@4x\.png$/);
    assert.ok(existsSync(path.join(root, 'icon@4x.png')));
  });

test(
  'drive letters, both separators, and a name in other case find the file',
  { skip },
  async () => {
    const root = await place('separators', 'inner');
    const outer = path.dirname(root);
    const drive = `Z:${root.replaceAll('/', '\\')}`;
    for (const [index, input] of [
      'inner\\icon.png',
      'inner/icon.png',
      `${drive}\\icon.png`,
      'inner\\ICON.PNG',
    ].entries()) {
      const out = `out\\${index}\\result.png`;
      const { code, stderr } = windows.cli(outer, input, '--out', out, ...CPU);
      assert.equal(code, 0, `${input}: ${stderr}`);
      assert.ok(existsSync(path.join(outer, 'out', String(index), 'result.png')));
    }
  },
);

test('a name pattern does not leave the folder by backslashes', { skip }, async () => {
  const root = await place('patterns', 'inner');
  for (const pattern of ['..\\..\\{name}-x.{ext}', '../{name}-x.{ext}', 'C:\\{name}-x.{ext}']) {
    const { code, stderr } = windows.cli(root, 'icon.png', '--name', pattern, ...CPU);
    assert.equal(code, 1, pattern);
    assert.notEqual(stderr, '');
  }
  assert.deepEqual(readdirSync(root), ['icon.png']);
  assert.deepEqual(readdirSync(path.dirname(root)), ['inner']);
});

test(
  'a recipe makes the same lock as on Linux, and each finds the other’s work done',
  { skip },
  async () => {
    const recipe = JSON.stringify({ rules: [{ files: '**/*.png', scale: 2 }] });
    const [ours, theirs] = [
      await place('lock-linux', 'art'),
      await place('lock-windows', 'art'),
    ].map((art) => path.dirname(art)) as [string, string];
    for (const root of [ours, theirs]) {
      await writePicture(path.join(root, 'art', 'b.png'), 10, 10);
      writeFileSync(path.join(root, '.pisa-upscale.json'), recipe);
    }
    linux(ours, ...CPU);
    const first = windows.cli(theirs, ...CPU);
    assert.equal(first.code, 0, first.stderr);
    assert.deepEqual(readFileSync(path.join(theirs, LOCK)), readFileSync(path.join(ours, LOCK)));
    assert.equal(windows.cli(ours, '--check').code, 0);
    linux(theirs, '--check');
  },
);

test(
  'an output that a program holds open is replaced or refused, never damaged',
  { skip },
  async () => {
    const root = await place('held');
    const script = path.join(root, 'hold.cjs');
    writeFileSync(
      script,
      `const fs = require('node:fs'); const { spawnSync } = require('node:child_process');
fs.writeFileSync('icon@4x.png', 'old'); const held = fs.openSync('icon@4x.png', 'r');
const run = spawnSync(process.execPath, [process.argv[2], 'icon.png', '--overwrite', '--device', 'cpu'],
  { stdio: ['ignore', fs.openSync('log.txt', 'w'), fs.openSync('log.txt', 'a')] });
fs.writeFileSync('code.txt', String(run.status)); fs.closeSync(held);`,
    );
    const cli = windows.cli(root, '--version');
    assert.equal(cli.code, 0);
    windows.script(root, script, windows.entry);
    const code = readFileSync(path.join(root, 'code.txt'), 'utf8');
    const bytes = readFileSync(path.join(root, 'icon@4x.png'));
    if (code === '0') assert.equal(bytes.toString('latin1', 1, 4), 'PNG');
    else assert.equal(bytes.toString(), 'old', readFileSync(path.join(root, 'log.txt'), 'utf8'));
    assert.deepEqual(temporary(root), []);
  },
);

test(
  'names of devices are refused by name, and so is what Windows leaves out',
  { skip },
  async () => {
    const root = await place('devices');
    for (const name of ['aux.png', 'NUL.png', 'com1.png', 'con.tar.png']) {
      // Linux lets such a file be.
      copyFileSync(path.join(root, 'icon.png'), path.join(root, name));
      const { code, stderr } = windows.cli(root, name, ...CPU);
      assert.equal(code, 1, name);
      assert.match(stderr, /device/, name);
      rmSync(path.join(root, name));
    }
    for (const out of ['nul.png', 'lpt1.png', 'a:b.png']) {
      const { code, stderr } = windows.cli(root, 'icon.png', '--out', out, ...CPU);
      assert.equal(code, 1, out);
      assert.notEqual(stderr, '', out);
    }
    assert.deepEqual(readdirSync(root), ['icon.png']);
  },
);

test(
  'the engine of a run that is killed ends, and the next run removes what is left',
  { skip },
  async () => {
    const root = await place('orphan');
    await writePicture(path.join(root, 'large.png'), 500, 500);
    const script = path.join(root, 'kill.cjs');
    writeFileSync(
      script,
      `const fs = require('node:fs'), os = require('node:os'); const { spawn } = require('node:child_process');
const scratch = () => { try { return fs.readdirSync(os.tmpdir() + '/pisa-upscale-user'); } catch { return []; } };
const log = fs.openSync('log.txt', 'w');
const run = spawn(process.execPath, [process.argv[2], 'large.png', '--verbose', '--device', 'cpu'],
  { stdio: ['ignore', log, log] });
const until = (what, then) => { const value = what(); if (value) then(value); else setTimeout(until, 50, what, then); };
const engine = () => /engine (\\d+) started/.exec(fs.readFileSync('log.txt', 'utf8'))?.[1];
const isGone = (pid) => { try { process.kill(pid, 0); return false; } catch { return true; } };
until(() => scratch().length > 0 && engine(), (pid) => {
  run.kill('SIGKILL');
  until(() => isGone(Number(pid)), () => console.log('gone'));
});`,
    );
    const { stdout, stderr } = windows.script(root, script, windows.entry);
    assert.equal(stdout.trim(), 'gone', stderr);
    assert.ok(!existsSync(path.join(root, 'large@4x.png')));
    // A file that a process has open can't be removed here, so its folder may outlive it.
    assert.equal(windows.cli(root, 'icon.png', ...CPU).code, 0);
    assert.deepEqual(windows.scratch(), []);
  },
);

test('the library cancels, and leaves nothing behind', { skip }, async () => {
  const root = await place('cancel');
  await writePicture(path.join(root, 'large.png'), 500, 500);
  const script = path.join(root, 'cancel.cjs');
  writeFileSync(
    script,
    `const { openUpscaler } = require(process.argv[2]);
(async () => {
  const upscaler = openUpscaler(); const controller = new AbortController(); const reason = new Error('enough');
  const running = upscaler.upscale('large.png', { device: 'cpu', signal: controller.signal,
    onProgress: ({ phase }) => phase === 'infer' && controller.abort(reason) });
  const answer = await running.catch((error) => error);
  const { width } = await upscaler.upscale('icon.png', { device: 'cpu' });
  await upscaler.close();
  console.log(answer === reason, width);
})();`,
  );
  const { stdout, stderr } = windows.script(root, script, windows.library);
  assert.equal(stdout.trim(), 'true 64', stderr);
  assert.deepEqual(readdirSync(root).sort(), ['cancel.cjs', 'icon.png', 'large.png']);
});

test('a power cut leaves no output, and the next run makes it', { skip }, async () => {
  const root = await place('killed');
  await writePicture(path.join(root, 'large.png'), 500, 500);
  windows.start(root, 'large.png', ...CPU);
  // It is at work when its scratch folder is there; then everything ends at once.
  while (windows.scratch().length === 0) await delay(50);
  windows.killAll();
  assert.ok(!existsSync(path.join(root, 'large@4x.png')));
  copyFileSync(path.join(root, 'icon.png'), path.join(root, 'large.png'));
  const { code, stderr } = windows.cli(root, 'large.png', ...CPU);
  assert.equal(code, 0, stderr);
  assert.deepEqual(readdirSync(root).sort(), ['icon.png', 'large.png', 'large@4x.png']);
  assert.deepEqual(windows.scratch(), []);
});

test('doctor tells of win32 and a CPU that works', { skip }, () => {
  const { code, stdout, stderr } = windows.cli(folder, 'doctor');
  assert.equal(code, 0, stderr);
  assert.match(stdout, /win32/);
  assert.match(stdout, /CPU/i);
});
