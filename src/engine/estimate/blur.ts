import { walksOf, type Walk } from './lines';
import type { LumaBlock } from './lumaBlocks';

/**
 * Edges are taken from the class of the highest contrast (levels between their two sides) that has
 * enough of them.
 */
const CONTRASTS = [40, 20, 10] as const;
const ENOUGH_EDGES = 50;
/** An edge's contrast must be so many times the noise. */
const OVER_NOISE = 8;
/**
 * A slope ends where the next step is less than this: a level of rounding, or what noise makes of a
 * step.
 */
const ROUNDING = 0.5;
const NOISE_REACH = 1.5;
/** A pixel is the mean over its square, whose deviation is √(1/12). No edge is sharper. */
export const SHARPEST = 0.3;
/** What is said of a picture without edges. */
const UNKNOWN = 0.5;
/** Widths are counted in bins. */
const BIN = 0.05;
const BINS = 160;

/**
 * Width of a picture's edges in pixels, as the standard deviation of the Gaussian that would blur a
 * step as much. An edge is a slope between a local minimum and a maximum, as in Marziliano et al.,
 * "Perceptual blur and ringing metrics" (Signal Processing: Image Communication 19, 2004); its
 * width follows from its steepest step: a step edge of contrast c under a Gaussian of deviation σ
 * has the steepest difference c · erf(1 / (2√2 σ)) between neighbours. Slanted edges count by their
 * width across. The median of all edges is returned; at least 0.3, 0.5 without any edge. `noise` is
 * the deviation of the picture's noise.
 */
export function blurWidth(blocks: readonly LumaBlock[], noise: number): number {
  const classes = CONTRASTS.map((contrast) => ({
    contrast: Math.max(contrast, OVER_NOISE * noise),
    bins: new Float64Array(BINS),
  }));
  const slack = noise > ROUNDING ? -NOISE_REACH * noise : ROUNDING;
  for (const block of blocks) {
    for (const walk of walksOf(block)) {
      eachEdge(block.luma, walk, slack, (contrast, width) => {
        const found = classes.find((one) => contrast >= one.contrast);
        if (!found) return;
        const bin = Math.min(BINS - 1, Math.floor(width / BIN));
        found.bins[bin] = (found.bins[bin] ?? 0) + 1;
      });
    }
  }
  for (const { bins } of classes) {
    const count = bins.reduce((a, b) => a + b, 0);
    if (count >= ENOUGH_EDGES) return Math.max(SHARPEST, medianOf(bins, count));
  }
  return UNKNOWN;
}

/**
 * Calls `found` with the contrast and the width of each slope along the lines of a walk that runs
 * about across its edge.
 */
function eachEdge(
  luma: Float32Array,
  { length, lines, step, across }: Walk,
  slack: number,
  found: (contrast: number, width: number) => void,
): void {
  for (let line = 1; line < lines - 1; line++) {
    const base = line * across;
    for (let from = 0; from < length - 1;) {
      const first = (luma[base + (from + 1) * step] ?? 0) - (luma[base + from * step] ?? 0);
      if (Math.abs(first) <= ROUNDING) {
        from++;
        continue;
      }
      const sign = Math.sign(first);
      let steepest = 0;
      let at = from;
      let to = from;
      for (; to < length - 1; to++) {
        const difference =
          ((luma[base + (to + 1) * step] ?? 0) - (luma[base + to * step] ?? 0)) * sign;
        if (difference <= slack && to > from) break;
        if (difference > steepest) [steepest, at] = [difference, to];
      }
      const contrast = Math.abs((luma[base + to * step] ?? 0) - (luma[base + from * step] ?? 0));
      const i = base + at * step;
      const sideways =
        Math.abs(
          (luma[i + across] ?? 0) +
            (luma[i + step + across] ?? 0) -
            (luma[i - across] ?? 0) -
            (luma[i + step - across] ?? 0),
        ) / 4;
      if (sideways <= steepest && contrast > 0)
        found(contrast, widthOf(steepest / contrast) * (steepest / Math.hypot(steepest, sideways)));
      from = Math.max(to, from + 1);
    }
  }
}

function medianOf(bins: Float64Array, count: number): number {
  let seen = 0;
  for (const [bin, edges] of bins.entries()) {
    if (edges > 0 && (seen + edges) * 2 >= count) return (bin + (count / 2 - seen) / edges) * BIN;
    seen += edges;
  }
  return 0;
}

/** The σ for which erf(1 / (2√2 σ)) is this share, by a table. */
function widthOf(share: number): number {
  let [low, high] = [0, SHARES.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((SHARES[middle] ?? 0) <= share) high = middle;
    else low = middle + 1;
  }
  return low * TABLE_STEP;
}

const TABLE_STEP = 0.01;

/** Error function, Abramowitz & Stegun 7.1.26: for x ≥ 0, off by at most 1.5e-7. */
function erf(x: number): number {
  const t = 1 / (1 + 0.3275911 * x);
  return (
    1 -
    ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) *
      t *
      Math.exp(-x * x)
  );
}

const SHARES = Float64Array.from({ length: Math.round((BIN * BINS) / TABLE_STEP) }, (_, i) =>
  erf(0.5 / Math.SQRT2 / (Math.max(1, i) * TABLE_STEP)),
);
