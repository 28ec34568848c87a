import { walksOf, type Walk } from './lines';
import type { LumaBlock } from './lumaBlocks';

/** Side of JPEG's blocks. */
const GRID = 8;
/** Larger steps are edges of the picture, beside which no block shows. */
const LARGEST_STEP = 12;
/** Three steps that sum up to less are flat and tell nothing. */
const FLAT = 0.5;
/**
 * If only so small a share of the steps tells anything (text on a plain ground), half of what they
 * tell is believed.
 */
const HALF_BELIEVED = 0.04;
/** The excess in levels that JPEG of quality 50 leaves on photographs, drawings and icons. */
const AT_QUALITY_50 = 1.2;

/** Sums by a step's place in the grid. */
type Phases = { readonly excess: Float64Array; readonly count: Float64Array; all: number };

/**
 * How visible the borders of 8×8 blocks are: 0 for not at all, about 1 for JPEG of quality 50, more
 * below. As in Wang, Sheikh & Bovik, "No-reference perceptual quality assessment of JPEG compressed
 * images" (ICIP 2002), steps between neighbours across the grid's lines are compared with those
 * elsewhere; as in Wu & Yuen's metric (IEEE SPL 4, 1997) only where no structure masks them. A
 * step's excess is what it has over the mean of the two beside it, so gradients count nothing. The
 * grid is looked for at all its 8×8 places; the blocks must lie on multiples of 8 of one picture.
 */
export function blockiness(blocks: readonly LumaBlock[]): number {
  const axes = [emptyPhases(), emptyPhases()] as const;
  for (const block of blocks) {
    const [rows, columns] = walksOf(block);
    addSteps(axes[0], block.luma, rows);
    addSteps(axes[1], block.luma, columns);
  }
  return Math.sqrt(excessOf(axes[0]) * excessOf(axes[1])) / AT_QUALITY_50;
}

const emptyPhases = (): Phases => ({
  excess: new Float64Array(GRID),
  count: new Float64Array(GRID),
  all: 0,
});

function addSteps(phases: Phases, luma: Float32Array, { length, lines, step, across }: Walk): void {
  for (let line = 0; line < lines; line++) {
    for (let k = 1, i = line * across + step; k < length - 2; k++, i += step) {
      phases.all++;
      const at = luma[i] ?? 0;
      const next = luma[i + step] ?? 0;
      const before = Math.abs(at - (luma[i - step] ?? 0));
      const here = Math.abs(next - at);
      const after = Math.abs((luma[i + 2 * step] ?? 0) - next);
      if (
        before > LARGEST_STEP ||
        here > LARGEST_STEP ||
        after > LARGEST_STEP ||
        before + here + after < FLAT
      )
        continue;
      const phase = k % GRID;
      phases.excess[phase] = (phases.excess[phase] ?? 0) + here - (before + after) / 2;
      phases.count[phase] = (phases.count[phase] ?? 0) + 1;
    }
  }
}

/**
 * What a step across the grid's lines exceeds one at any other place by, in levels. Pictures are
 * cropped and turned after JPEG was made of them, so the grid may lie anywhere: the place with the
 * largest excess counts, by its lead over the next, which is small where chance alone makes a
 * difference.
 */
function excessOf({ excess, count, all }: Phases): number {
  const places = [...count.keys()].filter((place) => (count[place] ?? 0) > 0);
  if (places.length < GRID) return 0;
  const [most = 0, next = 0] = places
    .map((place) => (excess[place] ?? 0) / (count[place] ?? 1))
    .sort((a, b) => b - a);
  const share = count.reduce((a, b) => a + b, 0) / all;
  return (Math.max(0, most - Math.max(0, next)) * share ** 2) / (share ** 2 + HALF_BELIEVED ** 2);
}
