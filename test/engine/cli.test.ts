import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess, type SpawnSyncReturns } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { scratchOf } from '../harness/scratch';
import { warmCli, type WarmRun } from '../harness/warmCli';
import { CLI, pixelsOf, temporaryFolder, TEST_MODELS, writePng } from './support';
import { succeeds } from './succeeds';

const folder = temporaryFolder();
const file = (name: string): string => path.join(folder, name);
const FAST = ['--models-dir', TEST_MODELS, 'upscale', '--device', 'cpu', '--model', 'one-layer-4x'];

const warm = warmCli(CLI);
const cli = (...args: string[]): Promise<WarmRun> => warm(folder, {}, ...args);
const objects = (stdout: string): Record<string, unknown>[] =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

before(async () => {
  await writePng(file('a.png'), 40, 20);
  await writePng(file('b.png'), 12, 14);
  writeFileSync(file('broken.png'), 'no picture');
});

test('--json prints one object per picture with everything that was promised', async () => {
  const { status, stdout } = await cli(
    ...FAST,
    'a.png',
    'b.png',
    '--json',
    '--pixel',
    '0.5',
    '--tile',
    '16',
  );
  assert.equal(status, 0);
  const [a, b] = objects(stdout);
  assert.deepEqual(
    [a!.input, a!.output, a!.width, a!.height, a!.model, a!.device, a!.scale, a!.guidance],
    [
      file('a.png'),
      file('a@4x.png'),
      160,
      80,
      'one-layer-4x',
      'cpu',
      4,
      { pixel: 0.5, semantic: 0 },
    ],
  );
  assert.ok((a!.tiles as number) > 1);
  const { total, inference } = a!.seconds as { total: number; inference: number };
  assert.ok(total >= inference && inference > 0);
  assert.ok((a!.peakRssMB as number) > 10);
  assert.equal(b!.output, file('b@4x.png'));
});

test('a failure does not stop the rest, is an object with an error, and makes the exit code 1', async () => {
  const { status, stdout, stderr } = await cli(
    ...FAST,
    'broken.png',
    'missing.png',
    'a.png',
    '--json',
    '--out',
    'results/',
  );
  assert.equal(status, 1);
  const [broken, missing, good] = objects(stdout);
  assert.equal((broken!.error as { code: string }).code, 'input-not-an-image');
  assert.equal((missing!.error as { code: string }).code, 'input-missing');
  assert.equal(good!.output, file('results/a@4x.png'));
  assert.match(stderr, /broken\.png is not a picture/);
});

test('--out names a file, its extension the format', async () => {
  const { status, stdout } = await cli(...FAST, 'a.png', '--out', 'named.webp', '--scale', '2');
  assert.equal(status, 0);
  assert.match(stdout, /named\.webp {2}80×40 {2}×2 {2}λ_pix 1\.00/);
  assert.equal((await pixelsOf(file('named.webp'))).width, 80);
});

test('options out of range are refused with the usage code, before anything runs', async () => {
  for (const args of [
    ['--scale', '9'],
    ['--pixel', 'x'],
    ['--tile', '1.5'],
    ['--device', 'tpu'],
    ['--quality', '0'],
    ['--overwrite', '--skip-existing'],
  ]) {
    const { status, stderr } = await cli(...FAST, 'a.png', ...args);
    assert.equal(status, 1, args.join(' '));
    assert.match(stderr, /error: /);
  }
  assert.equal((await cli()).status, 1);
});

test('models lists the embedded model with its dials and licence', async () => {
  const { status, stdout } = await cli('models');
  assert.equal(status, 0);
  assert.match(stdout, /pisa-compact-4x +×4 +pixel \+ semantic +MIT/);
  const listed = JSON.parse((await cli('models', '--json')).stdout) as {
    models: { id: string }[];
    installable: { id: string; status: { state: string } }[];
  };
  assert.equal(listed.models[0]!.id, 'pisa-compact-4x');
  assert.deepEqual(
    listed.installable.map(({ id }) => id),
    ['pisa-sr', 'osediff'],
  );
});

test('doctor shows versions, every device with its reason, and the checked models', async () => {
  const { status, stdout } = await cli('doctor', '--json');
  assert.equal(status, 0);
  const { versions, devices, models } = JSON.parse(stdout) as {
    versions: { node: string };
    devices: { devices: { device: string; usable: boolean; reason: string }[] };
    models: { ok: boolean }[];
  };
  assert.equal(versions.node, process.version);
  assert.deepEqual(
    devices.devices.map(({ device }) => device),
    ['cpu', 'webgpu', 'dml', 'coreml', 'cuda'],
  );
  assert.ok(devices.devices[0]!.usable && devices.devices.every(({ reason }) => reason.length > 3));
  assert.ok(models.every(({ ok }) => ok));
  assert.match((await cli('doctor')).stdout, /cpu.* yes/);
});

/**
 * Starts a run of many tiles, and resolves in the middle of it. `scratch` lists what its process
 * has in the folder for temporary files.
 */
async function startLongRun(
  own: string,
  picture: string,
  args: readonly string[] = [picture, '--tile', '16'],
): Promise<{ child: ChildProcess; scratch: () => string[] }> {
  await writePng(path.join(own, picture), 900, 900);
  const child = spawn(process.execPath, [CLI, ...FAST, '--model', 'two-branch-4x', ...args], {
    cwd: own,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, PISA_UPSCALE_STATE: path.join(own, '.state') },
  });
  const scratch = (): string[] => scratchOf(child.pid);
  const started = (): boolean =>
    scratch().some((folder) => readdirSync(folder).includes('result.tif'));
  while (!started()) {
    assert.equal(child.exitCode, null, 'the run ended before it began to infer');
    await delay(20);
  }
  return { child, scratch };
}

test('Ctrl+C cancels: exit code 130 and no file', async () => {
  const own = temporaryFolder();
  const { child } = await startLongRun(own, 'long.png');
  const ended = once(child, 'exit');
  child.kill('SIGINT');
  assert.deepEqual(await ended, [130, null]);
  assert.deepEqual(readdirSync(own), ['long.png']);
});

test('Ctrl+C leaves one object for each picture, named or of a folder, and each says why', async () => {
  for (const args of [['a.png', 'b.png', 'c.png'], ['.']]) {
    const own = temporaryFolder();
    await writePng(path.join(own, 'b.png'), 900, 900);
    await writePng(path.join(own, 'c.png'), 900, 900);
    const { child } = await startLongRun(own, 'a.png', [...args, '--json']);
    let text = '';
    child.stdout?.on('data', (data: Buffer) => (text += data.toString()));
    const ended = once(child, 'close');
    child.kill('SIGINT');
    assert.deepEqual(await ended, [130, null]);
    const objects = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { input: string; error: unknown });
    assert.deepEqual(
      objects
        .map(({ input, error }) => [path.relative(own, input), error])
        .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
      ['a.png', 'b.png', 'c.png'].map((name) => [
        name,
        { code: 'cancelled', message: 'Canceled.' },
      ]),
      args.join(' '),
    );
  }
});

test('a command that is killed leaves no file: its engine notices, cleans up and ends', async () => {
  const own = temporaryFolder();
  const { child, scratch } = await startLongRun(own, 'killed.png');
  child.kill('SIGKILL');
  for (let i = 0; i < 6000 && scratch().length > 0; i++) await delay(20);
  assert.deepEqual(scratch(), []);
  assert.deepEqual(readdirSync(own), ['killed.png']);
});

/**
 * Permissions do not bind root, so these run as the unprivileged user "nobody" when the tests run
 * as root.
 */
const unprivileged = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};

test('an unreadable file and an unwritable folder have their own messages', () => {
  const open = mkdtempSync(path.join(os.tmpdir(), 'pu-perm-'));
  after(() => rmSync(open, { recursive: true, force: true }));
  chmodSync(open, 0o777);
  const as = (...args: string[]): SpawnSyncReturns<string> =>
    spawnSync(process.execPath, [CLI, ...FAST, ...args, '--json'], {
      encoding: 'utf8',
      cwd: open,
      ...unprivileged,
    });
  const secret = path.join(open, 'secret.png');
  writeFileSync(secret, 'x');
  chmodSync(secret, 0);
  assert.match(as('secret.png').stdout, /"code":"input-unreadable".*can't be read/);
  const locked = path.join(open, 'locked');
  mkdirSync(locked);
  spawnSync('cp', [file('a.png'), path.join(locked, 'a.png')]);
  chmodSync(locked, 0o555);
  const { status, stdout } = as('locked/a.png');
  assert.equal(status, 1);
  assert.match(stdout, /"code":"folder-read-only".*its folder, or the file, is read-only/);
  assert.deepEqual(readdirSync(locked), ['a.png']);
  chmodSync(locked, 0o755);
});

test('sizes, kinds of assets and file options reach the engine', async () => {
  await writePng(file('opt.png'), 40, 20);
  const { status, stdout, stderr } = await cli(
    ...FAST,
    'opt.png',
    '--width',
    '101',
    '--format',
    'webp',
    '--max-bytes',
    '1200',
    '--provenance',
    '--name',
    '{name}-out.{ext}',
  );
  assert.equal(status, 0, stderr);
  assert.match(stdout, /101×51 +×2\.53/);
  assert.match(stderr, /note: Quality \d+ instead of 90/);
  const { default: sharp } = await import('sharp');
  const metadata = await sharp(file('opt-out.webp')).metadata();
  assert.deepEqual([metadata.width, metadata.height], [101, 51]);
  assert.match(metadata.xmp?.toString() ?? '', /pisa:Model="one-layer-4x"/);
  const sheet = await cli(
    ...FAST,
    'opt.png',
    '--grid',
    '4x2',
    '--scale',
    '2.5',
    '--json',
    '--name',
    '{name}-sheet.{ext}',
  );
  assert.deepEqual(
    objects(sheet.stdout).map(({ width, height }) => [width, height]),
    [[100, 50]],
  );
  assert.match((await cli(...FAST, 'opt.png', '--grid', '4')).stderr, /8x4/);
  assert.match((await cli(...FAST, 'opt.png', '--pixel-art', 'perhaps')).stderr, /auto, on, off/);
});

test('a file that is enlarged already is left alone, with the reason; --again asks for it', async () => {
  await writePng(file('icon@2x.png'), 8, 8);
  const left = await cli(...FAST, 'icon@2x.png');
  assert.deepEqual(
    [left.status, /icon@2x\.png  skipped: .*×2 picture of a set/.test(left.stdout)],
    [0, true],
  );
  assert.equal(left.stdout.split('icon@2x.png').length, 2, 'it is named once');
  assert.match(left.stdout, /--again upscales it all the same\.$/m);
  assert.match((await cli(...FAST, 'icon@2x.png', '--again')).stdout, /icon@2x@4x\.png  32×32/);
});

test('what no model made names no dials, and says which option leaves it to the model', async () => {
  writeFileSync(
    file('drawing.svg'),
    '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="8" height="8"/></svg>',
  );
  const drawn = await cli(...FAST, 'drawing.svg');
  assert.match(drawn.stdout, /^drawing@4x\.png  32×32  ×4  \d/);
  const squares = await cli(
    ...FAST,
    'a.png',
    '--pixel-art',
    'on',
    '--name',
    'squares.{name}.{ext}',
  );
  assert.doesNotMatch(squares.stdout, /λ/);
  const [object] = objects(
    (await cli(...FAST, 'drawing.svg', '--json', '--name', 'json.{name}.{ext}')).stdout,
  );
  assert.deepEqual(object!.guidance, { pixel: 0, semantic: 0 });
});

test('advice has the options of the command line, and no setting of the editor', async () => {
  const { stderr, stdout } = await cli(...FAST, 'a.png', '--max-megapixels', '0.0001', '--json');
  assert.match(stderr, /raise the limit\. --max-megapixels decides\.$/m);
  assert.doesNotMatch(stderr + stdout, /pisaUpscale|[Ss]etting/);
});

test('--density writes a set, leaves what exists, and prints a srcset for the web', async () => {
  await writePng(file('set.png'), 10, 6);
  const web = await cli(...FAST, 'set.png', '--density', 'web');
  assert.equal(web.status, 0, web.stderr);
  assert.match(
    web.stdout,
    /set@2x\.png {2}20×12[\s\S]*set@3x\.png {2}30×18[\s\S]*srcset="set\.png 1x, set@2x\.png 2x, set@3x\.png 3x"/,
  );
  assert.match(
    (await cli(...FAST, 'set.png', '--density', 'apple')).stdout,
    /set@2x\.png {2}skipped: The output exists already/,
  );
  succeeds(await cli(...FAST, 'set.png', '--density', 'android', '--out', 'res'));
  assert.deepEqual(readdirSync(file('res')).sort(), [
    'drawable-hdpi',
    'drawable-xhdpi',
    'drawable-xxhdpi',
    'drawable-xxxhdpi',
  ]);
  assert.equal((await pixelsOf(file('res/drawable-hdpi/set.png'))).width, 15);
});
