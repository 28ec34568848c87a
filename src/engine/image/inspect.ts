import path from 'node:path';
import type { Metadata } from 'sharp';
import { NotAFileError } from '../../files/kinds';
import { openRegular } from '../../files/openRegular';
import type { Size } from '../../shared/geometry';
import type { OutputFormat } from '../../shared/settings';
import { engineError, messageOf, systemCode } from '../errors';
import { gammaProfile, pngColours } from './gammaProfile';
import { hasGainMap } from './gainMap';
import { refuseKnownKinds } from './refusals';
import { loadSharp } from './sharpLoader';

/** What the header of a picture says. */
export type SourceInfo = {
  /** Size after the EXIF orientation is applied; of one frame. */
  readonly size: Size;
  /** The source's own format where it can be written. */
  readonly format: OutputFormat | undefined;
  readonly formatName: string;
  readonly frames: number;
  /** Milliseconds each frame is shown, and how often all are (0: for ever). */
  readonly delay: readonly number[];
  readonly loop: number;
  readonly bitsPerChannel: number;
  readonly isVector: boolean;
  readonly isGrey: boolean;
  /** CMYK, CIELAB and the like, which are converted. */
  readonly otherColours: string | undefined;
  /** The colour profile that its values are in, if it fits to what is written: RGB, or grey. */
  readonly profile: Buffer | undefined;
  readonly hasPalette: boolean;
  /** The format has thrown something away. */
  readonly isLossy: boolean;
  readonly isProgressive: boolean;
  readonly exif: Buffer | undefined;
  readonly xmp: Buffer | undefined;
  readonly iptc: Buffer | undefined;
  /** Pixels per inch. */
  readonly density: number | undefined;
  /** What the person should know of how the picture can be read. */
  readonly notes: readonly string[];
};

const LFS_POINTER = 'version https://git-lfs.github.com/spec/';
/** Enough for what stands before a PNG's pixels, but for large profiles. */
const HEAD_BYTES = 65_536;

const READABLE_FORMATS: { readonly [sharpFormat: string]: OutputFormat | 'read-only' } = {
  png: 'png',
  jpeg: 'jpeg',
  webp: 'webp',
  heif: 'avif',
  tiff: 'tiff',
  gif: 'gif',
  svg: 'read-only',
};
const SUPPORTED = 'Supported: PNG, JPEG, WebP, AVIF, TIFF, GIF and SVG.';

/** Reads a picture's header and refuses, before anything is decoded, what can't or mustn't be. */
export async function inspectSource(file: string, maxMegapixels: number): Promise<SourceInfo> {
  const head = await readHead(file);
  const name = path.basename(file);
  if (head.length === 0) {
    throw engineError('input-empty', {
      message: `${name} is empty (0 bytes).`,
      hint: 'Restore the file from version control or a backup.',
    });
  }
  if (head.toString('latin1', 0, 200).startsWith(LFS_POINTER)) {
    throw engineError('input-lfs-pointer', {
      message: `${name} is a Git LFS pointer, not the picture itself.`,
      hint: 'Fetch the picture first: git lfs pull',
    });
  }
  refuseKnownKinds(file, head);
  const metadata = await loadSharp()(file, { limitInputPixels: false })
    .metadata()
    .catch((error: unknown) => {
      throw notAnImage(name, error);
    });
  const format = READABLE_FORMATS[metadata.format];
  if (format === undefined || (metadata.format === 'heif' && metadata.compression !== 'av1')) {
    throw engineError('input-not-an-image', {
      message: `${name} is ${metadata.format.toUpperCase()}, which can't be upscaled.`,
      hint: `${SUPPORTED} Convert the picture to one of them first.`,
    });
  }
  if (metadata.gainMap !== undefined || (await hasGainMap(file, head))) {
    throw engineError('input-not-an-image', {
      message:
        `${name} has a gain map (Ultra HDR): a second picture that brightens the ` +
        'first on HDR screens, and that would no longer fit.',
      hint: 'Export the picture without HDR, then upscale that.',
    });
  }
  if (!['uchar', 'ushort'].includes(metadata.depth)) {
    throw engineError('input-not-an-image', {
      message:
        `${name} has samples of the type ${metadata.depth}, as HDR pictures and ` +
        'measurements have; 8 and 16 bits a channel can be upscaled.',
      hint: 'Tone-map or convert it to 16 bits a channel first.',
    });
  }
  const isAnimated = metadata.format === 'gif' || metadata.format === 'webp';
  const frames = isAnimated ? (metadata.pages ?? 1) : 1;
  const { width } = metadata;
  const height = metadata.pageHeight ?? metadata.height;
  const megapixels = (width * height * frames) / 1e6;
  if (megapixels > maxMegapixels) {
    throw engineError('input-too-large', {
      message:
        `${name} claims ${width}×${height} ` +
        `pixels${frames > 1 ? ` in ${frames} frames` : ''} ` +
        `(${megapixels.toFixed(0)} megapixels); the limit is ${maxMegapixels}.`,
      hint:
        'If the picture is really that large, raise the limit: setting ' +
        '"pisaUpscale.maxInputMegapixels" or option --max-megapixels.',
    });
  }
  const { space, icc, exif, xmp, iptc, density } = metadata;
  const isGrey = space === 'b-w' || space === 'grey16';
  const otherColours =
    isGrey || space === 'srgb' || space === 'rgb16' || space === 'rgb' ? undefined : space;
  return {
    size: frames > 1 ? { width, height } : metadata.autoOrient,
    format: format === 'read-only' ? undefined : format,
    formatName: metadata.format,
    frames,
    delay: (metadata.delay ?? []).map(sixteenBits),
    loop: sixteenBits(metadata.loop ?? 0),
    bitsPerChannel: metadata.depth === 'uchar' ? 8 : 16,
    isVector: metadata.format === 'svg',
    isGrey,
    otherColours,
    profile: profileOf(head, icc, isGrey, otherColours),
    hasPalette: metadata.isPalette,
    isLossy:
      metadata.format === 'jpeg' ||
      metadata.format === 'heif' ||
      (metadata.format === 'webp' && !head.includes('VP8L')),
    isProgressive: metadata.isProgressive,
    exif,
    xmp,
    iptc,
    density,
    notes: notesOf(metadata, head),
  };
}

/** What the formats can hold; damaged files claim more. */
const sixteenBits = (value: number): number => Math.min(65_535, Math.max(0, value));

/** The file's profile, or one that says what a PNG's gAMA and cHRM say. */
function profileOf(
  head: Buffer,
  icc: Buffer | undefined,
  isGrey: boolean,
  otherColours: string | undefined,
): Buffer | undefined {
  if (otherColours !== undefined) return undefined;
  if (icc) return icc.toString('latin1', 16, 20) === (isGrey ? 'GRAY' : 'RGB ') ? icc : undefined;
  const colours = pngColours(head);
  return colours && gammaProfile(colours, isGrey);
}

function notesOf({ format, space, pages = 1 }: Metadata, head: Buffer): string[] {
  const notes: string[] = [];
  const [control, pixels] = [head.indexOf('acTL', 0, 'latin1'), head.indexOf('IDAT', 0, 'latin1')];
  if (format === 'png' && control > 0 && (pixels < 0 || control < pixels))
    notes.push('The source is an animated PNG, of which the codec reads the first frame only.');
  if (format === 'tiff' && pages > 1)
    notes.push(`The source has ${pages} pages; the first was upscaled.`);
  if (space === 'cmyk') notes.push('The source is CMYK, for print; the result is sRGB.');
  return notes;
}

/** An error for a file whose content is no picture, or a damaged one. */
export function notAnImage(name: string, error: unknown): Error {
  const detail = messageOf(error);
  if (/unsupported image format/i.test(detail)) {
    return engineError('input-not-an-image', {
      message:
        `${name} is not a picture: its content is of no supported format, whatever ` +
        'its name says.',
      hint: SUPPORTED,
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
    const { handle } = await openRegular(file, { followLinks: true });
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
  if (error instanceof NotAFileError)
    return engineError('input-not-an-image', {
      message: error.kind === 'folder' ? `${file} is a folder.` : error.message,
      hint: 'Name a picture.',
    });
  switch (systemCode(error)) {
    case 'ENOENT':
      return engineError('input-missing', {
        message: `${file} does not exist.`,
        hint: 'Check the path; the file may have been moved or renamed.',
        detail,
      });
    default:
      return engineError('input-unreadable', {
        message: `${file} can't be read.`,
        hint: 'Check the permissions of the file and its folder.',
        detail,
      });
  }
}
