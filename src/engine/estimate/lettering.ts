import { walksOf } from './lines';
import type { LumaBlock } from './lumaBlocks';

/** Neighbours that differ by no more, in levels, are of one plain ground, also after mild JPEG. */
const PLAIN = 3;
/** A step of a stroke's edge; antialiasing spreads an edge over two or three of them. */
const STROKE = 40;
/** Shares of all steps. */
const LEAST_PLAIN = 0.5;
const LEAST_STROKES = 0.04;
/** Of the steps that are not plain: photographs have many small ones for each large one. */
const STROKES_AMONG_STEPS = 0.22;

/**
 * Whether a picture looks like letters or lines on plain ground, as screenshots and diagrams do:
 * most neighbours are equal, and of those that are not, many differ much. Invented texture shows
 * worst there.
 */
export function hasLettering(blocks: readonly LumaBlock[]): boolean {
  let [all, plain, strokes] = [0, 0, 0];
  for (const block of blocks) {
    for (const { length, lines, step, across } of walksOf(block)) {
      for (let line = 0; line < lines; line++) {
        for (let k = 1, i = line * across; k < length; k++, i += step) {
          const difference = Math.abs((block.luma[i + step] ?? 0) - (block.luma[i] ?? 0));
          if (difference <= PLAIN) plain++;
          else if (difference >= STROKE) strokes++;
          all++;
        }
      }
    }
  }
  return (
    strokes > 0 &&
    plain >= LEAST_PLAIN * all &&
    strokes >= LEAST_STROKES * all &&
    strokes >= STROKES_AMONG_STEPS * (all - plain)
  );
}
