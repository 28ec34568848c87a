import assert from 'node:assert/strict';
import { chmodSync, cpSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, it } from 'node:test';
import { asNobody, onPosix } from '../../unit/files/folder';
import { temporaryFolder } from '../support';
import { MODEL, PLACES, quickCli, writePictures, type CliRun } from './batchSupport';

const cli = quickCli();
const folder = temporaryFolder();
const source = path.join(folder, 'source');
const RECIPE = JSON.stringify({ rules: [{ files: '**', model: 'one-layer-4x', scale: 2 }] });

before(async () => {
  mkdirSync(path.join(source, 'sub'), { recursive: true });
  await writePictures(path.join(source, 'sub'), 1);
  renameSync(path.join(source, 'sub/deep/er/p0.png'), path.join(source, 'sub/p.png'));
  cpSync(path.join(source, 'sub/p.png'), path.join(source, 'noext'));
  writeFileSync(path.join(source, 'readme.md'), '# Not a picture\n');
});

/** A copy of the files, and a cache. */
function workspace(name: string, recipe?: string): { root: string; state: string } {
  const root = path.join(folder, name);
  cpSync(source, root, { recursive: true });
  if (recipe !== undefined) writeFileSync(path.join(root, '.pisa-upscale.json'), recipe);
  return { root, state: path.join(folder, `${name}-state`) };
}

type Line = { readonly input: string; readonly error?: { readonly code: string } };
const linesOf = ({ stdout }: CliRun): readonly Line[] =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);

/** What became of each file: the code of an error, or nothing. */
const answers = (run: CliRun): Readonly<Record<string, string>> =>
  Object.fromEntries(
    linesOf(run).map(({ input, error }) => [path.basename(input), error?.code ?? 'fine']),
  );

const NAMED = { noext: 'fine', 'readme.md': 'input-not-an-image' };

describe('files that are named are answered in the same way', () => {
  for (const [mode, recipe, args, expected] of [
    ['alone', undefined, ['noext', 'readme.md'], NAMED],
    ['beside a folder', undefined, ['sub', 'noext', 'readme.md'], { 'p.png': 'fine', ...NAMED }],
    [
      'beside a glob',
      undefined,
      ['sub/*.png', 'noext', 'readme.md'],
      { 'p.png': 'fine', ...NAMED },
    ],
    ['under a recipe', RECIPE, ['sub', 'noext', 'readme.md'], { 'p.png': 'fine', ...NAMED }],
  ] as const)
    for (const plan of [[], ['--dry-run']] as const)
      it(`${mode} ${plan.join('')}`, async () => {
        const { root, state } = workspace(`${mode.replaceAll(' ', '-')}${plan.length}`, recipe);
        const model = recipe === undefined ? MODEL : PLACES;
        const run = await cli(root, state, ...args, ...plan, '--json', ...model);
        assert.equal(run.status, 1, run.stderr);
        assert.deepEqual(answers(run), expected);
      });

  it('and in a check, where what no rule names is told and fails nothing', async () => {
    const { root, state } = workspace('check', RECIPE.replace('**', 'sub/*.png'));
    assert.equal((await cli(root, state, ...PLACES)).status, 0);
    const run = await cli(root, state, 'sub', 'noext', '--check', ...PLACES);
    assert.equal(run.status, 0, run.stderr);
    assert.match(run.stderr, /^left alone: noext {2}No rule of the recipe names it\.$/m);
    const json = await cli(root, state, 'sub', 'noext', '--check', '--json', ...PLACES);
    assert.deepEqual(Object.keys(answers(json)), ['noext']);
  });
});

it('a backslash in a glob leads to no other folder', onPosix, async () => {
  const { root, state } = workspace('backslash');
  const none = await cli(root, state, '\\[zz\\].png', '--dry-run', '--json', ...MODEL);
  assert.equal(none.status, 1);
  assert.deepEqual(answers(none), { '\\[zz\\].png': 'no-match' });
  renameSync(path.join(root, 'noext'), path.join(root, '[zz].png'));
  const found = await cli(root, state, '\\[zz\\].png', '--dry-run', '--json', ...MODEL);
  assert.deepEqual([found.status, answers(found)], [0, { '[zz].png': 'fine' }]);
});

it('a folder that can’t be read is refused, and what was made of it stays', onPosix, async () => {
  const recipe = JSON.stringify({
    removeOrphans: true,
    rules: [{ files: 'sub/**', to: 'out', model: 'one-layer-4x', scale: 2 }],
  });
  const { root, state } = workspace('closed', recipe);
  mkdirSync(state);
  const lock = path.join(root, '.pisa-upscale.lock.json');
  assert.equal((await cli(root, state, ...PLACES)).status, 0);
  const before = readFileSync(lock, 'utf8');
  await asNobody([folder], async () => {
    chmodSync(path.join(root, 'sub'), 0);
    try {
      for (const args of [[], ['--check'], ['--dry-run'], ['sub', '--dry-run', '--no-recipe']]) {
        const run = await cli(root, state, ...args, '--json', ...PLACES);
        assert.equal(run.status, 1, run.stderr);
        assert.equal(answers(run).sub, 'input-unreadable', args.join(' '));
        assert.doesNotMatch(run.stderr + run.stdout, /EACCES|orphan|source is gone/);
      }
    } finally {
      chmodSync(path.join(root, 'sub'), 0o755);
    }
  });
  assert.equal(readFileSync(lock, 'utf8'), before);
  assert.equal((await cli(root, state, '--check', ...PLACES)).status, 0);
});
