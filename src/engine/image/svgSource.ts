import { RpcError } from '../../shared/rpc';
import type { Size } from '../../shared/geometry';
import type { SourceInfo } from './sourceInfo';
import { notAnImage } from './notAnImage';
import { naturalSize } from './rasterize';
import { readSvg } from './svg';

/** The size of what may be an SVG; undefined when it is none. */
export async function svgSize(
  file: string,
  name: string,
  signal: AbortSignal,
): Promise<Size | undefined> {
  const svg = await readSvg(file);
  if (!svg) return undefined;
  return naturalSize(svg, name, signal).catch((error: unknown) => {
    throw error instanceof RpcError ? error : notAnImage(name, error);
  });
}

/** A drawing has no pixels of its own, so none of their properties. */
export const drawn = (size: Size): SourceInfo => ({
  size,
  format: undefined,
  formatName: 'svg',
  isTurned: false,
  frames: 1,
  delay: [],
  loop: 0,
  bitsPerChannel: 8,
  isVector: true,
  isGrey: false,
  otherColours: undefined,
  profile: undefined,
  hasPalette: false,
  isLossy: false,
  isProgressive: false,
  exif: undefined,
  xmp: undefined,
  iptc: undefined,
  density: undefined,
  remarks: [],
  notes: [],
});
