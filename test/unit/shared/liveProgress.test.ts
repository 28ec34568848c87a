import assert from 'node:assert/strict';
import { test } from 'node:test';
import { progressAfter } from '../../../src/shared/liveProgress';

const report = { phase: 'infer', tile: 1, tiles: 3, secondsLeft: 20, device: 'cpu' } as const;

test('time runs on and the running tile grows while the engine is silent', () => {
  assert.deepEqual(progressAfter(report, 5), { ...report, tile: 1.5, secondsLeft: 15 });
});

test(
  'a tile that takes longer than expected is not shown as finished, nor is the time ' +
    'left negative',
  () => {
    assert.deepEqual(progressAfter(report, 60), { ...report, tile: 1.95, secondsLeft: 0 });
  },
);

test('nothing is made up where nothing is known', () => {
  for (const progress of [
    { phase: 'infer', tile: 0, tiles: 3 },
    { phase: 'encode', tile: 3, tiles: 3 },
    { phase: 'prepare', tile: 0, tiles: 0 },
    { phase: 'infer', tile: 3, tiles: 3, secondsLeft: 0 },
  ] as const) {
    assert.deepEqual(progressAfter(progress, 9), progress);
  }
});
