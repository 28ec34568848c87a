import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import type { HeldOut } from '../../../eval/heldout';
import type { Method } from '../../../eval/methods';
import { METRIC_NAMES, type Metrics } from '../../../eval/metrics/measure';
import { Store } from '../../../eval/store';
import { temporaryFolder } from './folder';
import { writeTwoBranchModel } from './models';
import { generatedPicture } from './pictures';

const held: HeldOut = {
  name: 'photo-01-x',
  category: 'photo',
  picture: generatedPicture(32, 32),
  sha256: 'abc',
};
const bicubic: Method = { id: 'bicubic', label: 'Bicubic', run: { kind: 'bicubic' } };
const result = generatedPicture(32, 32);
const metrics = Object.fromEntries(METRIC_NAMES.map((name) => [name, 1])) as Metrics;

test('a later run takes up what was saved', async () => {
  const folder = temporaryFolder();
  const first = new Store(folder);
  assert.equal(first.has(held, 'clean', bicubic), false);
  await first.write(held, 'clean', bicubic, result);
  first.setMetrics(held, 'clean', bicubic, '1', metrics);
  first.save();
  const second = new Store(folder);
  assert.ok(second.has(held, 'clean', bicubic));
  assert.deepEqual([...(await second.read(held, 'clean', bicubic)).data], [...result.data]);
  assert.deepEqual(second.metrics(held, 'clean', bicubic, '1'), metrics);
  assert.equal(second.has(held, 'blur-jpeg', bicubic), false);
  assert.equal(second.metrics(held, 'clean', bicubic, '2'), undefined);
  assert.equal(second.has({ ...held, sha256: 'another' }, 'clean', bicubic), false);
});

test('a changed model is computed anew, and only it', async () => {
  const root = temporaryFolder();
  const at = async (spare: number, pixel = 1): Promise<Method> => ({
    id: `ours_${pixel}_1`,
    label: 'Ours',
    run: {
      kind: 'network',
      model: await writeTwoBranchModel(root, 'two-branch-4x', spare),
      guidance: { pixel, semantic: 1 },
    },
  });
  const store = new Store(path.join(root, 'results'));
  const before = await at(0);
  for (const method of [before, bicubic]) {
    await store.write(held, 'clean', method, result);
    store.setMetrics(held, 'clean', method, '1', metrics);
  }
  assert.ok(store.has(held, 'clean', await at(0)));
  const after = await at(1);
  assert.equal(store.has(held, 'clean', after), false);
  assert.equal(store.metrics(held, 'clean', after, '1'), undefined);
  assert.equal(store.metrics(held, 'clean', await at(0, 0.5), '1'), undefined);
  assert.ok(store.has(held, 'clean', bicubic));
  assert.deepEqual(store.metrics(held, 'clean', bicubic, '1'), metrics);
});

test('small pictures are made once', async () => {
  const folder = temporaryFolder();
  const store = new Store(folder);
  const made = await store.input(held, 'noise-jpeg');
  assert.deepEqual([made.width, made.height], [8, 8]);
  assert.ok(existsSync(path.join(folder, 'pictures/noise-jpeg/input/photo-01-x.png')));
  // The key is the picture's hash: the same key with other pixels shows that the file is read.
  const again = await store.input({ ...held, picture: generatedPicture(64, 64) }, 'noise-jpeg');
  assert.deepEqual([...again.data], [...made.data]);
});
