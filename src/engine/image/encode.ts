import path from 'node:path';
import type { Rect, Size } from '../../shared/geometry';
import type { OutputFormat } from '../../shared/settings';
import { engineError, messageOf } from '../errors';
import { loadSharp } from './sharpLoader';

export type EncodeOptions = {
  readonly format: OutputFormat;
  /** 1–100, for the lossy formats. */
  readonly quality: number;
  /** Final size; a larger picture is reduced (Lanczos-3). */
  readonly size: Size;
  /** Only this part of the picture of that size. */
  readonly region?: Rect;
};

/** Largest side in pixels that a format can hold. */
const LARGEST_SIDE: { readonly [F in OutputFormat]?: number } = { jpeg: 65_535, webp: 16_383, avif: 65_535 };

export const supportsAlpha = (format: OutputFormat): boolean => format !== 'jpeg';

/** Refuses, before hours of work, a size that the format can't hold. */
export function checkFormatHolds(format: OutputFormat, size: Size): void {
  const largest = LARGEST_SIDE[format];
  if (largest === undefined || Math.max(size.width, size.height) <= largest) return;
  throw engineError('output-too-large-for-format', {
    message: `A ${format.toUpperCase()} picture can be at most ${largest} pixels a side; the result would be ${size.width}×${size.height}.`,
    hint: 'Choose PNG or TIFF as output format, or a smaller scale.',
  });
}

/** Encodes a raw TIFF picture into `output`. libvips reads it sequentially, so memory does not grow with its height. */
export async function encodePicture(raw: string, output: string, options: EncodeOptions): Promise<{ bytes: number }> {
  const { format, quality, size } = options;
  let picture = loadSharp()(raw, { sequentialRead: true, limitInputPixels: false, unlimited: true });
  const metadata = await picture.metadata();
  if (metadata.width !== size.width || metadata.height !== size.height) {
    picture = picture.resize(size.width, size.height, { fit: 'fill', kernel: 'lanczos3' });
  }
  if (options.region) {
    const { x, y, width, height } = options.region;
    picture = picture.extract({ left: x, top: y, width, height });
  }
  if (metadata.channels === 4 && !supportsAlpha(format)) picture = picture.flatten({ background: '#ffffff' });
  switch (format) {
    case 'png':
      picture = picture.png({ compressionLevel: 6 });
      break;
    case 'jpeg':
      picture = picture.jpeg({ quality, chromaSubsampling: '4:4:4' });
      break;
    case 'webp':
      picture = picture.webp({ quality });
      break;
    case 'avif':
      picture = picture.avif({ quality, chromaSubsampling: '4:4:4' });
      break;
    case 'tiff':
      picture = picture.tiff({ compression: 'deflate', predictor: 'horizontal', bigtiff: size.width * size.height * 4 > 2 ** 31 });
  }
  try {
    const info = await picture.toFile(output);
    return { bytes: info.size };
  } catch (error) {
    const detail = messageOf(error);
    const full = /no space|ENOSPC|disk/i.test(detail);
    throw engineError(full ? 'disk-full' : 'output-unwritable', {
      message: `The result could not be written to ${path.dirname(output)}${full ? ': the disk is full' : ''}.`,
      hint: full ? 'Free some space and try again.' : 'Check the folder and its permissions.',
      detail,
    });
  }
}
