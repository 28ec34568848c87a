import type { Sharp } from 'sharp';

/** Turns a picture as an EXIF orientation says: first mirrored, then by quarters clockwise. */
export function turned(picture: Sharp, orientation: number): Sharp {
  const quarters = [0, 0, 0, 2, 2, 3, 1, 1, 3][orientation] ?? 0;
  if (quarters > 0) picture.rotate(90 * quarters);
  if ([2, 4, 5, 7].includes(orientation)) picture.flop();
  return picture;
}

/** Whether an EXIF orientation lays the picture on its side, so that width and height change places. */
export const swapsSides = (orientation: number): boolean => orientation >= 5;
