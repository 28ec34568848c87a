import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adain, MomentSums, wavelet } from '../../../src/engine/pisa/colourFix';
import { DecodeAnchors, type DecodeAnchor } from '../../../src/engine/pisa/decodeAnchors';
import { neededPasses } from '../../../src/engine/pisa/pisaPicture';

/** Statistics that are affine in λ, so that an interpolation must hit them. */
const anchor = (pixel: number, semantic: number): DecodeAnchor => ({
  guidance: { pixel, semantic },
  statistics: {
    dims: [1, 2, 2],
    data: Float32Array.from([pixel, semantic, 5 + pixel - semantic, 4]),
  },
  colours: { mean: [pixel, 0, 1], variance: [1 + semantic, 2, 3] },
});

test('statistics are exact at an anchor and interpolated between three', () => {
  const anchors = new DecodeAnchors();
  assert.equal(anchors.estimate({ pixel: 1, semantic: 1 }), undefined);
  for (const [pixel, semantic] of [
    [0, 0],
    [1, 0],
    [1, 1],
  ] as const)
    anchors.add(anchor(pixel, semantic));
  assert.equal(anchors.exact({ pixel: 1, semantic: 0 })?.statistics.data[0], 1);
  assert.equal(anchors.exact({ pixel: 1, semantic: 0.5 }), undefined);
  const between = anchors.estimate({ pixel: 0.75, semantic: 0.25 });
  anchor(0.75, 0.25).statistics.data.forEach((value, i) =>
    assert.ok(Math.abs(value - between!.statistics.data[i]!) < 1e-6),
  );
  assert.ok(Math.abs(between!.colours.variance[0]! - 1.25) < 1e-6);
});

test('with anchors on one line it goes along the line; with one it is taken as it is', () => {
  const anchors = new DecodeAnchors();
  anchors.add(anchor(1, 1));
  assert.equal(anchors.estimate({ pixel: 0, semantic: 0 })?.statistics.data[0], 1);
  anchors.add(anchor(0, 0));
  anchors.add(anchor(0.5, 0.5));
  assert.ok(
    Math.abs(anchors.estimate({ pixel: 0.25, semantic: 0.25 })!.statistics.data[0]! - 0.25) < 1e-6,
  );
});

test('a variance never becomes negative', () => {
  const anchors = new DecodeAnchors();
  const low = (pixel: number, variance: number): DecodeAnchor => ({
    ...anchor(pixel, 0),
    statistics: { dims: [1, 2, 1], data: Float32Array.from([0, variance]) },
  });
  anchors.add(low(0, 1));
  anchors.add(low(0.5, 0.1));
  assert.equal(anchors.estimate({ pixel: 1.5, semantic: 0 })?.statistics.data[1], 0);
});

test('only the passes that a guidance needs are run', () => {
  assert.deepEqual(neededPasses({ pixel: 1, semantic: 1 }), ['full']);
  assert.deepEqual(neededPasses({ pixel: 0.7, semantic: 0.7 }), ['full']);
  assert.deepEqual(neededPasses({ pixel: 0, semantic: 0 }), []);
  assert.deepEqual(neededPasses({ pixel: 1.2, semantic: 0 }), ['pixel']);
  assert.deepEqual(neededPasses({ pixel: 0, semantic: 1 }), ['pixel', 'full']);
});

test('a picture with its own colours is left as it is', () => {
  const picture = Float32Array.from({ length: 3 * 20 * 15 }, (_, i) => ((i * 31) % 97) / 97);
  const sums = new MomentSums();
  sums.add(picture.subarray(0, 300));
  sums.add(picture.subarray(300));
  const same = picture.slice();
  adain(same, sums.moments(), sums.moments());
  same.forEach((value, i) => assert.ok(Math.abs(value - picture[i]!) < 1e-6));
  const waved = picture.slice();
  wavelet(waved, picture, 20, 15);
  assert.deepEqual(waved, picture);
});
