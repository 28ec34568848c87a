import type { Picture, Plane } from '../picture';

/**
 * Luma of ITU-R BT.601 in [16,235], unrounded: MATLAB's `rgb2ycbcr`, on which the super-resolution
 * literature measures.
 */
export function luma({ data, width, height }: Picture): Plane {
  const plane = new Float64Array(width * height);
  for (let i = 0, at = 0; i < plane.length; i++, at += 3) {
    plane[i] =
      16 +
      (65.481 * (data[at] ?? 0) + 128.553 * (data[at + 1] ?? 0) + 24.966 * (data[at + 2] ?? 0)) /
        255;
  }
  return { width, height, data: plane };
}

/** The plane without `border` pixels on each side. */
export function shave({ data, width, height }: Plane, border: number): Plane {
  const inner = { width: width - 2 * border, height: height - 2 * border };
  const plane = new Float64Array(inner.width * inner.height);
  for (let y = 0; y < inner.height; y++) {
    const from = (y + border) * width + border;
    plane.set(data.subarray(from, from + inner.width), y * inner.width);
  }
  return { ...inner, data: plane };
}
