import type { Samples } from '../image/samples';

/**
 * The pixels that a window of a picture reads, along one axis: `length` indices from `start` on,
 * mirrored at the picture's edges (…2 1 | 0 1 2 … n−1 | n−2 …), so that windows may reach beyond
 * them.
 */
export function mirroredIndices(start: number, length: number, size: number): Int32Array {
  const period = Math.max(1, 2 * (size - 1));
  return Int32Array.from({ length }, (_, i) => {
    const at = (((start + i) % period) + period) % period;
    return at < size ? at : period - at;
  });
}

/**
 * Cuts a tile out of interleaved RGB rows, 8 bits or 16, of `width` pixels and turns it into planar
 * floats in [0,1], [3, rows.length, columns.length]. `columns` and `rows` say which pixels, `rows`
 * relative to the first row given.
 */
export function tileInput(
  pixels: Samples,
  width: number,
  columns: Int32Array,
  rows: Int32Array,
): Float32Array {
  const area = rows.length * columns.length;
  const result = new Float32Array(3 * area);
  const most = pixels instanceof Uint16Array ? 65_535 : 255;
  let to = 0;
  for (const row of rows) {
    for (const column of columns) {
      const from = 3 * (row * width + column);
      result[to] = (pixels[from] ?? 0) / most;
      result[to + area] = (pixels[from + 1] ?? 0) / most;
      result[to + 2 * area] = (pixels[from + 2] ?? 0) / most;
      to++;
    }
  }
  return result;
}
