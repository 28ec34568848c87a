import path from 'node:path';
import { splitAlpha } from './alpha';
import { notAnImage } from './inspect';
import { PixelFile } from './pixelFile';
import { loadSharp } from './sharpLoader';

/** A decoded picture, upright, 8-bit sRGB. */
export type DecodedSource = {
  readonly rgb: PixelFile;
  /** One band, when there is any transparency. */
  readonly alpha: PixelFile | undefined;
};

export async function closeSource({ rgb, alpha }: DecodedSource): Promise<void> {
  await Promise.all([rgb.close(), alpha?.close()]);
}

/**
 * Decodes a picture (first frame) into `scratch`. Applies the EXIF orientation and converts to sRGB. The caller closes the
 * result.
 */
export async function decodeSource(file: string, scratch: string): Promise<DecodedSource> {
  const decoded = path.join(scratch, 'source.v');
  await loadSharp()(file, { sequentialRead: true, limitInputPixels: false, failOn: 'error', pages: 1 })
    .autoOrient()
    .toColourspace('srgb')
    .toFile(decoded)
    .catch((error: unknown) => {
      throw notAnImage(path.basename(file), error);
    });
  const pixels = await PixelFile.openVips(decoded);
  if (pixels.info.bands === 3) return { rgb: pixels, alpha: undefined };
  try {
    if (pixels.info.bands !== 4) throw new Error(`The decoder yielded ${pixels.info.bands} channels.`);
    return await splitAlpha(pixels, scratch);
  } finally {
    await pixels.close();
  }
}
