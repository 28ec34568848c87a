import path from 'node:path';
import { isSameSize, type Size } from '../../shared/geometry';
import { draw, drawings, PLAIN_DENSITY } from './drawing';
import { drawingError, lessThanAPixel, refuseOtherSize } from './drawingError';
import { notAnImage } from './notAnImage';
import { PixelFile } from './pixelFile';
import { fromOrigin, plainSvg, readSvg, type SvgText } from './svg';
import {
  atSize,
  claimedSize,
  DENSITY,
  dependsOnFont,
  ENLARGED,
  FONT_LENGTHS,
  forFontSize,
  hasOwnSize,
  saidSize,
  withFontSize,
} from './svgSize';

const BAND = 64;
/** By how much a side in pixels and the enlarged one may differ, as each is rounded. */
const ROUNDED = 1.2;

/** What may be a length in a unit that the drawer counts otherwise than browsers do. */
const UNITS = /\d\s?(?:pt|pc|mm|cm|in|q|r?em|ex|ch)\b/i;

const rounded = ({ width, height }: Size): Size => ({
  width: Math.round(width),
  height: Math.round(height),
});

/** Pixels of the root's font where the drawing's size depends on it. */
export async function fontSize(svg: SvgText): Promise<number | undefined> {
  if (!dependsOnFont(svg)) return undefined;
  // What is wrong with a drawing is told by those who draw it.
  const drawn = await draw({ svg: forFontSize(svg), density: DENSITY }).catch(() => undefined);
  return drawn && drawn.width / ENLARGED / FONT_LENGTHS;
}

/**
 * The size that an SVG is drawn at by itself: that of its attributes, else of its style sheets, else
 * of its view box. One that does not say it is measured, from its origin on, in a process of its own:
 * that may take long.
 */
export async function naturalSize(
  svg: SvgText,
  font: number | undefined,
  name: string,
  signal: AbortSignal,
): Promise<Size> {
  const said = saidSize(svg, font);
  if (said) {
    const size = rounded(said);
    if (size.width === 0 || size.height === 0) throw lessThanAPixel(name);
    refuseOtherSize(name, await draw({ svg: atSize(svg, said, size), density: DENSITY }), size);
    return size;
  }
  const plain = withFontSize(svg);
  return hasOwnSize(svg)
    ? sizeOf(plainSvg(plain), (svg, density) => draw({ svg, density }))
    : sizeOf(fromOrigin(plain), (svg, density) => drawings.draw(name, { svg, density }, signal));
}

/**
 * What the drawer measures, in whole pixels. Only when all is enlarged it counts units as browsers do;
 * so a drawing in pixels is measured without, which loses no part of one.
 */
async function sizeOf(
  svg: string,
  measure: (svg: string, density: number) => Promise<Size>,
): Promise<Size> {
  const plain = await measure(svg, PLAIN_DENSITY);
  if (!UNITS.test(svg)) return plain;
  const enlarged = await measure(svg, DENSITY);
  const side = (name: 'width' | 'height'): number =>
    Math.abs(plain[name] * ENLARGED - enlarged[name]) < ROUNDED
      ? plain[name]
      : Math.max(1, Math.round(enlarged[name] / ENLARGED));
  return { width: side('width'), height: side('height') };
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
  const claimed = claimedSize(svg, await fontSize(svg));
  // What it claims has parts of pixels, which the natural size has not.
  const units = claimed && isSameSize(rounded(claimed), natural) ? claimed : natural;
  const drawn = await drawings
    .draw(name, { svg: atSize(svg, units, size), output, density: DENSITY }, signal)
    .catch((error: unknown) => {
      throw drawingError(name, error);
    });
  refuseOtherSize(name, drawn, size);
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
