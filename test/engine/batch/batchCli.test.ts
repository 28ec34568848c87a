import assert from 'node:assert/strict';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import sharp from 'sharp';
import { temporaryFolder } from '../support';
import { MODEL, PLACES, quickCli, treeOf, writePictures, succeeds } from './batchSupport';

const LOCK = '.pisa-upscale.lock.json';
const cli = quickCli();
const folder = temporaryFolder();
const source = path.join(folder, 'source');

before(async () => {
  mkdirSync(source);
  await writePictures(source, 12);
});

/** A copy of the pictures with a recipe. */
function workspace(
  name: string,
  recipe: object | string = { rules: [{ files: '**/*', model: 'one-layer-4x', scale: 2 }] },
): { root: string; state: string } {
  const root = path.join(folder, name);
  cpSync(source, root, { recursive: true });
  writeFileSync(
    path.join(root, '.pisa-upscale.json'),
    typeof recipe === 'string' ? recipe : JSON.stringify(recipe),
  );
  return { root, state: path.join(folder, `${name}-state`) };
}

const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');

test('raw files and documents beside the pictures are told, and are no failure', async () => {
  const { root, state } = workspace('kinds');
  mkdirSync(path.join(root, 'originals'));
  for (const name of ['layers.psd', 'IMG_1.HEIC', 'IMG_2.CR3'])
    writeFileSync(path.join(root, 'originals', name), '');
  const planned = await cli(root, state, ...PLACES, '--dry-run');
  assert.equal(planned.status, 0, planned.stderr);
  assert.match(planned.stdout, /^skip {2}originals\/layers\.psd {2}.*Photoshop.*as PNG\.$/m);
  const made = await cli(root, state, ...PLACES);
  assert.equal(made.status, 0, made.stderr);
  assert.match(made.stderr, /^left alone: originals\/IMG_1\.HEIC {2}.* is HEIC, which/m);
  const checked = await cli(root, state, ...PLACES, '--check');
  assert.equal(checked.status, 0, checked.stdout);

  const named = await cli(
    root,
    state,
    'p1.jpg',
    'originals',
    'originals/layers.psd',
    ...PLACES,
    '--dry-run',
  );
  assert.equal(named.status, 1, 'who names one is told that it can’t be made');
});

test(
  'a recipe makes its outputs and a lock; a second run does nothing, a changed input ' +
    'redoes just that one',
  async () => {
    const { root, state } = workspace('recipe');
    const first = await cli(root, state, ...MODEL.slice(0, 4), '--device', 'cpu', '--json');
    assert.equal(first.status, 0, first.stderr);
    assert.equal(lines(first.stdout).length, 12);
    const lock = readFileSync(path.join(root, LOCK), 'utf8');
    assert.equal(Object.keys((JSON.parse(lock) as { outputs: object }).outputs).length, 12);
    assert.ok(!lock.includes(root), 'no path of the machine');

    const before = treeOf(root);
    const second = await cli(
      root,
      state,
      ...MODEL.slice(0, 4),
      '--device',
      'cpu',
      '--json',
      '--verbose',
    );
    assert.deepEqual([second.status, second.stdout], [0, '']);
    assert.doesNotMatch(second.stderr, /engine \d+ started/, 'no engine, so no inference');
    assert.deepEqual(treeOf(root), before);

    writeFileSync(path.join(root, 'p1.jpg'), readFileSync(path.join(root, 'p4.jpg')));
    const third = await cli(root, state, ...MODEL.slice(0, 4), '--device', 'cpu', '--json');
    assert.deepEqual(
      lines(third.stdout).map((line) =>
        path.basename((JSON.parse(line) as { output: string }).output),
      ),
      ['p1@2x.jpg'],
    );
  },
);

test('--check says what is stale, changed by hand, or has no source any more, and writes nothing', async () => {
  const { root, state } = workspace('check');
  const check = (): ReturnType<typeof cli> => cli(root, state, ...MODEL.slice(0, 4), '--check');
  const none = await check();
  assert.deepEqual([none.status, lines(none.stdout).length], [1, 12]);
  assert.ok(!existsSync(path.join(root, LOCK)));
  succeeds(await cli(root, state, ...MODEL.slice(0, 4), '--device', 'cpu'));
  const fine = await check();
  assert.deepEqual([fine.status, fine.stdout], [0, ''], fine.stderr);

  writeFileSync(path.join(root, 'p2.webp'), readFileSync(path.join(root, 'p8.webp')));
  writeFileSync(path.join(root, 'p1@2x.jpg'), 'by hand');
  rmSync(path.join(root, 'p4.jpg'));
  const before = treeOf(root);
  const { status, stdout } = await check();
  assert.equal(status, 1);
  assert.deepEqual(lines(stdout), [
    'stale  p1@2x.jpg  (changed by hand)',
    'stale  p2@2x.webp  (from p2.webp)',
    'orphan  p4@2x.jpg  (its source is gone)',
  ]);
  assert.deepEqual(treeOf(root), before);

  const run = await cli(root, state, ...MODEL.slice(0, 4), '--device', 'cpu');
  assert.match(run.stderr, /p1\.jpg {2}The output was changed by hand/);
  assert.equal(readFileSync(path.join(root, 'p1@2x.jpg'), 'utf8'), 'by hand');
  assert.equal((await check()).status, 1);
  succeeds(await cli(root, state, ...MODEL.slice(0, 4), '--device', 'cpu', '--force'));
  succeeds(await check());
});

test('sources that can’t be read fail the check, and what is known of them is kept', async () => {
  const pointer =
    'version https://git-lfs.github.com/spec/v1\n' + `oid sha256:${'a'.repeat(64)}\nsize 12345\n`;
  for (const [what, instead] of [
    ['pointers', pointer],
    ['emptied', ''],
    ['text', 'not a picture'],
  ] as const) {
    const { root, state } = workspace(`unread-${what}`);
    const run = (...args: string[]): ReturnType<typeof cli> =>
      cli(root, state, ...MODEL.slice(0, 4), ...args);
    succeeds(await run('--device', 'cpu'));
    const lock = readFileSync(path.join(root, LOCK), 'utf8');
    const before = treeOf(root);
    const sources = ['p1.jpg', 'p2.webp'].map((name) => path.join(root, name));
    const contents = sources.map((file) => readFileSync(file));
    for (const file of sources) writeFileSync(file, instead);

    const check = await run('--check');
    assert.equal(check.status, 1, what);
    assert.equal(lines(check.stdout).filter((line) => line.startsWith('wrong')).length, 2);
    await run('--device', 'cpu');
    assert.equal(readFileSync(path.join(root, LOCK), 'utf8'), lock, what);

    sources.forEach((file, i) => writeFileSync(file, contents[i]!));
    succeeds(await run('--check'));
    assert.deepEqual(treeOf(root), before);
  }
});

test('sources that are hidden or too small by now fail the check, and what is known of them is kept', async () => {
  const { root, state } = workspace('hidden');
  const run = (...args: string[]): ReturnType<typeof cli> => cli(root, state, ...PLACES, ...args);
  succeeds(await run());
  const lock = readFileSync(path.join(root, LOCK), 'utf8');
  writeFileSync(path.join(root, '.gitignore'), 'p1.jpg\n');
  const picture = readFileSync(path.join(root, 'p2.webp'));
  await sharp(picture).resize(4, 4).toFile(path.join(root, 'p2.webp'));
  const check = await run('--check');
  assert.equal(check.status, 1);
  assert.deepEqual(
    lines(check.stdout).map((line) => line.replace(/^(wrong {2}\S+) {2}.*/, '$1')),
    ['wrong  p1.jpg', 'wrong  p2.webp'],
  );
  const again = await run();
  assert.match(again.stderr, /^left alone: p1\.jpg {2}It is there, but left out/m);
  assert.equal(readFileSync(path.join(root, LOCK), 'utf8'), lock);
  rmSync(path.join(root, '.gitignore'));
  writeFileSync(path.join(root, 'p2.webp'), picture);
  succeeds(await run('--check'));
});

test('a recipe that names nothing fails, one glob of it that names nothing is told', async () => {
  const rule = (files: string): object => ({ files, model: 'one-layer-4x', scale: 2 });
  const none = workspace('names-nothing', { rules: [rule('srcc/**/*.png')] });
  for (const args of [[], ['--check'], ['--dry-run'], ['--shard', '1/2']]) {
    const run = await cli(none.root, none.state, ...PLACES, ...args);
    assert.equal(run.status, 1, args.join(' '));
    assert.match(run.stdout + run.stderr, /srcc\/\*\*\/\*\.png:? +No picture matches it\./);
  }
  const json = await cli(none.root, none.state, ...PLACES, '--check', '--json');
  assert.match(json.stdout, /^\{"input":"srcc.*"no-match"/);
  const slip = workspace('names-less', { rules: [rule('srcc/*'), rule('*.jpg')] });
  for (const args of [[], ['--check']]) {
    const run = await cli(slip.root, slip.state, ...PLACES, ...args);
    assert.equal(run.status, 0, run.stderr);
    assert.match(run.stderr, /^note: The recipe names what no picture matches: srcc\/\*$/m);
  }
});

test('changed settings of the recipe make stale what they concern', async () => {
  const { root, state } = workspace('settings', {
    rules: [
      { files: '**/*.png', model: 'one-layer-4x', scale: 2 },
      { files: '**/*', model: 'one-layer-4x', scale: 2, quality: 80 },
    ],
  });
  const run = async (): Promise<string[]> =>
    lines((await cli(root, state, ...MODEL.slice(0, 4), '--device', 'cpu', '--json')).stdout);
  const all = (await run()).length;
  writeFileSync(
    path.join(root, '.pisa-upscale.json'),
    '{ "rules": [{ "files": "**/*.png", "model": "one-layer-4x", "scale": 2, "semantic": ' +
      '0.5 }, { "quality": 80, "files": ["**/*"], "scale": 2, "model": "one-layer-4x" }] } ' +
      '// the second says the same',
  );
  const pngs = await run();
  assert.ok(pngs.length > 0 && pngs.length < all);
  assert.ok(pngs.every((line) => (JSON.parse(line) as { input: string }).input.endsWith('.png')));
});

test('shards 1 to 3, merged, equal one run', async () => {
  const whole = workspace('whole');
  succeeds(await cli(whole.root, whole.state, ...MODEL.slice(0, 4), '--device', 'cpu'));
  const { root } = workspace('sharded');
  const machines: string[] = [];
  for (const index of [1, 2, 3]) {
    const machine = path.join(folder, `machine-${index}`);
    cpSync(root, machine, { recursive: true });
    const run = await cli(
      machine,
      path.join(folder, `machine-${index}-state`),
      ...MODEL.slice(0, 4),
      '--device',
      'cpu',
      '--shard',
      `${index}/3`,
    );
    assert.equal(run.status, 0, run.stderr);
    machines.push(machine);
  }
  for (const machine of machines) cpSync(machine, root, { recursive: true });
  assert.ok(existsSync(path.join(root, '.pisa-upscale.lock.2-of-3.json')));
  const again = path.join(folder, 'sharded-again');
  cpSync(root, again, { recursive: true });
  const merged = await cli(root, path.join(folder, 'merge-state'), '--merge-lock');
  assert.equal(merged.status, 0, merged.stderr);
  assert.match(merged.stdout, /12 outputs from 3 shards/);
  assert.deepEqual(treeOf(root), treeOf(whole.root));
  assert.equal(
    (await cli(root, path.join(folder, 'merge-state'), ...MODEL.slice(0, 4), '--check')).status,
    0,
  );
  const missing = await cli(machines[0]!, path.join(folder, 'merge-state'), '--merge-lock');
  assert.equal(missing.status, 1, missing.stderr);
  assert.match(missing.stderr, /Shards 2, 3 of 3 are missing/);
  // For programs each way it ends is an object.
  const json = async (at: string): Promise<unknown> => {
    const { stdout } = await cli(at, path.join(folder, 'merge-state'), '--merge-lock', '--json');
    return JSON.parse(stdout) as unknown;
  };
  assert.deepEqual(await json(machines[0]!), {
    error: {
      code: 'shards-missing',
      message: 'Shards 2, 3 of 3 are missing.',
      hint: 'Run them, or collect their lock files here.',
    },
  });
  assert.deepEqual(await json(again), { output: path.join(again, LOCK), outputs: 12, shards: 3 });
  assert.match(
    (await cli(root, path.join(folder, 'merge-state'), '--shard', '4/3')).stderr,
    /such as 2\/3/,
  );
});

test('a recipe that points outside is refused, also through a link; nothing is written there', async () => {
  const outside = path.join(folder, 'outside');
  mkdirSync(outside);
  for (const rule of [
    { files: '../**/*.png' },
    { files: '/etc/**' },
    { files: '**/*', output: '../outside/{name}.{ext}' },
    { files: '**/*', output: '/tmp/{name}.{ext}' },
  ]) {
    const { root, state } = workspace(
      `leave-${JSON.stringify(rule).length}-${Object.keys(rule).length}`,
      { rules: [rule] },
    );
    const { status, stderr } = await cli(root, state, ...MODEL.slice(0, 4));
    assert.equal(status, 1);
    assert.match(stderr, /rules\[0\]\.(files|output) must be/);
    rmSync(root, { recursive: true });
  }
  const { root, state } = workspace('link', {
    rules: [{ files: '**/*.png', model: 'one-layer-4x', scale: 2, output: 'out/{name}.{ext}' }],
  });
  symlinkSync(outside, path.join(root, 'with space/out'));
  const { stderr } = await cli(root, state, ...MODEL.slice(0, 4), '--device', 'cpu');
  assert.match(stderr, /would lie outside the folder/);
  assert.deepEqual(readdirSync(outside), []);
});

test(
  'folders, globs and an output folder work without a recipe; the tree is kept, the ' +
    'plan can be printed',
  async () => {
    const root = path.join(folder, 'globs');
    cpSync(source, root, { recursive: true });
    const state = path.join(folder, 'globs-state');
    const dry = await cli(root, state, '.', ...MODEL, '--dry-run');
    assert.equal(dry.status, 0, dry.stderr);
    assert.equal(lines(dry.stdout).filter((line) => line.startsWith('todo')).length, 12);
    const before = treeOf(root);
    assert.equal(Object.keys(before).length, 12, 'a dry run writes nothing');
    const run = await cli(
      root,
      state,
      '**/*.png',
      'with space',
      ...MODEL,
      '--out',
      path.join(folder, 'globs-out'),
      '--width',
      '99',
    );
    assert.equal(run.status, 0, run.stderr);
    assert.deepEqual(treeOf(root), before);
    const made = Object.keys(treeOf(path.join(folder, 'globs-out')));
    assert.ok(
      made.some((name) => name.startsWith('deep/er/')) &&
        made.some((name) => name.startsWith('with space/')),
    );
    assert.equal((await sharp(path.join(folder, 'globs-out', made[0]!)).metadata()).width, 99);
    const nothing = await cli(path.join(folder, 'globs-out'), state);
    assert.equal(nothing.status, 1, nothing.stderr);
    assert.match(nothing.stderr, /or write a recipe, \.pisa-upscale\.json/);
  },
);

test('a lock with conflicts is not overwritten', async () => {
  const { root, state } = workspace('conflict');
  writeFileSync(path.join(root, LOCK), '<<<<<<< HEAD\n');
  const { status, stderr } = await cli(root, state, ...MODEL.slice(0, 4));
  assert.equal(status, 1);
  assert.match(stderr, /Resolve conflicts/);
  assert.equal(readFileSync(path.join(root, LOCK), 'utf8'), '<<<<<<< HEAD\n');
});
