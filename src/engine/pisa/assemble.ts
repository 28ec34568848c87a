import path from 'node:path';
import type { Rect, Size } from '../../shared/geometry';
import { pillowResize } from '../image/pillowResize';
import { PixelFile } from '../image/pixelFile';
import { joinAlpha } from '../upscale/blend';

/**
 * A small picture's result at the size that was asked for, by Pillow's bicubic as in the reference.
 * Closes `large`.
 */
export async function reduced(
  large: PixelFile,
  target: Size,
  region: Rect | undefined,
  scratch: string,
): Promise<PixelFile> {
  let small: PixelFile | undefined;
  try {
    small = await pillowResize(large, target, path.join(scratch, 'reduced.tif'));
    return region ? await cropped(small, region, path.join(scratch, 'region.tif')) : small;
  } finally {
    await large.close();
    if (region) await small?.close();
  }
}

/** A part of a picture as a picture of its own. */
export async function cropped(
  picture: PixelFile,
  { x, y, width, height }: Rect,
  file: string,
): Promise<PixelFile> {
  const { bands, width: stride } = picture.info;
  const result = await PixelFile.create(file, { width, height, bands });
  for (let row = 0; row < height; row++) {
    const line = await picture.rows(y + row, y + row + 1);
    await result.writeRows(row, line.subarray(x * bands, Math.min(stride, x + width) * bands));
  }
  return result;
}

const BAND = 64;

/** Joins the alpha plane, enlarged by the same filter as the picture. Closes `colour`. */
export async function withAlpha(
  colour: PixelFile,
  alpha: PixelFile,
  target: Size,
  region: Rect | undefined,
  scratch: string,
): Promise<PixelFile> {
  const { width, height } = colour.info;
  const enlarged = await pillowResize(alpha, target, path.join(scratch, 'alpha-large.tif'));
  const plane = region
    ? await cropped(enlarged, region, path.join(scratch, 'alpha-region.tif'))
    : enlarged;
  try {
    const joined = await PixelFile.create(path.join(scratch, 'joined.tif'), {
      width,
      height,
      bands: 4,
    });
    for (let y = 0; y < height; y += BAND) {
      const end = Math.min(height, y + BAND);
      const [rgb, a] = [await colour.rows(y, end), await plane.rows(y, end)];
      const band = new Uint8ClampedArray((end - y) * width * 4);
      for (let i = 0; i < a.length; i++) band.set(rgb.subarray(3 * i, 3 * i + 3), 4 * i);
      joinAlpha(band, new Uint8ClampedArray(a.buffer, a.byteOffset, a.length));
      await joined.writeRows(y, new Uint8Array(band.buffer));
    }
    return joined;
  } finally {
    await colour.close();
    await enlarged.close();
    if (region) await plane.close();
  }
}
