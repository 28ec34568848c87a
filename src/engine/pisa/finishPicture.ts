import type { Rect } from '../../shared/geometry';
import type { ColourFix } from '../../shared/settings';
import { PixelFile } from '../image/pixelFile';
import { adain, MomentSums, wavelet, WAVELET_REACH, type ColourMoments } from './colourFix';
import { clamped16, maximumOf, newClamped, plain } from '../image/samples';
import type { FloatPicture } from './floatPicture';
import type { WorkPicture } from './workPicture';

const BAND = 64;

export type FinishParams = {
  /**
   * The decoded area: all of the work picture, or a part with whatever the colour fix needs around
   * it.
   */
  readonly decoded: FloatPicture;
  /** Where the decoded area lies in the work picture. */
  readonly area: Rect;
  /** The part of it that is wanted, in pixels of the work picture. */
  readonly wanted: Rect;
  readonly work: WorkPicture;
  /**
   * With `adain` moments of the whole decoded picture, and of the one that the networks saw, which they
   * become.
   */
  readonly colourFix:
    | Exclude<ColourFix, 'adain'>
    | { readonly colours: ColourMoments; readonly target: ColourMoments };
  readonly path: string;
};

/** Brings the colours back and rounds to the source's depth, once. The caller closes the result. */
export async function finishPicture({
  decoded,
  area,
  wanted,
  work,
  colourFix,
  path,
}: FinishParams): Promise<PixelFile> {
  const source = colourFix === 'wavelet' ? await work.pixels() : undefined;
  const result = await PixelFile.create(path, {
    width: wanted.width,
    height: wanted.height,
    bands: 3,
    depth: work.depth,
  });
  const most = maximumOf(work.depth);
  try {
    for (let y = 0; y < wanted.height; y += BAND) {
      const rows = Math.min(BAND, wanted.height - y);
      const first = wanted.y - area.y + y;
      const reach = source ? WAVELET_REACH : 0;
      const from = Math.max(0, first - reach);
      const to = Math.min(area.height, first + rows + reach);
      const samples = await decoded.rows(from, to);
      if (typeof colourFix === 'object') adain(samples, colourFix.colours, colourFix.target);
      if (source) wavelet(samples, await sourceRows(source, area, from, to), area.width, to - from);
      const band = newClamped(work.depth, rows * wanted.width * 3);
      for (let row = 0; row < rows; row++) {
        const start = ((first - from + row) * area.width + wanted.x - area.x) * 3;
        for (let i = 0; i < wanted.width * 3; i++) {
          const value = (samples[start + i] ?? 0) * most;
          band[row * wanted.width * 3 + i] = most > 255 ? clamped16(value) : value;
        }
      }
      await result.writeRows(y, plain(band));
    }
    return result;
  } catch (error) {
    await result.close();
    throw error;
  }
}

/** Mean and variance of a picture's channels, in [0,1]. */
export async function colourMoments(picture: PixelFile): Promise<ColourMoments> {
  const sums = new MomentSums();
  const most = maximumOf(picture.depth);
  for (let y = 0; y < picture.info.height; y += BAND) {
    const rows = await picture.samples(y, Math.min(picture.info.height, y + BAND));
    sums.add(Float32Array.from(rows, (value) => value / most));
  }
  return sums.moments();
}

/** Rows of the source within the area, as floats in [0,1]. */
async function sourceRows(
  work: PixelFile,
  area: Rect,
  from: number,
  to: number,
): Promise<Float32Array> {
  const rows = await work.samples(area.y + from, area.y + to);
  const most = maximumOf(work.depth);
  const { width } = work.info;
  const result = new Float32Array((to - from) * area.width * 3);
  for (let y = 0; y < to - from; y++) {
    for (let i = 0; i < area.width * 3; i++)
      result[y * area.width * 3 + i] = (rows[(y * width + area.x) * 3 + i] ?? 0) / most;
  }
  return result;
}
