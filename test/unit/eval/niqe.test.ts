import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gaussian } from '../../../eval/degrade/random';
import { fitAggd } from '../../../eval/metrics/aggd';
import { gamma } from '../../../eval/metrics/gamma';
import { luma } from '../../../eval/metrics/luma';
import { niqe } from '../../../eval/metrics/niqe';
import model from '../../../eval/metrics/niqeModel.json';
import { covariance, mahalanobis, mean, meanOfColumns } from '../../../eval/metrics/statistics';
import { disturbed, generatedPicture } from './pictures';

test('NIQE is that of BasicSR 1.4.2', () => {
  const picture = generatedPicture();
  const within = (actual: number | undefined, expected: number): void =>
    assert.ok(
      Math.abs((actual ?? Number.NaN) / expected - 1) < 0.001,
      `${String(actual)} is not ${expected}`,
    );
  within(niqe(luma(picture), model), 12.101987762352277);
  within(niqe(luma(disturbed(picture)), model), 18.179915942334816);
});

test('NIQE is not defined for a flat picture, nor for one of a single block', () => {
  assert.equal(
    niqe({ width: 200, height: 200, data: new Float64Array(40000).fill(128) }, model),
    undefined,
  );
  assert.equal(niqe(luma(generatedPicture(96, 180)), model), undefined);
});

test('a normal distribution is fitted with shape 2', () => {
  const next = gaussian(3);
  const { alpha, left, right } = fitAggd(Float64Array.from({ length: 200_000 }, () => 3 * next()));
  assert.ok(Math.abs(alpha - 2) < 0.05, String(alpha));
  // The scale is √2 times the standard deviation.
  for (const scale of [left, right])
    assert.ok(Math.abs(scale - 3 * Math.SQRT2) < 0.1, String(scale));
});

test('the gamma function', () => {
  for (const [z, expected] of [
    [1, 1],
    [0.5, Math.sqrt(Math.PI)],
    [5, 24],
    [15, 87178291200],
    [0.1, 9.513507698668732],
  ] as const) {
    assert.ok(Math.abs(gamma(z) / expected - 1) < 1e-12, `Γ(${z})`);
  }
});

test('means leave out what is no number', () => {
  assert.equal(mean([1, undefined, Number.NaN, 3]), 2);
  assert.equal(mean([undefined]), undefined);
  assert.deepEqual(
    meanOfColumns([
      [1, Number.NaN],
      [3, 4],
    ]),
    [2, 4],
  );
});

test('covariance and Mahalanobis distance', () => {
  assert.deepEqual(
    covariance([
      [1, 2],
      [3, 6],
    ]),
    [
      [2, 4],
      [4, 8],
    ],
  );
  const distance = mahalanobis(
    [1, 2],
    [
      [4, 2],
      [2, 3],
    ],
  );
  // M⁻¹ = [[3, −2], [−2, 4]] / 8
  assert.ok(Math.abs(distance - Math.sqrt((3 - 8 + 16) / 8)) < 1e-12);
  assert.throws(
    () =>
      mahalanobis(
        [1, 1],
        [
          [1, 2],
          [2, 1],
        ],
      ),
    /positive definite/,
  );
});
