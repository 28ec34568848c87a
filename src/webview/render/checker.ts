/** Side of the checkerboard's squares in CSS pixels. The board is fixed to the picture's corner. */
const SQUARE = 8;

/** In screen pixels. */
export const checkerSide = (pixelRatio: number): number =>
  Math.max(1, Math.round(SQUARE * pixelRatio));
