import assert from 'node:assert/strict';
import { test } from 'node:test';
import { degrade, SETS } from '../../../eval/degrade/degrade';
import { gaussian, seedFrom, uniform } from '../../../eval/degrade/random';
import { generatedPicture } from './pictures';

test('degrading yields a quarter of the size and the same each time', async () => {
  const picture = generatedPicture(64, 48);
  for (const set of SETS) {
    const first = await degrade(picture, set, 'photo-01-x');
    assert.deepEqual([first.width, first.height], [16, 12]);
    assert.deepEqual(await degrade(picture, set, 'photo-01-x'), first);
  }
});

test('the noise depends on the name, the other sets do not', async () => {
  const picture = generatedPicture(64, 48);
  assert.notDeepEqual(
    await degrade(picture, 'noise-jpeg', 'a'),
    await degrade(picture, 'noise-jpeg', 'b'),
  );
  assert.deepEqual(
    await degrade(picture, 'blur-jpeg', 'a'),
    await degrade(picture, 'blur-jpeg', 'b'),
  );
});

test('a picture that can not be reduced exactly is refused', async () => {
  await assert.rejects(degrade(generatedPicture(66, 48), 'clean', 'photo-01-x'), /photo-01-x/);
});

test('random numbers have the distribution they should', () => {
  const next = gaussian(seedFrom('noise'));
  const values = Array.from({ length: 100_000 }, next);
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  assert.ok(Math.abs(mean) < 0.02 && Math.abs(variance - 1) < 0.02, `${mean}, ${variance}`);
  const even = uniform(1);
  for (let i = 0; i < 1000; i++) {
    const value = even();
    assert.ok(value >= 0 && value < 1);
  }
});
