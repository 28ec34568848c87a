import path from 'node:path';
import type { Size } from '../../shared/geometry';
import { draw, drawings } from './drawing';
import { drawingError } from './drawingError';
import { notAnImage } from './notAnImage';
import { PixelFile } from './pixelFile';
import {
  atSize,
  exactLengths,
  fromOrigin,
  hasOwnSize,
  plainSvg,
  readSvg,
  type SvgText,
} from './svg';

const BAND = 64;

/**
 * The size that an SVG is drawn at by itself. One that does not say it is measured, from its origin
 * on, in a process of its own: that may take long.
 */
export async function naturalSize(svg: SvgText, name: string, signal: AbortSignal): Promise<Size> {
  if (hasOwnSize(svg)) return draw({ svg: plainSvg(svg) });
  return drawings.draw(name, { svg: fromOrigin(svg) }, signal);
}

/**
 * Draws an SVG at exactly `size`: its lines and curves, no pixels enlarged. RGBA, 8-bit sRGB. The
 * caller closes it.
 */
export async function rasterize(
  file: string,
  natural: Size,
  size: Size,
  scratch: string,
  signal: AbortSignal,
): Promise<PixelFile> {
  const name = path.basename(file);
  const svg = await readSvg(file);
  if (!svg) throw notAnImage(name, new Error('unsupported image format'));
  const output = path.join(scratch, 'drawn.v');
  await drawings
    .draw(name, { svg: atSize(svg, exactLengths(svg) ?? natural, size), output }, signal)
    .catch((error: unknown) => {
      throw drawingError(name, error);
    });
  const pixels = await PixelFile.openVips(output);
  try {
    const result = await PixelFile.scratch(path.join(scratch, 'drawn.tif'), { ...size, bands: 4 });
    for (let y = 0; y < size.height; y += BAND)
      await result.writeRows(y, await pixels.rows(y, Math.min(size.height, y + BAND)));
    return result;
  } finally {
    await pixels.close();
  }
}
