import { createHash } from 'node:crypto';
import type { Rect } from '../../shared/geometry';
import { PixelFile } from './pixelFile';
import { maximumOf, newSamples, type Depth, type Samples } from './samples';

const BAND = 64;

/** A part of a picture, in a file of its own, which the caller closes. */
export async function copyArea(
  picture: PixelFile,
  { x, y, width, height }: Rect,
  file: string,
): Promise<PixelFile> {
  const result = await PixelFile.create(file, {
    width,
    height,
    bands: picture.info.bands,
    depth: picture.depth,
  });
  try {
    for (let row = 0; row < height; row += BAND) {
      const rows = Math.min(BAND, height - row);
      await result.writeArea(
        { x: 0, y: row, width, height: rows },
        await picture.area({ x, y: y + row, width, height: rows }),
      );
    }
    return result;
  } catch (error) {
    await result.close();
    throw error;
  }
}

/**
 * Writes a whole picture into a part of another one of the same depth; an RGB picture is opaque in
 * an RGBA one.
 */
export async function pasteInto(
  target: PixelFile,
  x: number,
  y: number,
  picture: PixelFile,
): Promise<void> {
  const { width, height, bands } = picture.info;
  for (let row = 0; row < height; row += BAND) {
    const rows = Math.min(BAND, height - row);
    const rect = { x, y: y + row, width, height: rows };
    if (bands === target.info.bands)
      await target.writeArea(rect, await picture.area({ ...rect, x: 0, y: row }));
    else
      await target.writeArea(
        rect,
        bytesOf(withOpaqueAlpha(await picture.samples(row, row + rows), picture.depth)),
      );
  }
}

function withOpaqueAlpha(rgb: Samples, depth: Depth): Samples {
  const rgba = newSamples(depth, (rgb.length / 3) * 4).fill(maximumOf(depth));
  for (let pixel = 0; pixel < rgb.length / 3; pixel++)
    rgba.set(rgb.subarray(3 * pixel, 3 * pixel + 3), 4 * pixel);
  return rgba;
}

const bytesOf = (samples: Samples): Uint8Array =>
  new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);

/** A part of a picture as a word: equal for equal pixels. */
export async function hashArea(picture: PixelFile, rect: Rect): Promise<string> {
  const hash = createHash('sha256');
  for (let y = 0; y < rect.height; y += BAND)
    hash.update(
      await picture.area({ ...rect, y: rect.y + y, height: Math.min(BAND, rect.height - y) }),
    );
  return hash.digest('base64');
}

/** Copies a part of a picture to another place in it, of the same size, that does not overlap. */
export async function copyWithin(picture: PixelFile, from: Rect, to: Rect): Promise<void> {
  for (let y = 0; y < from.height; y += BAND) {
    const height = Math.min(BAND, from.height - y);
    await picture.writeArea(
      { ...to, y: to.y + y, height },
      await picture.area({ ...from, y: from.y + y, height }),
    );
  }
}
