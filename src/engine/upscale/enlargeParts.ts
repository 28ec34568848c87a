import path from 'node:path';
import type { UpscaleRequest } from '../../shared/engineProtocol';
import type { Rect, Size } from '../../shared/geometry';
import { throwIfCancelled } from '../errors';
import { copyArea, copyWithin, hashArea, pasteInto } from '../image/copyArea';
import { closeSource, separated, type DecodedSource } from '../image/decode';
import { PixelFile } from '../image/pixelFile';
import { cropped, resampled, wrapped } from '../image/resample';
import { maximumOf, newSamples } from '../image/samples';
import { enlargeNearest } from '../textures/nearest';
import type { InferResult, UpscaleContext } from './services';

/**
 * Pixels of the opposite edge that are put around a seamless texture: more than any embedded model
 * sees.
 */
const WRAP = 32;
const BAND = 64;

/** Runs the network over a picture; `part` tells the parts of one request apart. */
export type Infer = (
  decoded: DecodedSource,
  size: Size,
  context: UpscaleContext,
  part: number,
) => Promise<InferResult>;

export type PartsPlan = {
  /** Size of one part of the source, and of the result. */
  readonly cell: Size;
  readonly cellOut: Size;
  readonly columns: number;
  readonly rows: number;
  /** Frames below each other, each of `rows` rows of cells. */
  readonly frames: number;
  readonly seamless: boolean;
  /** Squares instead of the network. */
  readonly nearest: boolean;
};

/** Pictures that need more than one way through the network, or another than its own edges. */
export const needsParts = ({
  columns,
  rows,
  frames,
  seamless,
}: Pick<PartsPlan, 'columns' | 'rows' | 'frames' | 'seamless'>): boolean =>
  columns * rows * frames > 1 || seamless;

/**
 * Enlarges each part of a picture (frames, cells of a sprite sheet, or the whole; RGB or RGBA) as a
 * picture of its own, to its exact size, and puts them together: one page a frame. The caller
 * closes what comes back, and `pixels`.
 */
export async function enlargeParts(
  pixels: PixelFile,
  plan: PartsPlan,
  infer: Infer,
  request: UpscaleRequest,
  context: UpscaleContext,
): Promise<InferResult> {
  const { cell, cellOut, columns, rows, frames } = plan;
  const scratch = request.scratchDirectory;
  const parts = columns * rows * frames;
  const { depth } = pixels;
  const bands = (await isOpaque(pixels)) ? 3 : 4;
  const size = { width: columns * cellOut.width, height: rows * frames * cellOut.height };
  const whole = await PixelFile.create(path.join(scratch, 'assembled.tif'), {
    ...size,
    bands,
    depth,
    pages: frames,
  });
  let [seconds, tiles] = [0, 0];
  /** Content of a part → the first part that had it. */
  const made = new Map<string, number>();
  let device: InferResult['device'] = 'cpu';
  try {
    // What is not written stays zero: transparent.
    await whole.writeRows(size.height - 1, newSamples(depth, size.width * bands));
    for (let index = 0; index < parts; index++) {
      throwIfCancelled(context.signal);
      const place = (at: number, size: Size): Rect => ({
        x: (at % columns) * size.width,
        y: Math.floor(at / columns) * size.height,
        ...size,
      });
      const source = place(index, cell);
      // Frames and cells often repeat: what was made of one is what is made of its equals.
      const content = await hashArea(pixels, source);
      const equal = made.get(content);
      const target = place(index, cellOut);
      if (equal !== undefined) {
        await copyWithin(whole, place(equal, cellOut), target);
        context.progress({ phase: 'infer', tile: index + 1, tiles: parts, device });
        continue;
      }
      made.set(content, index);
      const part = await cut(pixels, source, plan.seamless, scratch);
      let enlarged: PixelFile;
      try {
        if (part.invisible) continue;
        const done = await onePart(
          part,
          plan,
          (decoded, partSize, inner) => infer(decoded, partSize, inner, index + 1),
          scratch,
          partOf(context, index, parts),
        );
        ({ device } = done);
        seconds += done.inferenceSeconds;
        tiles += done.tiles;
        enlarged = done.raw;
      } finally {
        await closeSource(part);
      }
      try {
        await pasteInto(whole, target.x, target.y, enlarged);
      } finally {
        await enlarged.close();
      }
    }
    return { raw: whole, isRegion: false, tiles, device, inferenceSeconds: seconds };
  } catch (error) {
    await whole.close();
    throw error;
  }
}

/** Whether nothing of a picture is transparent. */
async function isOpaque(pixels: PixelFile): Promise<boolean> {
  const { bands, height } = pixels.info;
  if (bands < 4) return true;
  const most = maximumOf(pixels.depth);
  for (let y = 0; y < height; y += BAND) {
    const samples = await pixels.samples(y, Math.min(height, y + BAND));
    for (let i = 3; i < samples.length; i += 4) if (samples[i] !== most) return false;
  }
  return true;
}

async function onePart(
  part: DecodedSource,
  plan: PartsPlan,
  infer: Infer,
  scratch: string,
  context: UpscaleContext,
): Promise<InferResult> {
  const { cell, cellOut, seamless, nearest } = plan;
  const border = seamless ? WRAP : 0;
  if (nearest) {
    const raw = await enlargeNearest(part, wholeFactor(cell, cellOut), scratch);
    return {
      raw: await resampled(raw, cellOut, { kernel: 'linear', wrap: seamless }, scratch),
      isRegion: false,
      tiles: 0,
      device: 'cpu',
      inferenceSeconds: 0,
    };
  }
  const done = await infer(
    part,
    { width: cell.width + 2 * border, height: cell.height + 2 * border },
    context,
    0,
  );
  const { raw } = done;
  const scale = raw.info.width / (cell.width + 2 * border);
  const inner = seamless
    ? await cropped(
        raw,
        {
          x: border * scale,
          y: border * scale,
          width: cell.width * scale,
          height: cell.height * scale,
        },
        path.join(scratch, 'inner.tif'),
      )
    : raw;
  return {
    ...done,
    raw: await resampled(inner, cellOut, { kernel: 'lanczos3', wrap: seamless }, scratch),
  };
}

/** The whole factor by which squares are enlarged before they are reduced to their size. */
export const wholeFactor = (from: Size, to: Size): number =>
  Math.max(1, Math.ceil(Math.max(to.width / from.width, to.height / from.height)));

/**
 * A part as a picture of its own: also the colour under its transparency comes from nowhere else.
 */
async function cut(
  pixels: PixelFile,
  rect: Rect,
  wrap: boolean,
  scratch: string,
): Promise<DecodedSource> {
  const copy = await copyArea(pixels, rect, path.join(scratch, 'part.tif'));
  return separated(
    wrap ? await wrapped(copy, WRAP, WRAP, path.join(scratch, 'wide.tif')) : copy,
    scratch,
  );
}

/** Progress of one part, counted as a share of all; a single part's is its own. */
function partOf(context: UpscaleContext, index: number, parts: number): UpscaleContext {
  if (parts === 1) return context;
  return {
    signal: context.signal,
    progress: ({ tile, tiles, secondsLeft, ...step }) => {
      const share = tiles === 0 ? 0 : tile / tiles;
      const left =
        secondsLeft === undefined
          ? undefined
          : share >= 1
            ? 0
            : secondsLeft + (parts - index - 1) * (secondsLeft / (1 - share));
      context.progress({
        phase: step.phase,
        ...(step.device ? { device: step.device } : {}),
        tile: index + (share >= 1 ? 1 : 0),
        tiles: parts,
        ...(left === undefined ? {} : { secondsLeft: left }),
      });
    },
  };
}
