import { libvips } from './sharedLock';
import { loadSharp } from './sharpLoader';

/**
 * A step that nobody sees, in 8-bit levels; how many samples may be beyond it, as single pixels of
 * an edge are; and how far.
 */
const INVISIBLE = 4;
const BEYOND = 0.015;
const FARTHEST = 32;
/**
 * An area of so many pixels a side must keep its mean within so many levels: beyond, a gradient
 * shows bands.
 */
const AREA = 8;
const AREA_STEP = 1.5;

/** Whether a PNG with a palette looks like the one without, in premultiplied values. */
export async function paletteLosesNothing(full: string, indexed: string): Promise<boolean> {
  const [one, other] = await Promise.all(
    [full, indexed].map((file) =>
      libvips.shared(() =>
        loadSharp()(file, { limitInputPixels: false, ignoreIcc: true })
          .ensureAlpha()
          .raw()
          .toBuffer({ resolveWithObject: true }),
      ),
    ),
  );
  if (!one || !other || one.data.length !== other.data.length) return false;
  return (
    fewSamplesDiffer(one.data, other.data) &&
    areasKeepTheirMeans(one.data, other.data, one.info.width)
  );
}

function fewSamplesDiffer(a: Buffer, b: Buffer): boolean {
  let count = 0;
  for (let i = 0; i < a.length; i += 4) {
    const [alphaA, alphaB] = [a[i + 3] ?? 0, b[i + 3] ?? 0];
    for (let channel = 0; channel < 4; channel++) {
      const difference =
        channel === 3
          ? Math.abs(alphaA - alphaB)
          : Math.abs((a[i + channel] ?? 0) * alphaA - (b[i + channel] ?? 0) * alphaB) / 255;
      if (difference > FARTHEST) return false;
      if (difference > INVISIBLE) count++;
    }
  }
  return count <= a.length * BEYOND;
}

function areasKeepTheirMeans(a: Buffer, b: Buffer, width: number): boolean {
  const stride = width * 4;
  const columns = Math.ceil(width / AREA);
  for (let from = 0; from < a.length; from += AREA * stride) {
    const end = Math.min(a.length, from + AREA * stride);
    const sums = new Float64Array(columns * 3);
    const counts = new Uint32Array(columns);
    for (let i = from; i < end; i += 4) {
      const column = Math.floor(((i % stride) >> 2) / AREA);
      counts[column] = (counts[column] ?? 0) + 1;
      for (let channel = 0; channel < 3; channel++) {
        const difference =
          ((a[i + channel] ?? 0) * (a[i + 3] ?? 0) - (b[i + channel] ?? 0) * (b[i + 3] ?? 0)) / 255;
        sums[3 * column + channel] = (sums[3 * column + channel] ?? 0) + difference;
      }
    }
    if (sums.some((sum, i) => Math.abs(sum) > AREA_STEP * (counts[Math.floor(i / 3)] ?? 0)))
      return false;
  }
  return true;
}
