import { RpcError } from '../../shared/rpc';
import type { Size } from '../../shared/geometry';
import type { SourceInfo } from './sourceInfo';
import { engineError, messageOf } from '../errors';
import { notAnImage } from './notAnImage';
import { naturalSize } from './rasterize';
import { claimedSize, readSvg } from './svg';
import { phrase } from '../../shared/phrase';

/** What libvips can count; it takes more for one pixel. */
const LARGEST_SIDE = 10_000_000;

/** The size of what may be an SVG; undefined when it is none. */
export async function svgSize(
  file: string,
  name: string,
  signal: AbortSignal,
): Promise<Size | undefined> {
  const svg = await readSvg(file);
  if (!svg) return undefined;
  const claimed = claimedSize(svg);
  if (claimed && Math.max(claimed.width, claimed.height) > LARGEST_SIDE)
    throw engineError('input-too-large', {
      message: phrase`${name} claims ${claimed.width}×${claimed.height} pixels; a side may have at most ${LARGEST_SIDE}.`,
      hint: phrase`Give it a smaller width and height: a drawing loses nothing by that.`,
    });
  return naturalSize(svg, name, signal).catch((error: unknown) => {
    if (/bad dimensions|zero-sized/.test(messageOf(error)))
      throw engineError('input-unsupported', {
        message: phrase`${name} can't be drawn: its width or its height is less than one pixel.`,
        hint: phrase`Give it a larger width and height: a drawing loses nothing by that.`,
        detail: messageOf(error),
      });
    throw error instanceof RpcError ? error : notAnImage(name, error);
  });
}

/** A drawing has no pixels of its own, so none of their properties. */
export const drawn = (size: Size): SourceInfo => ({
  size,
  format: undefined,
  formatName: 'svg',
  isTurned: false,
  saysOrientation: true,
  frames: 1,
  delay: [],
  loop: 0,
  hasCredentials: false,
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
  notes: [],
});
