import path from 'node:path';
import type { Size } from '../../shared/geometry';
import { swapsSides } from './orientation';
import { PixelFile } from './pixelFile';

/** Rows of the result that are handled at a time. */
const BAND = 64;
/** Orientations in which a row, or a column, of the result is read from the source's far end. */
const [FROM_THE_RIGHT, FROM_BELOW] = [
  [2, 3, 7, 8],
  [3, 4, 6, 7],
];

/**
 * Turns each of the frames that lie below each other as an EXIF orientation (2 to 8) says, into
 * `scratch`, as the decoder does with single pictures only. Closes `pixels`; the caller closes the
 * result.
 */
export async function turnedFrames(
  pixels: PixelFile,
  frames: number,
  orientation: number,
  scratch: string,
): Promise<PixelFile> {
  const { bands, depth = 8, width } = pixels.info;
  const stored: Size = { width, height: pixels.info.height / frames };
  const shown = swapsSides(orientation) ? { width: stored.height, height: stored.width } : stored;
  const result = await PixelFile.scratch(path.join(scratch, 'turned.tif'), {
    width: shown.width,
    height: shown.height * frames,
    bands,
    depth,
  });
  try {
    const pixelBytes = (bands * depth) / 8;
    for (let frame = 0; frame < frames; frame++)
      for (let y = 0; y < shown.height; y += BAND) {
        const height = Math.min(BAND, shown.height - y);
        await result.writeArea(
          { x: 0, y: frame * shown.height + y, width: shown.width, height },
          await turnedBand(
            pixels,
            { stored, top: frame * stored.height, orientation, pixelBytes },
            [y, y + height],
          ),
        );
      }
    return result;
  } catch (error) {
    await result.close();
    throw error;
  } finally {
    await pixels.close();
  }
}

type Turn = {
  /** Of a frame, as it is stored. */
  readonly stored: Size;
  /** The frame's first row. */
  readonly top: number;
  readonly orientation: number;
  readonly pixelBytes: number;
};

/** Rows [from, to) of a frame as it is shown. */
async function turnedBand(
  pixels: PixelFile,
  { stored: { width, height }, top, orientation, pixelBytes }: Turn,
  [from, to]: readonly [number, number],
): Promise<Uint8Array> {
  const isAcross = swapsSides(orientation);
  const [fromRight, fromBelow] = [FROM_THE_RIGHT, FROM_BELOW].map((each) =>
    each.includes(orientation),
  );
  // What becomes rows: columns of the source where its sides change places.
  const mirrored = isAcross ? fromRight : fromBelow;
  const lines = isAcross ? width : height;
  const first = mirrored === true ? lines - to : from;
  const rows = to - from;
  const source = await pixels.area(
    isAcross
      ? { x: first, y: top, width: rows, height }
      : { x: 0, y: top + first, width, height: rows },
  );
  const columns = isAcross ? height : width;
  const band = new Uint8Array(rows * columns * pixelBytes);
  const mirroredColumns = isAcross ? fromBelow : fromRight;
  for (let y = 0; y < rows; y++) {
    const line = mirrored === true ? rows - 1 - y : y;
    for (let x = 0; x < columns; x++) {
      const column = mirroredColumns === true ? columns - 1 - x : x;
      const at = (isAcross ? column * rows + line : line * columns + column) * pixelBytes;
      const target = (y * columns + x) * pixelBytes;
      for (let byte = 0; byte < pixelBytes; byte++) band[target + byte] = source[at + byte] ?? 0;
    }
  }
  return band;
}
