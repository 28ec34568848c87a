import path from 'node:path';
import type { Size } from '../../shared/geometry';
import { copyArea } from './copyArea';
import { enlargePicture } from './enlarge';
import { PixelFile } from './pixelFile';
import { libvips } from './sharedLock';
import { loadSharp } from './sharpLoader';

/**
 * A model's result at least as large as what is wanted: itself, or its enlargement. Closes `raw` if
 * that is not the result.
 */
export async function atLeast(raw: PixelFile, size: Size, scratch: string): Promise<PixelFile> {
  const factor = Math.ceil(Math.max(size.width / raw.info.width, size.height / raw.info.height));
  if (factor <= 1) return raw;
  try {
    return await enlargePicture(raw, factor, path.join(scratch, 'enlarged.tif'));
  } finally {
    await raw.close();
  }
}

export type ResampleOptions = {
  readonly kernel: 'lanczos3' | 'linear';
  /** The picture goes on beyond its edges with the opposite ones. */ readonly wrap: boolean;
};

/** The picture at exactly `size`. Closes `raw` if that is not the result. */
export async function resampled(
  raw: PixelFile,
  size: Size,
  { kernel, wrap }: ResampleOptions,
  scratch: string,
): Promise<PixelFile> {
  if (raw.info.width === size.width && raw.info.height === size.height) return raw;
  const border = wrap
    ? { x: wholeBorder(raw.info.width, size.width), y: wholeBorder(raw.info.height, size.height) }
    : NO_BORDER;
  const wide = { width: size.width + 2 * border.x.after, height: size.height + 2 * border.y.after };
  const around = wrap
    ? await wrapped(raw, border.x.before, border.y.before, path.join(scratch, 'wrapped.tif'))
    : raw;
  const result = await reduced(await atLeast(around, wide, scratch), wide, kernel, scratch);
  return wrap
    ? cropped(
        result,
        { x: border.x.after, y: border.y.after, ...size },
        path.join(scratch, 'cropped.tif'),
      )
    : result;
}

async function reduced(
  large: PixelFile,
  size: Size,
  kernel: ResampleOptions['kernel'],
  scratch: string,
): Promise<PixelFile> {
  if (large.info.width === size.width && large.info.height === size.height) return large;
  await large.close();
  const file = path.join(scratch, 'resampled.v');
  const options = { sequentialRead: true, limitInputPixels: false, unlimited: true };
  await libvips.shared(() =>
    loadSharp()(large.source, options)
      .keepIccProfile()
      .resize(size.width, size.height, { fit: 'fill', kernel })
      .toColourspace(large.depth === 16 ? 'rgb16' : 'srgb')
      .toFile(file),
  );
  return PixelFile.openVips(file);
}

const NO_BORDER = { x: { before: 0, after: 0 }, y: { before: 0, after: 0 } };
/** What the filters reach, with a reserve, in pixels of the larger picture for each factor. */
const REACH = 4;

/**
 * The narrowest border, in whole pixels before and after the change of size, that is wider than the
 * filter's reach.
 */
function wholeBorder(from: number, to: number): { before: number; after: number } {
  const step = from / greatestCommonDivisor(from, to);
  const before = step * Math.ceil((REACH * Math.max(1, from / to)) / step);
  return { before, after: (before * to) / from };
}

const greatestCommonDivisor = (a: number, b: number): number =>
  b === 0 ? a : greatestCommonDivisor(b, a % b);

/** The picture with a border of what lies at its opposite edges. Closes `picture`. */
export async function wrapped(
  picture: PixelFile,
  x: number,
  y: number,
  file: string,
): Promise<PixelFile> {
  const { width, height, bands } = picture.info;
  const result = await PixelFile.create(file, {
    width: width + 2 * x,
    height: height + 2 * y,
    bands,
    depth: picture.depth,
  });
  try {
    const pixel = (bands * picture.depth) / 8;
    for (let row = 0; row < height + 2 * y; row++) {
      const from = (((row - y) % height) + height) % height;
      const line = await picture.rows(from, from + 1);
      const wide = new Uint8Array((width + 2 * x) * pixel);
      for (let column = 0; column < width + 2 * x;) {
        const at = (((column - x) % width) + width) % width;
        const count = Math.min(width - at, width + 2 * x - column);
        wide.set(line.subarray(at * pixel, (at + count) * pixel), column * pixel);
        column += count;
      }
      await result.writeArea({ x: 0, y: row, width: width + 2 * x, height: 1 }, wide);
    }
    return result;
  } catch (error) {
    await result.close();
    throw error;
  } finally {
    await picture.close();
  }
}

/** A part of a picture, in a file of its own. Closes `picture`. */
export async function cropped(
  picture: PixelFile,
  rect: Size & { readonly x: number; readonly y: number },
  file: string,
): Promise<PixelFile> {
  try {
    return await copyArea(picture, rect, file);
  } finally {
    await picture.close();
  }
}
