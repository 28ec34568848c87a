import { rename, stat, unlink } from 'node:fs/promises';
import type { Sharp } from 'sharp';
import type { Rect, Size } from '../../shared/geometry';
import { RpcError } from '../../shared/rpc';
import type { OutputFormat } from '../../shared/settings';
import { PALETTE_SUFFIX } from '../../shared/temporaryFiles';
import { engineError } from '../errors';
import type { ExifData } from '../metadata/exifBlock';
import { exifPlaceholder, putExif } from '../metadata/exifFile';
import { setFileDensity } from '../metadata/fileDensity';
import { putJfif } from '../metadata/jfif';
import { putPngXmp } from '../metadata/pngXmp';
import { writeRemarks } from '../metadata/remarks';
import type { Density, Remark } from './containers/facts';
import { encodeError } from './encodeError';
import { MOST_LOOPS_TOLD, setFrameDurations, setLoop, STAND_IN_DELAY } from './frameDurations';
import {
  carriesProfile,
  isLossyFormat,
  needsBigTiff,
  supportsAlpha,
  supportsDepth16,
} from './formats';
import { paletteLosesNothing } from './palette';
import type { Depth } from './samples';
import { libvips } from './sharedLock';
import { loadSharp } from './sharpLoader';
import { announceBareCanvas } from './webpFrames';
import { type Words, phrase } from '../../shared/phrase';

export type EncodeOptions = {
  readonly format: OutputFormat;
  /** 1–100, for the lossy formats. */
  readonly quality: number;
  /** Final size of a frame; a larger picture is reduced. */
  readonly size: Size;
  /** Only this part of the picture of that size. */
  readonly region?: Rect;
  /** How a larger picture is reduced; Lanczos-3 unless given. */
  readonly kernel?: 'lanczos3' | 'linear';
  /** Of the picture that is read. */
  readonly depth: Depth;
  readonly isGrey: boolean;
  readonly lossless: boolean;
  /** Tries a palette and takes it when nothing visible is lost. */
  readonly tryPalette: boolean;
  readonly isProgressive: boolean;
  readonly maxBytes: number | undefined;
  /** Frames of an animation. */
  readonly animation?: {
    readonly frames: number;
    readonly delay: readonly number[];
    readonly loop: number;
  };
  readonly exif?: ExifData;
  readonly xmp?: string;
  /** Texts beside the picture, for the formats that hold them. */
  readonly remarks?: readonly Remark[];
  /** The picture carries IPTC, to be handed on. */
  readonly hasIptc: boolean;
  /** Pixels per inch. */
  readonly density?: Density;
  /** Called before each time that a file is written; rejects when it must not be any more. */
  readonly beforeWrite?: () => Promise<void>;
};

type FormatOptions = Pick<
  EncodeOptions,
  'format' | 'quality' | 'lossless' | 'isProgressive' | 'animation' | 'size'
>;

/** Beyond this a palette is not tried: both pictures are compared in memory. */
const MOST_PALETTE_PIXELS = 16e6;
const FULL_QUALITY = 100;

export type Encoded = {
  readonly bytes: number;
  /** What the person should know. */ readonly notes: readonly Words[];
};

/**
 * Encodes a raw TIFF picture, a file or its bytes, into `output`. libvips reads it sequentially, so memory does not grow
 * with its height. Lowers the quality until the file is as small as is wanted, and refuses if it
 * can't be.
 */
export async function encodePicture(
  raw: string | Buffer,
  output: string,
  options: EncodeOptions,
): Promise<Encoded> {
  const { format, quality, maxBytes } = options;
  const write = async (to: string, at: number, palette = false): Promise<number> => {
    await options.beforeWrite?.();
    try {
      const made = withFormat(await picture(raw, options), options, at, palette);
      await libvips.shared(() => made.toFile(to));
      return await finishMetadata(to, options);
    } catch (error) {
      throw error instanceof RpcError ? error : await encodeError(output, format, error);
    }
  };
  let bytes = await write(output, quality);
  const notes: Words[] = [];
  if (
    options.tryPalette &&
    format === 'png' &&
    options.depth === 8 &&
    options.size.width * options.size.height <= MOST_PALETTE_PIXELS
  ) {
    const other = output + PALETTE_SUFFIX;
    try {
      const smaller = await write(other, FULL_QUALITY, true);
      if (smaller < bytes && (await paletteLosesNothing(output, other))) {
        await rename(other, output);
        bytes = smaller;
      }
    } finally {
      await unlink(other).catch(() => undefined);
    }
  }
  if (maxBytes !== undefined && bytes > maxBytes) {
    const found =
      options.lossless || !isLossyFormat(format)
        ? undefined
        : await largestQuality(quality, maxBytes, (at) => write(output, at));
    if (!found) {
      throw engineError('output-too-large', {
        message: isLossyFormat(format)
          ? phrase`The result can't be made as small as ${maxBytes} bytes: as ${format.toUpperCase()} of the lowest quality it has ${(await stat(output)).size}.`
          : phrase`The result can't be made as small as ${maxBytes} bytes: as ${format.toUpperCase()}, whose quality is fixed, it has ${(await stat(output)).size}.`,
        hint: isLossyFormat(format)
          ? phrase`Choose a smaller scale or a larger limit.`
          : phrase`Choose JPEG, WebP or AVIF, a smaller scale or a larger limit.`,
      });
    }
    bytes = found.bytes;
    notes.push(
      phrase`Quality ${found.quality} instead of ${quality}, to stay below ${maxBytes} bytes.`,
    );
  }
  return { bytes, notes };
}

/** What a result says beside its pixels, as far as the encoder takes it. */
export function withMetadata(
  result: Sharp,
  { format, exif, xmp }: Pick<EncodeOptions, 'format' | 'exif' | 'xmp'>,
): Sharp {
  if (exif && format !== 'tiff') result = result.withExif(exifPlaceholder(exif));
  return xmp === undefined || format === 'png' ? result : result.withXmp(xmp);
}

/** Puts into a written file what its encoder could not. Returns its size in bytes. */
export async function finishMetadata(
  file: string,
  { format, exif, xmp, density, remarks, animation }: EncodeOptions,
): Promise<number> {
  if (animation && (format === 'webp' || format === 'gif'))
    await setFrameDurations(file, format, animation.delay);
  if (animation && format === 'webp') await announceBareCanvas(file);
  if (animation && format === 'gif' && animation.loop > MOST_LOOPS_TOLD)
    await setLoop(file, animation.loop);
  if (exif) await putExif(file, format, exif);
  else if (format === 'jpeg') await putJfif(file, density !== undefined);
  await setFileDensity(file, format, density);
  if (xmp !== undefined && format === 'png') await putPngXmp(file, xmp);
  return writeRemarks(file, format, remarks ?? []);
}

/**
 * The best quality below `from` at which the file is small enough; it is the one that lies on disk
 * then.
 */
async function largestQuality(
  from: number,
  maxBytes: number,
  write: (quality: number) => Promise<number>,
): Promise<{ quality: number; bytes: number } | undefined> {
  let [low, high] = [1, from - 1];
  let best: { quality: number; bytes: number } | undefined;
  let written = from;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const bytes = await write(middle);
    written = middle;
    if (bytes <= maxBytes) {
      best = { quality: middle, bytes };
      low = middle + 1;
    } else high = middle - 1;
  }
  if (best && written !== best.quality) await write(best.quality);
  return best;
}

async function picture(raw: string | Buffer, options: EncodeOptions): Promise<Sharp> {
  const { size, format, region, animation, depth, isGrey } = options;
  const read = loadSharp()(raw, {
    sequentialRead: true,
    limitInputPixels: false,
    unlimited: true,
    ...(animation ? { pages: animation.frames } : {}),
  });
  const metadata = await libvips.shared(() => read.metadata());
  let result = read;
  const height = metadata.pageHeight ?? metadata.height;
  if (metadata.width !== size.width || height !== size.height) {
    result = result.resize(size.width, size.height, {
      fit: 'fill',
      kernel: options.kernel ?? 'lanczos3',
    });
  }
  if (region) {
    const { x, y, width, height: rows } = region;
    result = result.extract({ left: x, top: y, width, height: rows });
  }
  if (metadata.hasAlpha && !supportsAlpha(format))
    result = result.flatten({ background: '#ffffff' });
  const deep = depth === 16 && supportsDepth16(format);
  // Without a place for the profile the values are converted to sRGB, which needs none.
  if (carriesProfile(format, isGrey)) result = result.keepIccProfile();
  result = result.toColourspace(
    isGrey && format !== 'gif' && format !== 'webp' && format !== 'avif'
      ? deep
        ? 'grey16'
        : 'b-w'
      : deep
        ? 'rgb16'
        : 'srgb',
  );
  if (options.hasIptc) result = result.keepMetadata();
  return withMetadata(result, options);
}

/** How many bytes pixels in memory have in a file, metadata apart. */
export const encodedLength = async (pixels: Sharp, options: FormatOptions): Promise<number> =>
  (await libvips.shared(() => withFormat(pixels, options, options.quality, false).toBuffer()))
    .length;

function withFormat(
  result: Sharp,
  options: Omit<FormatOptions, 'quality'>,
  quality: number,
  palette: boolean,
): Sharp {
  const { format, lossless, isProgressive, animation, size } = options;
  // `setFrameDurations` says the true ones.
  const playing = animation
    ? {
        delay: animation.delay.map(() => STAND_IN_DELAY),
        loop: Math.min(MOST_LOOPS_TOLD, animation.loop),
      }
    : {};
  switch (format) {
    case 'png':
      return palette
        ? result.png({ palette: true, quality: FULL_QUALITY, effort: 7, dither: 0 })
        : result.png({ compressionLevel: 6 });
    case 'jpeg':
      return result.jpeg({ quality, chromaSubsampling: '4:4:4', progressive: isProgressive });
    case 'webp':
      return result.webp({ quality, lossless, ...playing });
    case 'avif':
      return result.avif({ quality, lossless, chromaSubsampling: '4:4:4' });
    case 'tiff':
      return result.tiff({
        compression: 'deflate',
        predictor: 'horizontal',
        bigtiff: needsBigTiff(size),
      });
    case 'gif':
      // Joined frames could be shown for longer than a frame can be.
      return result.gif({ ...playing, keepDuplicateFrames: true });
  }
}
