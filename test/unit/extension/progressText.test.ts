import assert from 'node:assert/strict';
import { test } from 'node:test';
import { batchFraction, progressMessage } from '../../../src/extension/jobs/progressText';
import { formatSeconds } from '../../../src/shared/longRun';
import { untranslated as t } from '../../../src/shared/translate';

const infer = { phase: 'infer', tile: 2, tiles: 8, secondsLeft: 41, device: 'webgpu' } as const;

test('a batch names place, file, tile, time and device', () => {
  assert.equal(
    progressMessage({ index: 1, input: '/a/hero.png', progress: infer }, 5, t),
    '2/5 · hero.png · tile 3/8 · about 40 s left · WebGPU',
  );
});

test('a single picture is named by the title', () => {
  assert.equal(
    progressMessage({ index: 0, input: '/a/hero.png', progress: undefined }, 1, t),
    'preparing',
  );
  assert.equal(
    progressMessage(
      {
        index: 0,
        input: '/a/hero.png',
        progress: { phase: 'encode', tile: 8, tiles: 8, device: 'cpu' },
      },
      1,
      t,
    ),
    'writing · CPU',
  );
});

test('the share of the batch only grows', () => {
  const at = (index: number, progress: Parameters<typeof batchFraction>[0]['progress']): number =>
    batchFraction({ index, input: '', progress }, 2);
  const shares = [
    at(0, undefined),
    at(0, infer),
    at(0, { phase: 'encode', tile: 8, tiles: 8 }),
    at(1, undefined),
    at(1, infer),
  ];
  assert.deepEqual(
    shares,
    [...shares].sort((a, b) => a - b),
  );
  assert.equal(shares[0], 0);
  assert.equal(shares[3], 0.5);
});

test('time left is rough', () => {
  assert.deepEqual([0.2, 7.4, 43, 58, 150, 3900].map(formatSeconds), [
    '1 s',
    '7 s',
    '45 s',
    '1 min',
    '3 min',
    '1 h 5 min',
  ]);
});
