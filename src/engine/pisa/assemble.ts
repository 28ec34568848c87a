import path from 'node:path';
import type { Rect, Size } from '../../shared/geometry';
import { pillowResize } from '../image/pillowResize';
import { PixelFile } from '../image/pixelFile';
import { newClamped, plain } from '../image/samples';
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
export async function cropped(picture: PixelFile, rect: Rect, file: string): Promise<PixelFile> {
  const { width, height } = rect;
  const { bands, depth } = { ...picture.info, depth: picture.depth };
  const result = await PixelFile.create(file, { width, height, bands, depth });
  await result.writeArea({ x: 0, y: 0, width, height }, await picture.area(rect));
  return result;
}

const BAND = 64;

/**
 * Joins a plane of alpha of the result's size, or its part that `region` says. Closes `colour`, not
 * the plane.
 */
export async function withAlpha(
  colour: PixelFile,
  plane: PixelFile,
  region: Rect | undefined,
  scratch: string,
): Promise<PixelFile> {
  const { width, height } = colour.info;
  const { depth } = colour;
  const { x, y: top } = region ?? { x: 0, y: 0 };
  try {
    const joined = await PixelFile.create(path.join(scratch, 'joined.tif'), {
      width,
      height,
      bands: 4,
      depth,
    });
    for (let y = 0; y < height; y += BAND) {
      const end = Math.min(height, y + BAND);
      const rgb = await colour.samples(y, end);
      const rows = await plane.samples(top + y, top + end);
      const alpha = newClamped(depth, (end - y) * width);
      for (let row = 0; row < end - y; row++) {
        const from = row * plane.info.width + x;
        alpha.set(rows.subarray(from, from + width), row * width);
      }
      const band = newClamped(depth, 4 * alpha.length);
      for (let i = 0; i < alpha.length; i++) band.set(rgb.subarray(3 * i, 3 * i + 3), 4 * i);
      joinAlpha(band, alpha);
      await joined.writeRows(y, plain(band));
    }
    return joined;
  } finally {
    await colour.close();
  }
}
