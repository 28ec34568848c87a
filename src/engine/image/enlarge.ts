import { CUBIC_REACH as REACH, cubicPhases } from '../../shared/keysCubic';
import { PixelFile } from './pixelFile';
import { clamped16, newClamped, plain, type ClampedSamples } from './samples';

const TAPS = 2 * REACH + 1;
/** Source rows that are enlarged at a time. */
const ROWS_AT_A_TIME = 32;

/**
 * Rows [from·scale, to·scale) of a picture, enlarged bicubically by a whole factor with edge pixels
 * repeated: the same filter as the models' base, so that everything stays aligned. (sharp's
 * enlargement lies half an output pixel beside it.)
 */
export async function enlargeRows(
  picture: PixelFile,
  from: number,
  to: number,
  scale: number,
): Promise<ClampedSamples> {
  const { width, height, bands } = picture.info;
  const { depth } = picture;
  const stride = width * bands;
  const first = Math.max(0, from - REACH);
  const source = await picture.samples(first, Math.min(height, to + REACH));
  const lastRow = source.length / stride - 1;
  const kernels = cubicPhases(scale);
  const result = newClamped(depth, stride * scale * (to - from) * scale);
  const line = new Float32Array(stride);
  let at = 0;
  for (let y = 0; y < (to - from) * scale; y++) {
    const vertical = kernels[y % scale] ?? [];
    const centre = Math.floor(y / scale) + from - first;
    line.fill(0);
    for (let tap = 0; tap < TAPS; tap++) {
      const weight = vertical[tap] ?? 0;
      const row = Math.min(lastRow, Math.max(0, centre + tap - REACH)) * stride;
      for (let x = 0; x < stride; x++) line[x] = (line[x] ?? 0) + weight * (source[row + x] ?? 0);
    }
    for (let x = 0; x < width * scale; x++) {
      const horizontal = kernels[x % scale] ?? [];
      const left = Math.floor(x / scale) - REACH;
      for (let band = 0; band < bands; band++) {
        let value = 0;
        for (let tap = 0; tap < TAPS; tap++)
          value +=
            (horizontal[tap] ?? 0) *
            (line[Math.min(width - 1, Math.max(0, left + tap)) * bands + band] ?? 0);
        result[at++] = depth === 16 ? clamped16(value) : value;
      }
    }
  }
  return result;
}

/** Writes a picture, enlarged by a whole factor, to a new file. The caller closes it. */
export async function enlargePicture(
  picture: PixelFile,
  scale: number,
  path: string,
): Promise<PixelFile> {
  const { width, height, bands } = picture.info;
  const enlarged = await PixelFile.create(path, {
    width: width * scale,
    height: height * scale,
    bands,
    depth: picture.depth,
  });
  try {
    for (let from = 0; from < height; from += ROWS_AT_A_TIME) {
      const rows = await enlargeRows(picture, from, Math.min(height, from + ROWS_AT_A_TIME), scale);
      await enlarged.writeRows(from * scale, plain(rows));
    }
    return enlarged;
  } catch (error) {
    await enlarged.close();
    throw error;
  }
}
