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
import { BusyTime, inOrder } from './inOrder';
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

/** A row of tiles, and what becomes of it. */
type TileRow = {
  readonly keptRows: Kept;
  readonly read: { readonly samples: Samples; readonly rows: Int32Array };
  readonly readAlpha: TileRow['read'] | undefined;
  readonly band: ClampedSamples;
  readonly plane: ClampedSamples | undefined;
};

type Tile = {
  readonly row: TileRow;
  readonly columns: Int32Array;
  readonly window: BlendWindow;
  readonly isFirst: boolean;
  readonly isLast: boolean;
};

/** What the network made of a tile; its alpha only where it has yet to pass into the row's. */
type Started = { readonly layers?: TileLayers; readonly alpha?: ClampedSamples };

/** The same part of a tile in an array of its own. */
const byItself = (window: BlendWindow): BlendWindow => ({
  ...window,
  bandX: 0,
  bandWidth: window.width,
});

/**
 * Runs every tile of the plan, one row of tiles at a time, and writes the blended rows. Only the
 * bands of the rows whose tiles are on their way are in memory: one, unless the session takes several
 * tiles at once. Alpha goes through the network, too, where it is not flat; what is transparent does
 * not. Returns the seconds spent in the session.
 */
export async function runTiles(params: RunTilesParams): Promise<{ inferenceSeconds: number }> {
  const { manifest, plan, session, guidance, alpha } = params;
  const { scale } = manifest;
  const bands = alpha ? 4 : 3;
  const { width, height } = params.rgb.info;
  const half = Math.floor((manifest.feather ?? 0) / 2);
  const overlap = 2 * half * scale;
  const stop = new AbortController();
  const signal = AbortSignal.any([params.signal, stop.signal]);
  // What the row of tiles above reaches into the next.
  let above: ClampedSamples | undefined;
  let done = 0;
  const busy = new BusyTime();
  const { width: tileWidth, height: tileHeight } = plan.tile;
  const run: RunTile = (image) =>
    busy.during(() => session.run(image, tileWidth, tileHeight, signal));
  // Alpha takes the pixel branch, whatever the guidance is.
  const runAlpha: RunTile = (image) =>
    busy.during(
      () =>
        session.runPixel?.(image, tileWidth, tileHeight, signal) ??
        session.run(image, tileWidth, tileHeight, signal),
    );
  const passesOver = ({ isFirst }: Tile): boolean => !isFirst && overlap > 0;
  const samplesOf = ({ width: across, height: down }: BlendWindow, count: number): ClampedSamples =>
    newClamped(params.output.depth, across * down * count);
  const start = async (tile: Tile): Promise<Started> => {
    throwIfCancelled(params.signal);
    const { row, columns, window } = tile;
    const { read, readAlpha, plane } = row;
    const colour = (): Promise<TileLayers> =>
      run(tileInput(read.samples, width, columns, read.rows));
    if (!readAlpha || !plane) return { layers: await colour() };
    const input = alphaInput(readAlpha.samples, width, columns, readAlpha.rows);
    const own = passesOver(tile) ? samplesOf(window, 1) : undefined;
    const isVisible = await alphaTile(
      input,
      own ? byItself(window) : window,
      own ?? plane,
      runAlpha,
    );
    return { ...(own ? { alpha: own } : {}), ...(isVisible ? { layers: await colour() } : {}) };
  };
  const take = async (tile: Tile, { layers, alpha: ownAlpha }: Started): Promise<void> => {
    const { row, window } = tile;
    const { band, plane, keptRows } = row;
    if (ownAlpha && plane) mixColumns(ownAlpha, window, plane, 1, overlap);
    if (layers && !passesOver(tile)) blendTile(layers, guidance, window, band, bands);
    else if (layers) {
      const own = samplesOf(window, bands);
      blendTile(layers, guidance, byItself(window), own, bands);
      mixColumns(own, window, band, bands, overlap);
    }
    const { bandX: x, width: keptWidth, height: keptHeight } = window;
    params.onTile(++done, {
      x,
      y: keptRows.inPicture * scale,
      width: keptWidth,
      height: keptHeight,
    });
    if (tile.isLast) await finishRow(row);
  };
  const finishRow = async ({ keptRows, band, plane }: TileRow): Promise<void> => {
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
  };
  await inOrder(tilesOf(params, half), session.inFlight ?? 1, {
    start,
    take,
    stop: () => stop.abort(),
  });
  throwIfCancelled(params.signal);
  return { inferenceSeconds: busy.seconds };
}

/** The tiles that show anything of the picture, row by row. Rows are read when they are reached. */
async function* tilesOf(
  { manifest, plan, rgb, alpha, output }: RunTilesParams,
  half: number,
): AsyncGenerator<Tile> {
  const { scale, margin } = manifest;
  const { width, height } = rgb.info;
  const columnsOfPlan = widened(plan.columns, half)
    .map((column) => ({ column, kept: keptPart(column, margin, width) }))
    .filter(({ kept }) => kept.length > 0);
  for (const span of widened(plan.rows, half)) {
    const keptRows = keptPart(span, margin, height);
    if (keptRows.length === 0) continue; // nothing but padding
    const length = width * scale * keptRows.length * scale;
    const row: TileRow = {
      keptRows,
      read: await rowReader(rgb, span, plan.tile.height, margin),
      readAlpha: alpha && (await rowReader(alpha, span, plan.tile.height, margin)),
      band: newClamped(output.depth, length * (alpha ? 4 : 3)),
      plane: alpha && newClamped(output.depth, length),
    };
    for (const [index, { column, kept }] of columnsOfPlan.entries()) {
      yield {
        row,
        columns: mirroredIndices(column.start - margin, plan.tile.width, width),
        window: {
          tileWidth: plan.tile.width * scale,
          tileHeight: plan.tile.height * scale,
          fromX: kept.inTile * scale,
          fromY: keptRows.inTile * scale,
          width: kept.length * scale,
          height: keptRows.length * scale,
          bandX: kept.inPicture * scale,
          bandWidth: width * scale,
        },
        isFirst: index === 0,
        isLast: index === columnsOfPlan.length - 1,
      };
    }
  }
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

/** What is kept of a tile along one axis. */
type Kept = { readonly inTile: number; readonly inPicture: number; readonly length: number };

/**
 * What a tile contributes along one axis, without the margin around the picture: where it lies in
 * the tile and in the picture.
 */
export function keptPart({ start, from, to }: Span, margin: number, size: number): Kept {
  const first = Math.max(from, margin);
  const end = Math.min(to, margin + size);
  return { inTile: first - start, inPicture: first - margin, length: Math.max(0, end - first) };
}

/**
 * The size that tiles are planned for: the picture with the model's margin on all sides, padded to
 * its size rule.
 */
export function planningSize(
  { margin, sizeRule, tile }: Pick<TiledDescriptor, 'margin' | 'sizeRule' | 'tile'>,
  { width, height }: Size,
): Size {
  const padded = paddedSize({ width: width + 2 * margin, height: height + 2 * margin }, sizeRule);
  return tile
    ? { width: Math.max(padded.width, tile.width), height: Math.max(padded.height, tile.height) }
    : padded;
}
