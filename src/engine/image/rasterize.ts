import path from 'node:path';
import type { Size } from '../../shared/geometry';
import { notAnImage } from './inspect';
import { PixelFile } from './pixelFile';
import { loadSharp } from './sharpLoader';

/** Densities that librsvg takes. */
const DENSITY = { least: 1, own: 72, most: 100_000 };

/**
 * Draws an SVG at exactly `size`: its lines and curves, no pixels enlarged. RGBA, 8-bit sRGB. The
 * caller closes it.
 */
export async function rasterize(
  file: string,
  natural: Size,
  size: Size,
  scratch: string,
): Promise<PixelFile> {
  const scale = Math.max(size.width / natural.width, size.height / natural.height);
  const density = Math.min(DENSITY.most, Math.max(DENSITY.least, DENSITY.own * scale));
  const drawn = path.join(scratch, 'drawn.tif');
  await loadSharp()(file, { density, limitInputPixels: false, failOn: 'error' })
    .resize(size.width, size.height, { fit: 'fill' })
    .ensureAlpha()
    .toColourspace('srgb')
    .toFile(path.join(scratch, 'drawn.v'))
    .catch((error: unknown) => {
      throw notAnImage(path.basename(file), error);
    });
  const pixels = await PixelFile.openVips(path.join(scratch, 'drawn.v'));
  try {
    const result = await PixelFile.create(drawn, { ...size, bands: 4 });
    for (let y = 0; y < size.height; y += 64)
      await result.writeRows(y, await pixels.rows(y, Math.min(size.height, y + 64)));
    return result;
  } finally {
    await pixels.close();
  }
}
