import { open } from 'node:fs/promises';
import path from 'node:path';
import type { Size } from '../../shared/geometry';
import type { OutputFormat } from '../../shared/settings';
import { engineError, messageOf, systemCode } from '../errors';
import { loadSharp } from './sharpLoader';

/** What the header of a picture says. */
export type SourceInfo = {
  /** Size after the EXIF orientation is applied. */
  readonly size: Size;
  /** The source's own format where it can be written. */
  readonly format: OutputFormat | undefined;
  readonly formatName: string;
  readonly frames: number;
  readonly bitsPerChannel: number;
};

const LFS_POINTER = 'version https://git-lfs.github.com/spec/';
const HEAD_BYTES = 200;

const READABLE_FORMATS: { readonly [sharpFormat: string]: OutputFormat | 'read-only' } = {
  png: 'png',
  jpeg: 'jpeg',
  webp: 'webp',
  heif: 'avif',
  tiff: 'tiff',
  gif: 'read-only',
};

/** Reads a picture's header and refuses, before anything is decoded, what can't or mustn't be. */
export async function inspectSource(file: string, maxMegapixels: number): Promise<SourceInfo> {
  const head = await readHead(file);
  const name = path.basename(file);
  if (head.length === 0) {
    throw engineError('input-empty', { message: `${name} is empty (0 bytes).`, hint: 'Restore the file from version control or a backup.' });
  }
  if (head.toString('latin1').startsWith(LFS_POINTER)) {
    throw engineError('input-lfs-pointer', {
      message: `${name} is a Git LFS pointer, not the picture itself.`,
      hint: 'Fetch the picture first: git lfs pull',
    });
  }
  const metadata = await loadSharp()(file, { limitInputPixels: false }).metadata().catch((error: unknown) => {
    throw notAnImage(name, error);
  });
  const format = READABLE_FORMATS[metadata.format];
  if (format === undefined || (metadata.format === 'heif' && metadata.compression !== 'av1')) {
    throw engineError('input-not-an-image', {
      message: `${name} is ${metadata.format.toUpperCase()}, which can't be upscaled.`,
      hint: 'Supported: PNG, JPEG, WebP, AVIF, TIFF and GIF. Convert the picture to one of them first.',
    });
  }
  const { width, height } = metadata;
  const megapixels = (width * height) / 1e6;
  if (megapixels > maxMegapixels) {
    throw engineError('input-too-large', {
      message: `${name} claims ${width}×${height} pixels (${megapixels.toFixed(0)} megapixels); the limit is ${maxMegapixels}.`,
      hint: 'If the picture is really that large, raise the limit: setting "pisaUpscale.maxInputMegapixels" or option --max-megapixels.',
    });
  }
  return {
    size: metadata.autoOrient,
    format: format === 'read-only' ? undefined : format,
    formatName: metadata.format,
    frames: metadata.format === 'gif' || metadata.format === 'webp' ? (metadata.pages ?? 1) : 1,
    bitsPerChannel: metadata.depth === 'uchar' ? 8 : 16,
  };
}

/** An error for a file whose content is no picture, or a damaged one. */
export function notAnImage(name: string, error: unknown): Error {
  const detail = messageOf(error);
  if (/unsupported image format/i.test(detail)) {
    return engineError('input-not-an-image', {
      message: `${name} is not a picture: its content is of no supported format, whatever its name says.`,
      hint: 'Supported: PNG, JPEG, WebP, AVIF, TIFF and GIF.',
      detail,
    });
  }
  return engineError('input-damaged', {
    message: `${name} is damaged or incomplete.`,
    hint: 'Restore the file from version control or a backup, or export it again.',
    detail,
  });
}

async function readHead(file: string): Promise<Buffer> {
  try {
    const handle = await open(file, 'r');
    try {
      const buffer = Buffer.alloc(HEAD_BYTES);
      const { bytesRead } = await handle.read(buffer, 0, HEAD_BYTES, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw unreadable(file, error);
  }
}

function unreadable(file: string, error: unknown): Error {
  const detail = messageOf(error);
  switch (systemCode(error)) {
    case 'ENOENT':
      return engineError('input-missing', { message: `${file} does not exist.`, hint: 'Check the path; the file may have been moved or renamed.', detail });
    case 'EISDIR':
      return engineError('input-not-an-image', { message: `${file} is a folder.`, hint: 'Name a picture.', detail });
    default:
      return engineError('input-unreadable', { message: `${file} can't be read.`, hint: 'Check the permissions of the file and its folder.', detail });
  }
}
