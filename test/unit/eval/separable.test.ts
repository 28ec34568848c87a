import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Plane } from '../../../eval/picture';
import {
  blurGaussian,
  gaussianKernel,
  resizeBicubic,
  resizeLanczos,
} from '../../../eval/separable';

const LEVELS = [0, 10, 40, 90, 160, 250, 200, 120, 30, 5, 0, 80];
const rows: Plane = {
  width: 12,
  height: 12,
  data: Float64Array.from({ length: 144 }, (_, i) => LEVELS[i % 12] ?? 0),
};

function assertRow(actual: Plane, expected: readonly number[]): void {
  assert.equal(actual.width, expected.length);
  for (const [i, value] of expected.entries())
    assert.ok(
      Math.abs((actual.data[i] ?? Number.NaN) - value) < 1e-3,
      `${i}: ${String(actual.data[i])} is not ${value}`,
    );
}

test('reducing and enlarging are those of Pillow 9.4 (BICUBIC, mode F)', () => {
  assertRow(
    resizeBicubic(rows, 3, 3),
    [48.493385314941406, 166.26785278320312, 33.011905670166016],
  );
  assertRow(
    resizeBicubic(rows, 24, 12),
    [
      -0.8823529481887817, 1.2408759593963623, 5.72519063949585, 15.625, 30.625, 50.625, 75.625,
      105.625, 140.625, 184.375, 236.875, 248.046875, 217.890625, 182.34375, 141.40625, 96.6796875,
      48.1640625, 18.7109375, 8.3203125, 0.3515625, -5.1953125, 17.366413116455078,
      64.7080307006836, 87.05882263183594,
    ],
  );
});

test("reducing with mirrored edges is that of MATLAB's imresize (as in BasicSR 1.4.2)", () => {
  assertRow(
    resizeBicubic(rows, 6, 6, 'symmetric'),
    [3.0078125, 64.4921875, 204.53125, 163.61328125, 15.05859375, 41.796875],
  );
});

test('Lanczos is that of Pillow 13.0 (LANCZOS, mode F)', () => {
  assertRow(resizeLanczos(rows, 3, 3), [49.01593017578125, 168.91021728515625, 29.695693969726562]);
  assertRow(
    resizeLanczos(rows, 24, 12),
    [
      -0.16242854297161102, 0.5930764079093933, 5.9463653564453125, 15.28929615020752,
      31.47642707824707, 49.73404312133789, 76.71395111083984, 103.15753936767578,
      137.29196166992188, 187.0916748046875, 237.6883087158203, 250.8426513671875,
      221.00169372558594, 180.5717010498047, 141.6681365966797, 95.79596710205078,
      46.88313293457031, 18.757938385009766, 8.319136619567871, -1.3708062171936035,
      -10.78624153137207, 20.66514015197754, 64.63511657714844, 90.6426773071289,
    ],
  );
});

test('filters keep what is flat', () => {
  const flat: Plane = { width: 9, height: 8, data: new Float64Array(72).fill(77) };
  for (const plane of [
    blurGaussian(flat, 1.2),
    resizeBicubic(flat, 4, 3),
    resizeBicubic(flat, 36, 32),
    resizeLanczos(flat, 36, 32),
  ])
    for (const value of plane.data) assert.ok(Math.abs(value - 77) < 1e-9);
});

test('a blur has the variance it is given', () => {
  const kernel = gaussianKernel(1.2, 8);
  const variance = kernel.reduce((sum, weight, i) => sum + weight * (i - 8) ** 2, 0);
  assert.ok(Math.abs(variance - 1.44) < 0.01);
});
