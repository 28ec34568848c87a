import path from 'node:path';
import { splitAlpha, type SplitPicture } from './alpha';
import { clearingGif } from './containers/gifCopy';
import { endedJpeg } from './containers/jpegCopy';
import { plainTiff } from './containers/tiffCopy';
import { damageNote, isDisordered, isPrematureEnd, isRealFault } from './decoderFaults';
import { notAnImage } from './notAnImage';
import { turned } from './orientation';
import { NO_END_MARK } from './containers/damageWords';
import { PixelFile } from './pixelFile';
import type { Depth } from './samples';
import { libvips } from './sharedLock';
import { loadSharp } from './sharpLoader';
import { storedIn, type Stored } from './stored';
import { straightened } from './straightAlpha';
import { turnedFrames } from './turnFrames';
import type { Words } from '../../shared/phrase';

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
  /** What the decoder leaves undone, if the caller knows. */
  readonly stored?: Stored;
  /** Of a frame, if the caller knows: a small picture is not written to disk. */
  readonly pixels?: number;
};

/** Decoded pixels, RGB or RGBA, and what the person should know of them. */
export type DecodedPixels = { readonly pixels: PixelFile; readonly notes: readonly Words[] };

const FOR_THE_SCREEN: DecodeOptions = { depth: 8, keepColours: false };
/** No decoder that is asked here is slower than this unless it hangs. */
const LEAST_SECONDS = 60;
const SECONDS_PER_FRAME = 0.1;
/** Of all frames; more go to disk. */
const SMALL_PIXELS = 2 ** 18;

/**
 * Decodes a picture into files in `scratch` and takes colour and alpha apart. Applies the EXIF orientation.
 * The caller closes the result.
 */
export async function decodeSource(
  file: string,
  scratch: string,
  options: DecodeOptions = FOR_THE_SCREEN,
): Promise<DecodedSource & { readonly notes: readonly Words[] }> {
  const { pixels, notes } = await decodePixels(file, scratch, options);
  return { ...(await separated(pixels, scratch, true)), notes };
}

/**
 * Decodes a picture into `scratch`: RGB or RGBA, frames below each other. Applies the EXIF
 * orientation. The caller closes the result.
 *
 * A decoder that goes on after damage leaves black or stale pixels and only warns: so every warning
 * fails first, and what it says decides between a refusal, a note and nothing.
 */
export async function decodePixels(
  file: string,
  scratch: string,
  options: DecodeOptions,
): Promise<DecodedPixels> {
  const stored = options.stored ?? (await storedIn(file));
  const { bareFlags } = stored;
  const source =
    bareFlags.length > 0
      ? await clearingGif(file, path.join(scratch, 'clearing.gif'), bareFlags)
      : file;
  const { pixels, notes } = await decodedAsStored(source, path.basename(file), scratch, {
    ...options,
    stored,
  });
  const straight = stored.isPremultiplied ? await straightened(pixels, scratch) : pixels;
  const { orientation = 1 } = stored;
  const { frames = 1 } = options;
  return {
    pixels:
      frames > 1 && orientation > 1
        ? await turnedFrames(straight, frames, orientation, scratch)
        : straight,
    notes,
  };
}

async function decodedAsStored(
  file: string,
  name: string,
  scratch: string,
  options: DecodeOptions,
): Promise<DecodedPixels> {
  const first = await libvips
    .shared(() => decoded(file, scratch, options, 'warning'))
    .catch(asFault);
  return first instanceof PixelFile
    ? { pixels: first, notes: [] }
    : libvips.exclusive(() => judged(file, name, scratch, options));
}

/** Decodes what its decoder complains of, while nobody else's complaints can be among its own. */
async function judged(
  file: string,
  name: string,
  scratch: string,
  options: DecodeOptions,
): Promise<DecodedPixels> {
  const strict = await decoded(file, scratch, options, 'warning').catch(asFault);
  if (strict instanceof PixelFile) return { pixels: strict, notes: [] };
  if (isRealFault(strict)) throw notAnImage(name, strict);
  // A TIFF's warning may be about a tag of another program, and hides what is said of pixels.
  const plain = await plainTiff(file, path.join(scratch, 'plain.tif')).catch(() => undefined);
  if (plain !== undefined) {
    const again = await decoded(plain, scratch, options, 'warning').catch(asFault);
    if (again instanceof PixelFile)
      return { pixels: again, notes: isDisordered(strict) ? [damageNote(strict)] : [] };
    if (isRealFault(again)) throw notAnImage(name, again);
  }
  if (isPrematureEnd(strict)) {
    const ended = await endedJpeg(file, path.join(scratch, 'ended.jpg')).catch(() => undefined);
    const again = ended && (await decoded(ended, scratch, options, 'warning').catch(asFault));
    if (again instanceof PixelFile) return { pixels: again, notes: [NO_END_MARK] };
  }
  const lenient = await decoded(file, scratch, options, 'error').catch(asFault);
  if (lenient instanceof PixelFile) return { pixels: lenient, notes: [damageNote(strict)] };
  throw notAnImage(name, lenient);
}

const asFault = (error: unknown): Error =>
  error instanceof Error ? error : new Error(String(error));

async function decoded(
  file: string,
  scratch: string,
  { depth, keepColours, frames = 1, pixels, stored }: DecodeOptions,
  failOn: 'warning' | 'error',
): Promise<PixelFile> {
  const target = path.join(scratch, 'source.v');
  const picture = loadSharp()(file, {
    sequentialRead: true,
    limitInputPixels: false,
    failOn,
    pages: frames,
  }).timeout({ seconds: Math.min(3600, Math.ceil(LEAST_SECONDS + frames * SECONDS_PER_FRAME)) });
  // An animation can't be turned as it is read.
  if (frames === 1)
    if (stored?.orientation === undefined) picture.autoOrient();
    else turned(picture, stored.orientation);
  // Keeping the profile keeps the values, too.
  if (keepColours) picture.keepIccProfile();
  picture.toColourspace(depth === 16 ? 'rgb16' : 'srgb');
  if (pixels === undefined || pixels * frames > SMALL_PIXELS) {
    await picture.toFile(target);
    return PixelFile.openVips(target);
  }
  const { data, info } = await picture
    .raw({ depth: depth === 16 ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels: bands } = info;
  return PixelFile.fromRows(target, { width, height, bands, depth }, data);
}

/** Takes colour and alpha apart; closes `pixels` unless that is the result. */
export async function separated(
  pixels: PixelFile,
  scratch: string,
  isKept = false,
): Promise<DecodedSource> {
  if (pixels.info.bands === 3) return { rgb: pixels, alpha: undefined, invisible: false };
  try {
    if (pixels.info.bands !== 4)
      throw new Error(`The decoder yielded ${pixels.info.bands} channels.`);
    return await splitAlpha(pixels, scratch, isKept);
  } finally {
    await pixels.close();
  }
}
