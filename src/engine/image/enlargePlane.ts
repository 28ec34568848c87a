import { CUBIC_REACH as REACH, cubicPhases } from '../../shared/keysCubic';
import type { PixelFile } from './pixelFile';

const TAPS = 2 * REACH + 1;

/**
 * Rows [from·scale, to·scale) of a one-band 8-bit picture, enlarged bicubically by a whole factor with edge pixels
 * repeated: the same filter as the models' base, so that alpha and colour stay aligned. (sharp's enlargement lies half an
 * output pixel beside it.)
 */
export async function enlargeRows(plane: PixelFile, from: number, to: number, scale: number): Promise<Uint8ClampedArray> {
  const { width, height } = plane.info;
  const first = Math.max(0, from - REACH);
  const source = await plane.rows(first, Math.min(height, to + REACH));
  const lastRow = source.length / width - 1;
  const kernels = cubicPhases(scale);
  const wide = width * scale;
  const result = new Uint8ClampedArray(wide * (to - from) * scale);
  const column = new Float32Array(width);
  for (let y = 0; y < (to - from) * scale; y++) {
    const centre = Math.floor(y / scale) + from - first;
    const vertical = kernels[y % scale] ?? [];
    column.fill(0);
    for (let tap = 0; tap < TAPS; tap++) {
      const weight = vertical[tap] ?? 0;
      const row = Math.min(lastRow, Math.max(0, centre + tap - REACH)) * width;
      for (let x = 0; x < width; x++) column[x] = (column[x] ?? 0) + weight * (source[row + x] ?? 0);
    }
    for (let x = 0; x < wide; x++) {
      const horizontal = kernels[x % scale] ?? [];
      const at = Math.floor(x / scale) - REACH;
      let value = 0;
      for (let tap = 0; tap < TAPS; tap++) value += (horizontal[tap] ?? 0) * (column[Math.min(width - 1, Math.max(0, at + tap))] ?? 0);
      result[y * wide + x] = value;
    }
  }
  return result;
}
