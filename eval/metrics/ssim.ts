import { requireSameSize, type Plane } from '../picture';
import { convolve, gaussianKernel } from '../separable';
import { shave } from './luma';

const RADIUS = 5;
const SIGMA = 1.5;
const C1 = (0.01 * 255) ** 2;
const C2 = (0.03 * 255) ** 2;

/**
 * Structural similarity of two planes in [0,255]: Wang, Bovik, Sheikh and Simoncelli 2004, an 11×11
 * Gaussian window with σ 1.5, the mean over the positions where the window lies inside the picture.
 */
export function ssim(a: Plane, b: Plane): number {
  requireSameSize(a, b);
  const kernel = gaussianKernel(SIGMA, RADIUS);
  const local = (x: Float64Array, y?: Float64Array): Float64Array =>
    shave(
      convolve(
        {
          width: a.width,
          height: a.height,
          data: y ? x.map((value, i) => value * (y[i] ?? 0)) : x,
        },
        kernel,
        'repeat',
      ),
      RADIUS,
    ).data;
  const [meanA, meanB] = [local(a.data), local(b.data)];
  const [squareA, squareB, product] = [
    local(a.data, a.data),
    local(b.data, b.data),
    local(a.data, b.data),
  ];
  let sum = 0;
  for (let i = 0; i < meanA.length; i++) {
    const x = meanA[i] ?? 0;
    const y = meanB[i] ?? 0;
    const covariance = (product[i] ?? 0) - x * y;
    const variances = (squareA[i] ?? 0) - x * x + (squareB[i] ?? 0) - y * y;
    sum += ((2 * x * y + C1) * (2 * covariance + C2)) / ((x * x + y * y + C1) * (variances + C2));
  }
  return sum / meanA.length;
}
