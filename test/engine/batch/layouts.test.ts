import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import { temporaryFolder } from '../support';
import {
  MODEL,
  PLACES,
  quickCli,
  treeOf,
  writePictures,
  type CliRun,
  succeeds,
} from './batchSupport';

const LOCK = '.pisa-upscale.lock.json';
const cli = quickCli();
const folder = temporaryFolder();
const source = path.join(folder, 'source');

before(async () => {
  mkdirSync(path.join(source, 'assets-src'), { recursive: true });
  await writePictures(path.join(source, 'assets-src'), 6);
});

const RULE = {
  files: 'assets-src/**',
  to: 'public/img',
  output: '{name}.{ext}',
  model: 'one-layer-4x',
};

type Workspace = { readonly root: string; readonly run: (...args: string[]) => Promise<CliRun> };

function workspace(name: string, recipe: object = { rules: [RULE] }): Workspace {
  const root = path.join(folder, name);
  cpSync(source, root, { recursive: true });
  writeFileSync(path.join(root, '.pisa-upscale.json'), JSON.stringify(recipe));
  return {
    root,
    run: (...args) => cli(root, path.join(folder, `${name}-state`), ...PLACES, ...args),
  };
}

const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');
const below = (root: string, inner: string): string[] =>
  Object.keys(treeOf(path.join(root, inner))).map((name) => name.replaceAll(path.sep, '/'));

test('a tree is made anew elsewhere, once; the lock and --check know of it', async () => {
  const { root, run } = workspace('tree');
  writeFileSync(path.join(root, '.gitignore'), '/public/\n');
  assert.equal((await run('--check')).status, 1);
  const first = await run();
  assert.equal(first.status, 0, first.stderr);
  assert.deepEqual(below(root, 'public/img'), below(root, 'assets-src'));
  const lock = readFileSync(path.join(root, LOCK), 'utf8');
  assert.deepEqual(
    Object.keys((JSON.parse(lock) as { outputs: object }).outputs),
    below(root, 'assets-src').map((name) => `public/img/${name}`),
  );
  const before = treeOf(root);
  const again = await run('--verbose');
  assert.deepEqual([again.status, again.stdout], [0, '']);
  assert.doesNotMatch(again.stderr, /engine \d+ started/);
  succeeds(await run('--check'));
  assert.deepEqual(treeOf(root), before);

  // Without the lock, and where git sees the results, they are no sources either.
  rmSync(path.join(root, LOCK));
  rmSync(path.join(root, '.gitignore'));
  writeFileSync(
    path.join(root, '.pisa-upscale.json'),
    JSON.stringify({ rules: [{ ...RULE, files: '**/*' }] }),
  );
  const wide = await run('--dry-run');
  assert.doesNotMatch(wide.stdout, /public\/img\/public/);
  assert.equal(lines(wide.stdout).filter((line) => line.startsWith('todo')).length, 6);
});

test('shards of it, merged, are one run', async () => {
  const whole = workspace('whole');
  succeeds(await whole.run());
  const parts = workspace('parts');
  for (const shard of ['1/3', '2/3', '3/3']) {
    const part = await parts.run('--shard', shard);
    assert.equal(part.status, 0, part.stderr);
  }
  const merged = await cli(parts.root, path.join(folder, 'parts-state'), '--merge-lock');
  assert.equal(merged.status, 0, merged.stderr);
  assert.deepEqual(treeOf(parts.root), treeOf(whole.root));
  succeeds(await parts.run('--check'));
});

test('the result of a source that is gone is named, and removed where the recipe says so', async () => {
  for (const removeOrphans of [false, true]) {
    const { root, run } = workspace(`orphans-${removeOrphans}`, { rules: [RULE], removeOrphans });
    succeeds(await run());
    for (const name of ['p1.jpg', 'p2.webp']) rmSync(path.join(root, 'assets-src', name));
    writeFileSync(path.join(root, 'public/img/p2.webp'), 'changed by hand');
    const check = await run('--check');
    assert.match(check.stdout, /^orphan {2}public\/img\/p1\.jpg/m);
    assert.ok(existsSync(path.join(root, 'public/img/p1.jpg')), '--check removes nothing');
    const { stderr, status } = await run();
    assert.equal(status, 0, stderr);
    assert.match(
      stderr,
      new RegExp(`^${removeOrphans ? 'removed' : 'orphan'}: public/img/p1.jpg`, 'm'),
    );
    assert.match(stderr, /^orphan: public\/img\/p2\.webp/m, 'changed by hand: it stays');
    assert.equal(existsSync(path.join(root, 'public/img/p1.jpg')), !removeOrphans);
    assert.equal(readFileSync(path.join(root, 'public/img/p2.webp'), 'utf8'), 'changed by hand');
  }
});

test('a run of a part of the recipe removes nothing', async () => {
  const { root, run } = workspace('part', { rules: [RULE], removeOrphans: true });
  succeeds(await run());
  rmSync(path.join(root, 'assets-src/p1.jpg'));
  succeeds(await run('assets-src/deep'));
  assert.ok(existsSync(path.join(root, 'public/img/p1.jpg')));
});

test('{folder} in --name: of a folder, a glob, pictures that are named, with --out', async () => {
  const root = path.join(folder, 'names');
  cpSync(source, root, { recursive: true });
  const state = path.join(folder, 'names-state');
  const planned = async (...args: string[]): Promise<string[]> => {
    const { stdout, status, stderr } = await cli(
      root,
      state,
      ...MODEL,
      '--dry-run',
      '--json',
      ...args,
    );
    assert.equal(status, 0, stderr);
    return lines(stdout).map((line) => {
      const { output } = JSON.parse(line) as { output: string };
      return (path.isAbsolute(output) ? path.relative(root, output) : output).replaceAll('\\', '/');
    });
  };
  const name = ['--name', 'img/{folder}/{name}.{ext}'];
  const kept = below(root, 'assets-src').map((one) => `img/${one}`);
  assert.deepEqual((await planned('assets-src', ...name)).sort(), kept);
  assert.deepEqual((await planned('assets-src/**', ...name)).sort(), kept);
  assert.deepEqual(await planned('assets-src/deep/er/p0.png', ...name), [
    'img/assets-src/deep/er/p0.png',
  ]);
  assert.deepEqual(await planned('assets-src/deep', '--out', 'away', ...name), [
    'img/er/p0.png',
    'img/er/p5.webp',
  ]);

  const made = await cli(root, state, ...MODEL, 'assets-src/deep/er/p0.png', ...name);
  assert.equal(made.status, 0, made.stderr);
  assert.ok(existsSync(path.join(root, 'img/assets-src/deep/er/p0.png')));
  for (const wrong of ['{folder}.{ext}', 'a/{folder}b/{name}.{ext}', '../{folder}/{name}.{ext}']) {
    const refused = await cli(root, state, ...MODEL, 'assets-src', '--name', wrong);
    assert.notEqual(refused.status, 0, wrong);
    assert.ok(!existsSync(path.join(folder, 'assets-src')));
  }
});

test('a misspelled key is answered with its line and the nearest one', async () => {
  const { root, run } = workspace('typo');
  writeFileSync(
    path.join(root, '.pisa-upscale.json'),
    '{\n  "rules": [\n    { "files": "**", "qualty": 5 }\n  ]\n}',
  );
  const { status, stderr } = await run();
  assert.equal(status, 1);
  assert.match(stderr, /line 3: rules\[0\]\.qualty must be left out: did you mean "quality"\?$/m);
});
