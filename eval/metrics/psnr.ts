import { requireSameSize, type Picture, type Plane } from '../picture';

const PEAK = 255;
/**
 * What equal pictures get, so that means stay finite: the PSNR of an error far below what 8 bits
 * resolve.
 */
const LARGEST = 100;

/** Peak signal-to-noise ratio in dB, for values in [0,255]. */
export function psnr(a: Plane, b: Plane): number {
  requireSameSize(a, b);
  return fromValues(a.data, b.data);
}

/** PSNR in dB over the three channels together. */
export function psnrRgb(a: Picture, b: Picture): number {
  requireSameSize(a, b);
  return fromValues(a.data, b.data);
}

function fromValues(a: Float64Array | Uint8Array, b: Float64Array | Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += ((a[i] ?? 0) - (b[i] ?? 0)) ** 2;
  return sum === 0 ? LARGEST : Math.min(LARGEST, 10 * Math.log10((PEAK ** 2 * a.length) / sum));
}
