import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mirroredIndices, tileInput } from '../../../src/engine/upscale/tileInput';

test('indices are mirrored at both edges, however far a window reaches', () => {
  assert.deepEqual([...mirroredIndices(-3, 10, 4)], [3, 2, 1, 0, 1, 2, 3, 2, 1, 0]);
  assert.deepEqual([...mirroredIndices(-2, 5, 1)], [0, 0, 0, 0, 0]);
  assert.deepEqual([...mirroredIndices(5, 3, 100)], [5, 6, 7]);
});

test('a tile is planar, in [0,1]', () => {
  const pixels = Uint8Array.from([255, 0, 51, 0, 255, 102]);
  const tile = tileInput(pixels, 2, Int32Array.from([1, 0]), Int32Array.from([0]));
  assert.deepEqual(
    [...tile].map((value) => Math.round(value * 255)),
    [0, 255, 255, 0, 102, 51],
  );
});
