import path from 'node:path';
import { PixelFile, type PixelFileInfo } from './pixelFile';
import { maximumOf, newSamples, type Samples } from './samples';

/** Rows handled at a time. */
const BAND = 64;

/** Colour and transparency of a picture, taken apart. */
export type SplitPicture = {
  readonly rgb: PixelFile;
  /** One band; undefined when all is opaque. */
  readonly alpha: PixelFile | undefined;
  /** Nothing can be seen: there is no colour to upscale. */
  readonly invisible?: boolean;
};

/**
 * Splits a decoded RGBA picture (a `.v` file) into TIFF files. Colour is bled outward under the
 * transparent pixels, because what lies there (often black) would otherwise show as a fringe once
 * the network has mixed neighbouring pixels. Alpha that is opaque everywhere is dropped. `isKept`: also
 * small ones are files, for whoever opens them again.
 */
export async function splitAlpha(
  rgba: PixelFile,
  scratch: string,
  isKept = false,
): Promise<SplitPicture> {
  const { width, height } = rgba.info;
  const { depth } = rgba;
  const make = (file: string, info: PixelFileInfo): Promise<PixelFile> =>
    isKept ? PixelFile.create(file, info) : PixelFile.scratch(file, info);
  const colour = await make(path.join(scratch, 'colour.tif'), {
    width,
    height,
    bands: 3,
    depth,
  });
  const plane = await make(path.join(scratch, 'alpha.tif'), {
    width,
    height,
    bands: 1,
    depth,
  });
  const known = await PixelFile.scratch(path.join(scratch, 'known.tif'), {
    width,
    height,
    bands: 1,
  });
  try {
    const { opaque, invisible } = await bleedDown(rgba, colour, plane, known);
    if (opaque) {
      await plane.close();
      return { rgb: colour, alpha: undefined, invisible: false };
    }
    if (!invisible) await bleedUp(colour, known);
    return { rgb: colour, alpha: plane, invisible };
  } catch (error) {
    await Promise.all([colour.close(), plane.close()]);
    throw error;
  } finally {
    await known.close();
  }
}

/** First sweep, top to bottom: writes colour and alpha, fills from the left and from above. */
async function bleedDown(
  rgba: PixelFile,
  colour: PixelFile,
  plane: PixelFile,
  known: PixelFile,
): Promise<{ opaque: boolean; invisible: boolean }> {
  const { width, height } = rgba.info;
  const { depth } = rgba;
  const most = maximumOf(depth);
  let opaque = true;
  let invisible = true;
  let previous: Row | undefined;
  for (let y = 0; y < height; y += BAND) {
    const end = Math.min(height, y + BAND);
    const source = await rgba.samples(y, end);
    const colourBand = newSamples(depth, (end - y) * width * 3);
    const alphaBand = newSamples(depth, (end - y) * width);
    const knownBand = new Uint8Array((end - y) * width);
    for (let i = 0; i < alphaBand.length; i++) {
      const a = source[4 * i + 3] ?? 0;
      alphaBand[i] = a;
      if (a !== most) opaque = false;
      if (a > 0) {
        invisible = false;
        knownBand[i] = 1;
        colourBand.set(source.subarray(4 * i, 4 * i + 3), 3 * i);
      }
    }
    for (let row = 0; row < end - y; row++) {
      const current = rowOf(colourBand, knownBand, row, width);
      fillRow(current, previous, 1);
      previous = current;
    }
    await colour.writeRows(y, colourBand);
    await plane.writeRows(y, alphaBand);
    await known.writeRows(y, knownBand);
  }
  return { opaque, invisible };
}

/**
 * Second sweep, bottom to top: fills what the first could not reach, from the right and from below.
 */
async function bleedUp(colour: PixelFile, known: PixelFile): Promise<void> {
  const { width, height } = colour.info;
  let previous: Row | undefined;
  for (let end = height; end > 0; end -= BAND) {
    const y = Math.max(0, end - BAND);
    const colourBand = await colour.samples(y, end);
    const knownBand = await known.rows(y, end);
    for (let row = end - y - 1; row >= 0; row--) {
      const current = rowOf(colourBand, knownBand, row, width);
      fillRow(current, previous, -1);
      previous = current;
    }
    await colour.writeRows(y, colourBand);
  }
}

type Row = { readonly colour: Samples; readonly known: Uint8Array };

const rowOf = (colour: Samples, known: Uint8Array, row: number, width: number): Row => ({
  colour: colour.subarray(row * width * 3, (row + 1) * width * 3),
  known: known.subarray(row * width, (row + 1) * width),
});

/**
 * Gives each unknown pixel the mean of its known neighbours: the one before it in `direction`, and
 * three in `previous`.
 */
function fillRow(current: Row, previous: Row | undefined, direction: 1 | -1): void {
  const width = current.known.length;
  for (let i = 0, x = direction === 1 ? 0 : width - 1; i < width; i++, x += direction) {
    if (current.known[x] === 1) continue;
    let count = 0;
    let r = 0;
    let g = 0;
    let b = 0;
    const add = (row: Row | undefined, at: number): void => {
      if (row?.known[at] !== 1) return;
      count++;
      r += row.colour[3 * at] ?? 0;
      g += row.colour[3 * at + 1] ?? 0;
      b += row.colour[3 * at + 2] ?? 0;
    };
    add(current, x - direction);
    add(previous, x - 1);
    add(previous, x);
    add(previous, x + 1);
    if (count === 0) continue;
    current.known[x] = 1;
    current.colour[3 * x] = Math.round(r / count);
    current.colour[3 * x + 1] = Math.round(g / count);
    current.colour[3 * x + 2] = Math.round(b / count);
  }
}
