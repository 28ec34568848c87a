import { rename } from 'node:fs/promises';
import path from 'node:path';
import type { Sharp } from 'sharp';
import { isNinePatchName } from '../../shared/nameParts';
import { PALETTE_SUFFIX } from '../../shared/temporaryFiles';
import { finishMetadata, withMetadata, type EncodeOptions } from './encode';
import { libvips } from './sharedLock';
import { loadSharp } from './sharpLoader';

/** Sides of a nine-patch's frame, each pixel as four bytes, without the corners. */
type Frame = {
  readonly top: Buffer;
  readonly bottom: Buffer;
  readonly left: Buffer;
  readonly right: Buffer;
  /** Of the corners, and of what marks nothing. */
  readonly neutral: Buffer;
};

/** An Android nine-patch: a picture, and a frame of one pixel that says which parts stretch. */
export type NinePatch = {
  /** A file with the picture without its frame. */
  readonly inside: string;
  readonly frame: Frame;
};

const CHANNELS = 4;
const BLACK = 0x000000ff;
/** Marks optical bounds. */
const RED = 0xff0000ff;
const WHITE = 0xffffffff;

/**
 * Takes a file apart that is called like a nine-patch. Undefined when it is none: compiled ones
 * have that name and no frame.
 */
export async function readNinePatch(file: string, scratch: string): Promise<NinePatch | undefined> {
  const frame = await readFrame(file);
  if (!frame) return undefined;
  const inside = path.join(scratch, 'inside.png');
  await libvips.shared(() =>
    loadSharp()(file, { ignoreIcc: true })
      .extract({
        left: 1,
        top: 1,
        width: frame.top.length / CHANNELS,
        height: frame.left.length / CHANNELS,
      })
      .keepMetadata()
      .png()
      .toFile(inside),
  );
  return { inside, frame };
}

/** Pixels around a picture that are not enlarged with it: 2 in each direction for a nine-patch. */
export const borderOf = async (file: string): Promise<number> => ((await readFrame(file)) ? 2 : 0);

async function readFrame(file: string): Promise<Frame | undefined> {
  if (!isNinePatchName(path.basename(file))) return undefined;
  const { data, info } = await libvips.shared(() =>
    loadSharp()(file, { ignoreIcc: true })
      .ensureAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true }),
  );
  const { width, height } = info;
  if (width < 3 || height < 3) return undefined;
  const pixel = (x: number, y: number): Buffer => {
    const at = (y * width + x) * CHANNELS;
    return data.subarray(at, at + CHANNELS);
  };
  const line = (length: number, at: (i: number) => Buffer): Buffer =>
    Buffer.concat(Array.from({ length }, (_, i) => at(i + 1)));
  const frame: Frame = {
    top: line(width - 2, (x) => pixel(x, 0)),
    bottom: line(width - 2, (x) => pixel(x, height - 1)),
    left: line(height - 2, (y) => pixel(0, y)),
    right: line(height - 2, (y) => pixel(width - 1, y)),
    neutral: Buffer.from(pixel(0, 0)),
  };
  return isFrame(frame) ? frame : undefined;
}

/** Every pixel marks something or nothing, and something is marked above and at the left. */
function isFrame({ neutral, ...sides }: Frame): boolean {
  const isNothing = (value: number): boolean =>
    (value & 0xff) === 0 || (value === WHITE && neutral.readUInt32BE(0) === WHITE);
  const values = (side: Buffer): number[] =>
    Array.from({ length: side.length / CHANNELS }, (_, i) => side.readUInt32BE(i * CHANNELS));
  const isMarked = (side: Buffer): boolean => values(side).includes(BLACK);
  return (
    isNothing(neutral.readUInt32BE(0)) &&
    isMarked(sides.top) &&
    isMarked(sides.left) &&
    Object.values(sides).every((side) =>
      values(side).every((value) => isNothing(value) || value === BLACK || value === RED),
    )
  );
}

/**
 * Draws the frame around the enlarged inside, its marks where they belong now; nothing of it is
 * smoothed. Returns the file's size in bytes.
 */
export async function drawFrame(
  file: string,
  { frame }: NinePatch,
  options: EncodeOptions,
): Promise<number> {
  const sharp = loadSharp();
  const { width, height } = await libvips.shared(() =>
    sharp(file, { limitInputPixels: false }).metadata(),
  );
  const strip = (
    side: Buffer,
    length: number,
    isRow: boolean,
    left: number,
    top: number,
  ): {
    input: Buffer;
    raw: { width: number; height: number; channels: 4 };
    left: number;
    top: number;
  } => ({
    input: Buffer.concat([frame.neutral, stretched(side, length), frame.neutral]),
    raw: { width: isRow ? length + 2 : 1, height: isRow ? 1 : length + 2, channels: CHANNELS },
    left,
    top,
  });
  const framed = file + PALETTE_SUFFIX;
  const drawn = (): Sharp =>
    sharp(file, { limitInputPixels: false, ignoreIcc: true })
      .ensureAlpha()
      .extend({ top: 1, bottom: 1, left: 1, right: 1, background: { r: 0, g: 0, b: 0, alpha: 0 } })
      .composite([
        strip(frame.left, height, false, 0, 0),
        strip(frame.right, height, false, width + 1, 0),
        strip(frame.top, width, true, 0, 0),
        strip(frame.bottom, width, true, 0, height + 1),
      ])
      .keepIccProfile()
      .png({ compressionLevel: 6 });
  await libvips.shared(() => withMetadata(drawn(), options).toFile(framed));
  await rename(framed, file);
  return finishMetadata(file, options);
}

/** The pixels of a side at another length, each as it was. */
function stretched(side: Buffer, length: number): Buffer {
  const count = side.length / CHANNELS;
  const result = Buffer.alloc(length * CHANNELS);
  for (let i = 0; i < length; i++) {
    const from = Math.min(count - 1, Math.floor(((i + 0.5) * count) / length)) * CHANNELS;
    side.copy(result, i * CHANNELS, from, from + CHANNELS);
  }
  return result;
}
