import path from 'node:path';
import { splitAlpha, type SplitPicture } from './alpha';
import { notAnImage } from './inspect';
import { PixelFile } from './pixelFile';
import type { Depth } from './samples';
import { loadSharp } from './sharpLoader';

/** A decoded picture, upright: RGB, and alpha when there is any transparency. */
export type DecodedSource = SplitPicture;

export async function closeSource({
  rgb,
  alpha,
}: Pick<DecodedSource, 'rgb' | 'alpha'>): Promise<void> {
  await Promise.all([rgb.close(), alpha?.close()]);
}

export type DecodeOptions = {
  /** Bits of a sample. */
  readonly depth: Depth;
  /**
   * Leaves RGB values as the file has them, in the file's own colour space, instead of converting
   * them to sRGB.
   */
  readonly keepColours: boolean;
  /** Frames to read, stacked; 1 unless given. */
  readonly frames?: number;
};

const FOR_THE_SCREEN: DecodeOptions = { depth: 8, keepColours: false };

/**
 * Decodes a picture into `scratch` and takes colour and alpha apart. Applies the EXIF orientation.
 * The caller closes the result.
 */
export const decodeSource = async (
  file: string,
  scratch: string,
  options: DecodeOptions = FOR_THE_SCREEN,
): Promise<DecodedSource> => separated(await decodePixels(file, scratch, options), scratch);

/**
 * Decodes a picture into `scratch`: RGB or RGBA, frames below each other. Applies the EXIF
 * orientation. The caller closes the result.
 */
export async function decodePixels(
  file: string,
  scratch: string,
  { depth, keepColours, frames = 1 }: DecodeOptions,
): Promise<PixelFile> {
  const decoded = path.join(scratch, 'source.v');
  const picture = loadSharp()(file, {
    sequentialRead: true,
    limitInputPixels: false,
    failOn: 'error',
    pages: frames,
  });
  // An animation can't be turned as it is read; its formats have no orientation.
  if (frames === 1) picture.autoOrient();
  // Keeping the profile keeps the values, too.
  if (keepColours) picture.keepIccProfile();
  await picture
    .toColourspace(depth === 16 ? 'rgb16' : 'srgb')
    .toFile(decoded)
    .catch((error: unknown) => {
      throw notAnImage(path.basename(file), error);
    });
  return PixelFile.openVips(decoded);
}

/** Takes colour and alpha apart; closes `pixels` unless that is the result. */
export async function separated(pixels: PixelFile, scratch: string): Promise<DecodedSource> {
  if (pixels.info.bands === 3) return { rgb: pixels, alpha: undefined, invisible: false };
  try {
    if (pixels.info.bands !== 4)
      throw new Error(`The decoder yielded ${pixels.info.bands} channels.`);
    return await splitAlpha(pixels, scratch);
  } finally {
    await pixels.close();
  }
}
