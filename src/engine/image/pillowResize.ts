import type { Size } from '../../shared/geometry';
import { CUBIC_REACH, keysCubic } from '../../shared/keysCubic';
import { PixelFile } from './pixelFile';
import { maximumOf, newSamples, type Samples } from './samples';

/** Pillow's fixed-point precision for 8-bit samples (`Resample.c`); doubles hold it for 16 bits, too. */
const PRECISION = 22;
/** Output rows that are computed at a time. */
const BAND = 64;

/** For each output position the first input position it reads, and its weights. */
type Kernel = {
  readonly first: Int32Array;
  readonly count: Int32Array;
  readonly weights: Int32Array;
  readonly taps: number;
};

/**
 * Pillow's `precompute_coeffs` for BICUBIC: Keys' kernel, widened when reducing, cut off and
 * renormalised at the edges.
 */
function kernelFor(from: number, to: number): Kernel {
  const scale = from / to;
  const widening = Math.max(scale, 1);
  const support = CUBIC_REACH * widening;
  const taps = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(to);
  const count = new Int32Array(to);
  const weights = new Int32Array(to * taps);
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * scale;
    const start = Math.max(0, Math.trunc(centre - support + 0.5));
    const length = Math.min(from, Math.trunc(centre + support + 0.5)) - start;
    const exact = Array.from({ length }, (_, k) =>
      keysCubic((k + start - centre + 0.5) / widening),
    );
    const sum = exact.reduce((a, b) => a + b, 0);
    exact.forEach((weight, k) => {
      const fixed = (sum === 0 ? weight : weight / sum) * 2 ** PRECISION;
      weights[i * taps + k] = Math.trunc(fixed < 0 ? fixed - 0.5 : fixed + 0.5);
    });
    first[i] = start;
    count[i] = length;
  }
  return { first, count, weights, taps };
}

/**
 * Resizes a picture of 8 bits exactly as Pillow's `Image.resize(size, BICUBIC)` does: what PiSA-SR was
 * trained and evaluated with; one of 16 bits by the same steps, for which Pillow has no RGB. Writes a new file, which the caller closes. Memory: a few bands of
 * rows.
 */
export async function pillowResize(
  source: PixelFile,
  size: Size,
  path: string,
): Promise<PixelFile> {
  const { bands } = source.info;
  const { depth } = source;
  const most = maximumOf(depth);
  const horizontal = kernelFor(source.info.width, size.width);
  const vertical = kernelFor(source.info.height, size.height);
  const result = await PixelFile.create(path, { ...size, bands, depth });
  try {
    const stride = size.width * bands;
    for (let from = 0; from < size.height; from += BAND) {
      const to = Math.min(size.height, from + BAND);
      const top = vertical.first[from] ?? 0;
      const bottom = (vertical.first[to - 1] ?? 0) + (vertical.count[to - 1] ?? 0);
      const rows = resizeRows(
        await source.samples(top, bottom),
        source.info.width,
        size.width,
        bottom - top,
        bands,
        horizontal,
      );
      const band = newSamples(depth, stride * (to - from));
      for (let y = from; y < to; y++) {
        const start = ((vertical.first[y] ?? 0) - top) * stride;
        const taps = vertical.count[y] ?? 0;
        for (let x = 0; x < stride; x++) {
          let sum = 2 ** (PRECISION - 1);
          for (let k = 0; k < taps; k++)
            sum +=
              (rows[start + k * stride + x] ?? 0) * (vertical.weights[y * vertical.taps + k] ?? 0);
          band[(y - from) * stride + x] = clip(sum, most);
        }
      }
      await result.writeRows(from, band);
    }
    return result;
  } catch (error) {
    await result.close();
    throw error;
  }
}

function resizeRows(
  pixels: Samples,
  width: number,
  to: number,
  height: number,
  bands: number,
  kernel: Kernel,
): Samples {
  if (width === to) return pixels;
  const depth = pixels instanceof Uint16Array ? 16 : 8;
  const most = maximumOf(depth);
  const result = newSamples(depth, to * height * bands);
  let at = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < to; x++) {
      const start = (y * width + (kernel.first[x] ?? 0)) * bands;
      const taps = kernel.count[x] ?? 0;
      for (let band = 0; band < bands; band++) {
        let sum = 2 ** (PRECISION - 1);
        for (let k = 0; k < taps; k++)
          sum +=
            (pixels[start + k * bands + band] ?? 0) * (kernel.weights[x * kernel.taps + k] ?? 0);
        result[at++] = clip(sum, most);
      }
    }
  }
  return result;
}

/** From fixed point to [0,most]. */
function clip(fixed: number, most: number): number {
  const value = Math.floor(fixed / 2 ** PRECISION);
  return value < 0 ? 0 : value > most ? most : value;
}
