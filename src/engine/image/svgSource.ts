import type { Size } from '../../shared/geometry';
import type { SourceInfo } from './sourceInfo';
import { engineError } from '../errors';
import { drawingError } from './drawingError';
import { fontSize, naturalSize } from './rasterize';
import { readSvg } from './svg';
import { claimedSize } from './svgSize';
import { readsImages } from './undrawn/innerImages';
import { undrawn } from './undrawn/undrawn';
import { phrase, type Words } from '../../shared/phrase';

/** What libvips can count; it takes more for one pixel. */
const LARGEST_SIDE = 10_000_000;

/** What may be an SVG; undefined when it is none. */
export async function inspectDrawing(
  file: string,
  name: string,
  signal: AbortSignal,
): Promise<SourceInfo | undefined> {
  const svg = await readSvg(file);
  if (!svg) return undefined;
  const font = await fontSize(svg);
  const claimed = claimedSize(svg, font);
  if (claimed && Math.max(claimed.width, claimed.height) > LARGEST_SIDE)
    throw engineError('input-too-large', {
      message: phrase`${name} claims ${claimed.width}×${claimed.height} pixels; a side may have at most ${LARGEST_SIDE}.`,
      hint: phrase`Give it a smaller width and height: a drawing loses nothing by that.`,
    });
  const size = await naturalSize(svg, font, name, signal).catch((error: unknown) => {
    throw drawingError(name, error);
  });
  const notes = await undrawn(svg, (addresses) => readsImages(addresses, name, signal));
  return drawn(size, notes);
}

/** A drawing has no pixels of its own, so none of their properties. */
const drawn = (size: Size, notes: readonly Words[]): SourceInfo => ({
  size,
  format: undefined,
  formatName: 'svg',
  isTurned: false,
  saysOrientation: true,
  frames: 1,
  delay: [],
  loop: 0,
  extras: [],
  bitsPerChannel: 8,
  isVector: true,
  stored: { isPremultiplied: false, orientation: undefined, bareFlags: [] },
  isGrey: false,
  otherColours: undefined,
  profile: undefined,
  hasPalette: false,
  isLossy: false,
  isProgressive: false,
  exif: undefined,
  xmp: undefined,
  xmpExtensions: [],
  iptc: undefined,
  density: undefined,
  remarks: [],
  lostTexts: [],
  notes,
});
