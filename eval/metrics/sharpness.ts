import type { Plane } from '../picture';

/**
 * Mean length of the gradient of a plane (differences to the next pixel right and below), in levels
 * a pixel.
 */
export function sharpness({ data, width, height }: Plane): number {
  let sum = 0;
  for (let y = 0; y < height - 1; y++) {
    for (let x = 0; x < width - 1; x++) {
      const at = y * width + x;
      const value = data[at] ?? 0;
      const right = (data[at + 1] ?? 0) - value;
      const down = (data[at + width] ?? 0) - value;
      sum += Math.sqrt(right * right + down * down);
    }
  }
  return sum / ((width - 1) * (height - 1));
}
