import { luma } from '../metrics/luma';
import type { Picture } from '../picture';

/**
 * Where to look: the top left corner of the square of `side` pixels with the largest mean gradient,
 * in steps of 8 pixels.
 */
export function mostDetailed(
  picture: Picture,
  side: number,
): { readonly left: number; readonly top: number } {
  const { data, width, height } = luma(picture);
  // Sums over all pixels above and to the left make the sum over any square four look-ups.
  const sums = new Float64Array((width + 1) * (height + 1));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      const value = data[at] ?? 0;
      const gradient =
        x + 1 < width && y + 1 < height
          ? Math.hypot((data[at + 1] ?? 0) - value, (data[at + width] ?? 0) - value)
          : 0;
      sums[(y + 1) * (width + 1) + x + 1] =
        gradient +
        (sums[y * (width + 1) + x + 1] ?? 0) +
        (sums[(y + 1) * (width + 1) + x] ?? 0) -
        (sums[y * (width + 1) + x] ?? 0);
    }
  }
  const sumTo = (x: number, y: number): number => sums[y * (width + 1) + x] ?? 0;
  let best = { left: 0, top: 0, sum: -1 };
  for (let top = 0; top + side <= height; top += STEP) {
    for (let left = 0; left + side <= width; left += STEP) {
      const sum =
        sumTo(left + side, top + side) -
        sumTo(left, top + side) -
        sumTo(left + side, top) +
        sumTo(left, top);
      if (sum > best.sum) best = { left, top, sum };
    }
  }
  return best;
}

const STEP = 8;
