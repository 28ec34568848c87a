import path from 'node:path';
import { mkdir } from 'node:fs/promises';
import sharp, { type Sharp } from 'sharp';
import type { Size } from '../src/shared/geometry';

/** An opaque picture: interleaved 8-bit sRGB rows. */
export type Picture = Size & { readonly data: Uint8Array };

/** One channel of a picture, row by row. */
export type Plane = Size & { readonly data: Float64Array };

/** Reads a picture as 8-bit RGB, whatever its file holds; transparency is dropped. */
export async function readPicture(file: string | Buffer): Promise<Picture> {
  const { data, info } = await sharp(file)
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== 3)
    throw new Error(
      `${typeof file === 'string' ? file : 'The picture'} has ${info.channels} channels, not 3.`,
    );
  return { width: info.width, height: info.height, data };
}

/** sharp's pipeline for a picture in memory. */
export const sharpFrom = ({ data, width, height }: Picture): Sharp =>
  sharp(data, { raw: { width, height, channels: 3 } });

/** Writes a PNG and makes its folder. */
export async function writePng(file: string, picture: Picture): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await sharpFrom(picture).png().toFile(file);
}

/** One channel (0 red, 1 green, 2 blue) in [0,255]. */
export function channel({ data, width, height }: Picture, index: number): Plane {
  const plane = new Float64Array(width * height);
  for (let i = 0, at = index; i < plane.length; i++, at += 3) plane[i] = data[at] ?? 0;
  return { width, height, data: plane };
}

/** Joins three channels in [0,255], rounded and clamped. */
export function joinChannels(red: Plane, green: Plane, blue: Plane): Picture {
  const { width, height } = red;
  const data = new Uint8ClampedArray(3 * width * height);
  for (const [index, plane] of [red, green, blue].entries()) {
    for (let i = 0, at = index; i < plane.data.length; i++, at += 3) data[at] = plane.data[i] ?? 0;
  }
  return { width, height, data: new Uint8Array(data.buffer) };
}

/** Applies a filter to each channel by itself. */
export function mapChannels(picture: Picture, filter: (plane: Plane) => Plane): Picture {
  return joinChannels(
    filter(channel(picture, 0)),
    filter(channel(picture, 1)),
    filter(channel(picture, 2)),
  );
}

/** A part of a picture. */
export function crop(
  picture: Picture,
  left: number,
  top: number,
  width: number,
  height: number,
): Picture {
  const data = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++) {
    const from = 3 * ((top + y) * picture.width + left);
    data.set(picture.data.subarray(from, from + 3 * width), 3 * y * width);
  }
  return { width, height, data };
}

export function requireSameSize(a: Size, b: Size): void {
  if (a.width !== b.width || a.height !== b.height)
    throw new Error(
      `The pictures have different sizes: ${a.width}×${a.height} and ${b.width}×${b.height}.`,
    );
}
