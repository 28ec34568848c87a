import type { LumaBlock } from './lumaBlocks';
import { quantile } from './quantile';

/** Side of a cell in pixels; one with fewer responses (at a picture's edge) says too little. */
const CELL = 16;
const FEWEST = 36;
/**
 * √(π/2) · mean |response| / 6 is σ for Gaussian noise: the mask's coefficients have the Euclidean
 * norm 6.
 */
const TO_SIGMA = Math.sqrt(Math.PI / 2) / 6;
/**
 * The share of the cells that are taken for flat, and what makes up for choosing the lowest when in
 * truth all are alike.
 */
const FLAT_SHARE = 0.1;
const FLAT_CORRECTION = 1.1;
/**
 * Cells darker or brighter than this on average may have lost their noise to clipping; with enough
 * others they are not asked.
 */
const CLIPPED = 4;
const ENOUGH_CELLS = 8;
/** |responses| are counted in bins, so many to a level; the last one is for all that is more. */
const BINS = 4096;
const BINS_PER_LEVEL = 8;
/** The median of |x| for a standard normal x. */
const NORMAL_MEDIAN = 0.6745;

/**
 * Standard deviation of a picture's noise in levels of luma, after Immerkær, "Fast noise variance
 * estimation" (CVIU 64, 1996): the mean absolute response to the difference of two Laplacians, [1
 * −2 1; −2 4 −2; 1 −2 1], to which slopes and straight edges contribute little. Texture does
 * contribute, so the picture is cut into cells and the flattest tenth counts (as in Olsen,
 * "Estimation of noise in images", CVGIP 55, 1993). The result is never more than the median of all
 * responses says (Donoho & Johnstone, Biometrika 81, 1994), which is 0 for drawn pictures that are
 * mostly plain. 0 for pictures too small to tell.
 */
export function noiseDeviation(blocks: readonly LumaBlock[]): number {
  const responses: Responses = {
    unclipped: [],
    clipped: [],
    bins: new Float64Array(BINS),
    count: 0,
  };
  for (const block of blocks) {
    for (let y = 1; y < block.height - 1; y += CELL) {
      for (let x = 1; x < block.width - 1; x += CELL)
        addCell(responses, block, {
          left: x,
          top: y,
          right: Math.min(block.width - 1, x + CELL),
          bottom: Math.min(block.height - 1, y + CELL),
        });
    }
  }
  const { unclipped, clipped } = responses;
  const cells = unclipped.length >= ENOUGH_CELLS ? unclipped : [...unclipped, ...clipped];
  return Math.min(FLAT_CORRECTION * quantile(cells, FLAT_SHARE), medianDeviation(responses));
}

type Responses = {
  /** σ of each cell. */
  readonly unclipped: number[];
  readonly clipped: number[];
  readonly bins: Float64Array;
  count: number;
};

type Cell = {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
};

function addCell(
  responses: Responses,
  { luma, width }: LumaBlock,
  { left, top, right, bottom }: Cell,
): void {
  const { bins } = responses;
  let sum = 0;
  let brightness = 0;
  for (let y = top; y < bottom; y++) {
    for (let i = y * width + left; i < y * width + right; i++) {
      const response = Math.abs(row(luma, i - width) - 2 * row(luma, i) + row(luma, i + width));
      sum += response;
      brightness += luma[i] ?? 0;
      const bin = Math.min(BINS - 1, Math.floor(response * BINS_PER_LEVEL));
      bins[bin] = (bins[bin] ?? 0) + 1;
    }
  }
  const count = (right - left) * (bottom - top);
  responses.count += count;
  if (count < FEWEST) return;
  const mean = brightness / count;
  const isClipped = mean < CLIPPED || mean > 255 - CLIPPED;
  (isClipped ? responses.clipped : responses.unclipped).push((TO_SIGMA * sum) / count);
}

/** [1 −2 1] around `i`. */
const row = (luma: Float32Array, i: number): number =>
  (luma[i - 1] ?? 0) - 2 * (luma[i] ?? 0) + (luma[i + 1] ?? 0);

function medianDeviation({ bins, count }: Responses): number {
  let seen = 0;
  for (const [bin, number] of bins.entries()) {
    seen += number;
    // What floats leave of a plain area is less than a bin.
    if (seen * 2 >= count)
      return bin === 0 ? 0 : (bin + 0.5) / BINS_PER_LEVEL / (6 * NORMAL_MEDIAN);
  }
  return 0;
}
