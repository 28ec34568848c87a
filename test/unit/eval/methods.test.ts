import assert from 'node:assert/strict';
import { renameSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { gridOf, LAMBDAS } from '../../../eval/grid';
import type { Category, HeldOut } from '../../../eval/heldout';
import { findMethods, METHOD_NAMES, OURS } from '../../../eval/methods';
import { readOptions } from '../../../eval/options';
import { temporaryFolder } from './folder';
import { writeTwoBranchModel } from './models';
import { generatedPicture } from './pictures';

const heldOut = (name: string, category: Category): HeldOut => ({
  name,
  category,
  picture: generatedPicture(16, 16),
  sha256: name,
});

test('a model in a named folder wins, and with two branches counts as three methods', async () => {
  const folder = temporaryFolder();
  const model = await writeTwoBranchModel(folder, OURS);
  const methods = await findMethods(['bicubic', OURS], [folder]);
  assert.deepEqual(
    methods.map(({ id }) => id),
    ['bicubic', `${OURS}_1_0`, `${OURS}_1_0.5`, `${OURS}_1_1`],
  );
  for (const { run } of methods.slice(1))
    assert.equal(run.kind === 'network' && run.model.graph, model.graph);
});

test('a name that is no model is refused, so is a folder with another name than its model', async () => {
  const folder = temporaryFolder();
  await assert.rejects(findMethods(['nothing-4x'], [folder]), /no model nothing-4x/);
  await writeTwoBranchModel(folder, 'one-4x');
  renameSync(path.join(folder, 'one-4x'), path.join(folder, 'other-4x'));
  await assert.rejects(findMethods(['other-4x'], [folder]), /calls itself one-4x/);
});

test('the grid turns each dial while the other stays at 1, on some pictures of each category', async () => {
  const folder = temporaryFolder();
  await writeTwoBranchModel(folder, 'two-branch-4x');
  const methods = await findMethods(['two-branch-4x'], [folder]);
  const pictures = [
    heldOut('photo-1', 'photo'),
    heldOut('photo-2', 'photo'),
    heldOut('text-1', 'text'),
  ];
  const grid = gridOf(methods, pictures, 1);
  assert.ok(grid);
  assert.deepEqual(
    grid.pictures.map(({ name }) => name),
    ['photo-1', 'text-1'],
  );
  // (1, 1) lies on both lines.
  assert.equal(grid.methods.length, 2 * LAMBDAS.length - 1);
  const guidance = (dial: 'pixel' | 'semantic'): unknown[] =>
    grid.along[dial].map(({ run }) =>
      run.kind === 'network' ? [run.guidance.pixel, run.guidance.semantic] : [],
    );
  assert.deepEqual(
    guidance('pixel'),
    LAMBDAS.map((lambda) => [lambda, 1]),
  );
  assert.deepEqual(
    guidance('semantic'),
    LAMBDAS.map((lambda) => [1, lambda]),
  );
  assert.equal(gridOf(await findMethods(['bicubic'], []), pictures, 1), undefined);
});

test('options', () => {
  assert.deepEqual(readOptions([])?.models, METHOD_NAMES);
  const chosen = readOptions([
    '--models',
    'bicubic, a-4x',
    '--models-dir',
    '/x',
    '--models-dir',
    '/y',
    '--dials',
    'all',
    '--quick',
    '--out',
    '/out',
  ]);
  assert.deepEqual(
    [chosen?.models, chosen?.modelFolders, chosen?.dialPictures, chosen?.perCategory, chosen?.out],
    [
      ['bicubic', 'a-4x'],
      [path.resolve('/x'), path.resolve('/y')],
      Infinity,
      1,
      path.resolve('/out'),
    ],
  );
  assert.equal(readOptions(['--help']), undefined);
  assert.throws(() => readOptions(['--dials', '-1x']), /--dials/);
  assert.throws(() => readOptions(['--nonsense']), /nonsense/);
});
