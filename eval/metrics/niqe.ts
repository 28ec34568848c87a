import type { Plane } from '../picture';
import { convolve, gaussianKernel, resizeBicubic } from '../separable';
import { fitAggd } from './aggd';
import { gamma } from './gamma';
import { covariance, mahalanobis, meanOfColumns } from './statistics';

/** The Gaussian model of pristine photographs that NIQE measures the distance to. */
export type NiqeModel = {
  readonly mean: readonly number[];
  readonly covariance: readonly (readonly number[])[];
};

/** Side of a block at the first of the two scales, in pixels. */
const BLOCK = 96;
const WINDOW = gaussianKernel(7 / 6, 3);
/** Neighbours whose products are looked at: right, below and the two diagonals. */
const SHIFTS = [
  [0, 1],
  [1, 0],
  [1, 1],
  [1, -1],
] as const;

/**
 * NIQE: Mittal, Soundararajan and Bovik, "Making a 'Completely Blind' Image Quality Analyzer",
 * 2013. Smaller is more natural. `y` is luma in [16,235]. Undefined when the picture has fewer than
 * two blocks with texture: blocks that are flat can't be fitted.
 */
export function niqe(y: Plane, model: NiqeModel): number | undefined {
  const columns = Math.floor(y.width / BLOCK);
  const rows = Math.floor(y.height / BLOCK);
  const first = cropRounded(y, columns * BLOCK, rows * BLOCK);
  const second = resizeBicubic(first, first.width / 2, first.height / 2, 'symmetric');
  const features: number[][] = [];
  const planes = [normalise(first), normalise(second)] as const;
  for (let column = 0; column < columns; column++) {
    for (let row = 0; row < rows; row++)
      features.push(
        planes.flatMap((plane, scale) =>
          blockFeatures(blockAt(plane, column, row, BLOCK >> scale), BLOCK >> scale),
        ),
      );
  }
  const complete = features.filter((block) => block.every((value) => !Number.isNaN(value)));
  if (complete.length < 2) return undefined;
  const spread = covariance(complete);
  const pooled = model.covariance.map((line, i) =>
    line.map((value, j) => (value + (spread[i]?.[j] ?? 0)) / 2),
  );
  const mean = meanOfColumns(features);
  return mahalanobis(
    model.mean.map((value, i) => value - (mean[i] ?? 0)),
    pooled,
  );
}

/** The upper left part, rounded to whole levels as MATLAB's `rgb2ycbcr` does for 8-bit pictures. */
function cropRounded(plane: Plane, width: number, height: number): Plane {
  const data = new Float64Array(width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      data[y * width + x] = Math.round(plane.data[y * plane.width + x] ?? 0);
  return { width, height, data };
}

/**
 * Mean subtracted, contrast normalised: (I − μ) / (σ + 1) (Eq. 1). Every step is rounded to single
 * precision, as BasicSR computes: where a picture is flat, what is left of the difference is
 * rounding, and pictures with flat blocks would else differ by some per cent.
 */
function normalise(plane: Plane): Plane {
  const mean = convolve(plane, WINDOW, 'repeat').data;
  const square = convolve(
    { ...plane, data: plane.data.map((value) => value * value) },
    WINDOW,
    'repeat',
  ).data;
  const data = plane.data.map((value, i) => {
    const mu = single(mean[i] ?? 0);
    const variance = single(single(square[i] ?? 0) - single(mu * mu));
    return single(single(single(value) - mu) / single(single(Math.sqrt(Math.abs(variance))) + 1));
  });
  return { ...plane, data };
}

const single = Math.fround;

function blockAt({ data, width }: Plane, column: number, row: number, side: number): Float64Array {
  const block = new Float64Array(side * side);
  for (let y = 0; y < side; y++) {
    const from = (row * side + y) * width + column * side;
    block.set(data.subarray(from, from + side), y * side);
  }
  return block;
}

/**
 * The 18 features of a block at one scale: shape and scale of its values, and of the products with
 * four neighbours (Eq. 2–8).
 */
function blockFeatures(block: Float64Array, side: number): number[] {
  const own = fitAggd(block);
  const features = [own.alpha, (own.left + own.right) / 2];
  const products = new Float64Array(block.length);
  for (const [down, right] of SHIFTS) {
    for (let y = 0; y < side; y++) {
      const from = ((y - down + side) % side) * side;
      for (let x = 0; x < side; x++)
        products[y * side + x] =
          (block[y * side + x] ?? 0) * (block[from + ((x - right + side) % side)] ?? 0);
    }
    const { alpha, left, right: rightScale } = fitAggd(products);
    features.push(
      alpha,
      (rightScale - left) * (gamma(2 / alpha) / gamma(1 / alpha)),
      left,
      rightScale,
    );
  }
  return features;
}
