import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  consistencyDb,
  consistencyWord,
  inventedShare,
  inventedWord,
  warningZone,
  warnsAt,
} from '../../../src/shared/panelFigures';
import type { ConsistencySums } from '../../../src/shared/previewProtocol';

/** What the sums stand for, pixel by pixel. */
const D = [4, -2, 7, 0, -5, 3];
const P = [-3, 2, -6, 1, 4, -2];
const S = [1, 5, 0, -4, 2, 6];
const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
const SUMS: ConsistencySums = {
  count: D.length,
  dd: dot(D, D),
  dp: dot(D, P),
  ds: dot(D, S),
  pp: dot(P, P),
  ps: dot(P, S),
  ss: dot(S, S),
};

test('consistency from the sums is the PSNR of the pixels, for any guidance', () => {
  for (const [pixel, semantic] of [
    [0, 0],
    [1, 0],
    [0, 1],
    [1, 1],
    [0.35, 1.5],
    [1.5, 0.05],
  ] as const) {
    const error = D.reduce(
      (sum, d, i) => sum + (d + pixel * (P[i] ?? 0) + semantic * (S[i] ?? 0)) ** 2,
      0,
    );
    assert.ok(
      Math.abs(
        (consistencyDb(SUMS, { pixel, semantic }) ?? NaN) -
          10 * Math.log10((255 ** 2 * D.length) / error),
      ) < 1e-9,
    );
  }
});

test('no error is infinitely good, no pixels are unknown', () => {
  assert.equal(
    consistencyDb(
      { count: 4, dd: 0, dp: 0, ds: 0, pp: 0, ps: 0, ss: 0 },
      { pixel: 1, semantic: 1 },
    ),
    Number.POSITIVE_INFINITY,
  );
  // (d + p)² with p = −d, and a sum that rounding left a little below zero.
  assert.equal(
    consistencyDb(
      { count: 4, dd: 0.1 + 0.2, dp: -(0.1 + 0.2), ds: 0, pp: 0.3 - 1e-12, ps: 0, ss: 0 },
      { pixel: 1, semantic: 0 },
    ),
    Number.POSITIVE_INFINITY,
  );
  assert.equal(consistencyDb({ ...SUMS, count: 0 }, { pixel: 1, semantic: 1 }), undefined);
});

test('invented share counts pixels that change by more than 8 levels', () => {
  const histogram = Array.from(
    { length: 256 },
    (_, level) => ({ 0: 50, 8: 20, 9: 10, 16: 15, 200: 5 })[level] ?? 0,
  );
  assert.equal(inventedShare(histogram, 0), 0);
  assert.equal(inventedShare(histogram, 1), 0.3);
  assert.equal(inventedShare(histogram, 0.5), 0.05);
  assert.equal(inventedShare(histogram, 1.01), 0.5);
  assert.equal(inventedShare([], 1), undefined);
  assert.equal(inventedShare(new Array<number>(256).fill(0), 1), undefined);
});

test('words change at their thresholds', () => {
  assert.deepEqual([45, 30, 29.99, 26, 25.99].map(consistencyWord), [
    'same',
    'same',
    'drifting',
    'drifting',
    'drifted',
  ]);
  assert.deepEqual([0, 0.0004, 0.001, 0.1, 0.1001].map(inventedWord), [
    'none',
    'none',
    'some',
    'some',
    'much',
  ]);
});

test('the zone is where the figures warn', () => {
  const figures = {
    consistency: { count: 100, dd: 100, dp: 0, ds: 0, pp: 0, ps: 0, ss: 6000 },
    inventedLuma: Array.from({ length: 256 }, (_, level) =>
      level === 7 ? 20 : level === 0 ? 80 : 0,
    ),
  };
  const size = 30;
  const zone = warningZone(figures, size, size, 1.5);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const guidance = {
        pixel: ((column + 0.5) / size) * 1.5,
        semantic: ((size - row - 0.5) / size) * 1.5,
      };
      assert.equal(
        zone[row * size + column] === 1,
        warnsAt(figures, guidance),
        JSON.stringify(guidance),
      );
    }
  }
  assert.ok(zone.includes(1) && zone.includes(0));
  // Without a semantic branch only consistency counts.
  assert.equal(warnsAt({ ...figures, inventedLuma: [] }, { pixel: 1, semantic: 0 }), false);
});
