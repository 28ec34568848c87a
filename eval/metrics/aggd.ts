import { gamma } from './gamma';

/**
 * An asymmetric generalised Gaussian distribution: shape, and the scales of its left and right
 * half.
 */
export type Aggd = { readonly alpha: number; readonly left: number; readonly right: number };

/** Shapes that are tried: 0.2 … 10. */
const STEP = 0.001;
const SHAPES = Float64Array.from({ length: 9801 }, (_, i) => 0.2 + i * STEP);
/** Γ(2/α)² / (Γ(1/α) Γ(3/α)) of each; rises with α. */
const RATIOS = SHAPES.map((alpha) => gamma(2 / alpha) ** 2 / (gamma(1 / alpha) * gamma(3 / alpha)));

/**
 * Fits the distribution to values by matching moments (Lasmar, Stitou and Berthoumieu 2009), as
 * NIQE does. The scale of a half without values is NaN.
 */
export function fitAggd(values: Float64Array): Aggd {
  let [absolute, squares, negative, positive, negatives, positives] = [0, 0, 0, 0, 0, 0];
  for (const value of values) {
    absolute += Math.abs(value);
    squares += value * value;
    if (value < 0) {
      negative += value * value;
      negatives++;
    } else if (value > 0) {
      positive += value * value;
      positives++;
    }
  }
  const leftDeviation = Math.sqrt(negative / negatives);
  const rightDeviation = Math.sqrt(positive / positives);
  const ratio = leftDeviation / rightDeviation;
  const moment = (absolute / values.length) ** 2 / (squares / values.length);
  const wanted = (moment * (ratio ** 3 + 1) * (ratio + 1)) / (ratio ** 2 + 1) ** 2;
  // The authors' MATLAB code takes the first shape when nothing can be fitted.
  const alpha = SHAPES[Number.isNaN(wanted) ? 0 : nearest(RATIOS, wanted)] ?? Number.NaN;
  const spread = Math.sqrt(gamma(1 / alpha) / gamma(3 / alpha));
  return { alpha, left: leftDeviation * spread, right: rightDeviation * spread };
}

/** Index of the value closest to `wanted` in a rising list. */
function nearest(rising: Float64Array, wanted: number): number {
  let low = 0;
  let high = rising.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((rising[middle] ?? 0) < wanted) low = middle;
    else high = middle;
  }
  return wanted - (rising[low] ?? 0) <= (rising[high] ?? 0) - wanted ? low : high;
}
