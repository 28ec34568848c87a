import type { LumaBlock } from './lumaBlocks';

/** How to walk through a block along its rows (0) or its columns (1). */
export type Walk = {
  /** Pixels in a line, and lines. */
  readonly length: number;
  readonly lines: number;
  /** From one pixel of a line to the next, and from one line to the next, in the block's array. */
  readonly step: number;
  readonly across: number;
};

/** Rows, then columns. */
export const walksOf = ({ width, height }: LumaBlock): readonly [Walk, Walk] => [
  { length: width, lines: height, step: 1, across: width },
  { length: height, lines: width, step: width, across: 1 },
];
