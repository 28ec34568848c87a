import { paddedSize, type Rect, type Size } from '../../shared/geometry';
import type { Guidance } from '../../shared/guidance';
import { throwIfCancelled } from '../errors';
import type { PixelFile } from '../image/pixelFile';
import { newClamped, plain, type ClampedSamples, type Samples } from '../image/samples';
import type { TiledDescriptor } from '../models/manifest';
import type { TileLayers, TileSession } from '../runtime/session';
import type { Span, TilePlan } from '../tiling/plan';
import { alphaInput, blendAlpha, fillAlpha, keepFlatAlpha, type AlphaInput } from './alphaTiles';
import { blendTile, joinAlpha, type BlendWindow } from './blend';
import { mixColumns, mixRows, widened } from './feather';
import { mirroredIndices, tileInput } from './tileInput';

export type RunTilesParams = {
  readonly manifest: TiledDescriptor;
  readonly plan: TilePlan;
  readonly session: TileSession;
  readonly guidance: Guidance;
  /** RGB. */
  readonly rgb: PixelFile;
  /** One band of the same size, if the picture has transparency. */
  readonly alpha: PixelFile | undefined;
  /**
   * What is written: the model's scale times the size, four bands when there is alpha, else three;
   * of the source's depth.
   */
  readonly output: PixelFile;
  readonly signal: AbortSignal;
  readonly onTile: (done: number, rect: Rect) => void;
};

/**
 * Runs every tile of the plan, one row of tiles at a time, and writes the blended rows. Only one
 * band of the input and one of the output are in memory. Alpha goes through the network, too, where
 * it is not flat; what is transparent does not. Returns the seconds spent in the session.
 */
export async function runTiles(params: RunTilesParams): Promise<{ inferenceSeconds: number }> {
  const { manifest, plan, session, guidance, alpha, signal } = params;
  const { scale, margin } = manifest;
  const bands = alpha ? 4 : 3;
  const { width, height } = params.rgb.info;
  const half = Math.floor((manifest.feather ?? 0) / 2);
  const [planColumns, planRows] = [widened(plan.columns, half), widened(plan.rows, half)];
  const overlap = 2 * half * scale;
  // What the row of tiles above reaches into the next.
  let above: ClampedSamples | undefined;
  let inferenceSeconds = 0;
  let done = 0;
  const { width: tileWidth, height: tileHeight } = plan.tile;
  const timed =
    (work: RunTile): RunTile =>
    async (image) => {
      const start = performance.now();
      const layers = await work(image);
      inferenceSeconds += (performance.now() - start) / 1000;
      return layers;
    };
  const run = timed((image) => session.run(image, tileWidth, tileHeight));
  // Alpha takes the pixel branch, whatever the guidance is.
  const runAlpha = timed(
    (image) =>
      session.runPixel?.(image, tileWidth, tileHeight) ?? session.run(image, tileWidth, tileHeight),
  );
  for (const row of planRows) {
    const keptRows = keptPart(row, margin, height);
    if (keptRows.length === 0) continue; // nothing but padding
    const read = await rowReader(params.rgb, row, plan.tile.height, margin);
    const readAlpha = alpha && (await rowReader(alpha, row, plan.tile.height, margin));
    const band = newClamped(params.output.depth, width * scale * keptRows.length * scale * bands);
    const plane = alpha && newClamped(params.output.depth, width * scale * keptRows.length * scale);
    let isFirst = true;
    for (const column of planColumns) {
      throwIfCancelled(signal);
      const keptColumns = keptPart(column, margin, width);
      if (keptColumns.length === 0) continue;
      const columns = mirroredIndices(column.start - margin, plan.tile.width, width);
      const window = {
        tileWidth: plan.tile.width * scale,
        tileHeight: plan.tile.height * scale,
        fromX: keptColumns.inTile * scale,
        fromY: keptRows.inTile * scale,
        width: keptColumns.length * scale,
        height: keptRows.length * scale,
        bandX: keptColumns.inPicture * scale,
        bandWidth: width * scale,
      };
      const isVisible =
        !readAlpha ||
        !plane ||
        (await alphaTile(
          alphaInput(readAlpha.samples, width, columns, readAlpha.rows),
          window,
          plane,
          runAlpha,
        ));
      if (isVisible) {
        const layers = await run(tileInput(read.samples, width, columns, read.rows));
        if (isFirst || overlap === 0) blendTile(layers, guidance, window, band, bands);
        else {
          const tile = newClamped(params.output.depth, window.width * window.height * bands);
          const alone = { ...window, bandX: 0, bandWidth: window.width };
          blendTile(layers, guidance, alone, tile, bands);
          mixColumns(tile, window, band, bands, overlap);
        }
      }
      isFirst = false;
      const { bandX: x, width: keptWidth, height: keptHeight } = window;
      params.onTile(++done, {
        x,
        y: keptRows.inPicture * scale,
        width: keptWidth,
        height: keptHeight,
      });
    }
    if (alpha && plane) {
      await keepFlatAlpha(
        alpha,
        keptRows.inPicture,
        keptRows.inPicture + keptRows.length,
        scale,
        plane,
      );
      joinAlpha(band, plane);
    }
    const rowLength = width * scale * bands;
    if (above) mixRows(above, band, rowLength);
    above =
      overlap > 0 && keptRows.inPicture + keptRows.length < height
        ? band.slice(band.length - overlap * rowLength)
        : undefined;
    await params.output.writeRows(keptRows.inPicture * scale, plain(band));
  }
  throwIfCancelled(signal);
  return { inferenceSeconds };
}

/** Runs the network on a tile: planar RGB in [0,1]. */
export type RunTile = (image: Float32Array) => Promise<TileLayers>;

/**
 * Enlarges a tile of alpha into its part of the plane. Returns whether anything of it can be seen.
 */
export async function alphaTile(
  input: AlphaInput,
  window: BlendWindow,
  plane: ClampedSamples,
  run: RunTile,
): Promise<boolean> {
  if ('uniform' in input) {
    fillAlpha(input.uniform, window, plane);
    return input.uniform > 0;
  }
  blendAlpha(await run(input.image), window, plane);
  return true;
}

/** The rows that a row of tiles reads, and which of them each of a tile's rows is. */
async function rowReader(
  picture: PixelFile,
  row: Span,
  tileHeight: number,
  margin: number,
): Promise<{ samples: Samples; rows: Int32Array }> {
  const rows = mirroredIndices(row.start - margin, tileHeight, picture.info.height);
  const first = rows.reduce((a, b) => Math.min(a, b));
  const samples = await picture.samples(first, rows.reduce((a, b) => Math.max(a, b)) + 1);
  return { samples, rows: rows.map((index) => index - first) };
}

/**
 * What a tile contributes along one axis, without the margin around the picture: where it lies in
 * the tile and in the picture.
 */
export function keptPart(
  { start, from, to }: Span,
  margin: number,
  size: number,
): { inTile: number; inPicture: number; length: number } {
  const first = Math.max(from, margin);
  const end = Math.min(to, margin + size);
  return { inTile: first - start, inPicture: first - margin, length: Math.max(0, end - first) };
}

/**
 * The size that tiles are planned for: the picture with the model's margin on all sides, padded to
 * its size rule.
 */
export function planningSize(
  { margin, sizeRule, tile }: TiledDescriptor,
  { width, height }: Size,
): Size {
  const padded = paddedSize({ width: width + 2 * margin, height: height + 2 * margin }, sizeRule);
  return tile
    ? { width: Math.max(padded.width, tile.width), height: Math.max(padded.height, tile.height) }
    : padded;
}
