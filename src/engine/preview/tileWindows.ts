import type { Rect, Size } from '../../shared/geometry';
import type { PreviewRequest } from '../../shared/previewProtocol';
import type { PixelFile } from '../image/pixelFile';
import type { TiledDescriptor } from '../models/manifest';
import type { TileLayers, TileSession } from '../runtime/session';
import { planTiles, planWithTile, type TilePlan } from '../tiling/plan';
import type { BlendWindow } from '../upscale/blend';
import { keptPart, planningSize } from '../upscale/runTiles';
import { mirroredIndices, tileInput } from '../upscale/tileInput';
import { inOrder } from './tileOrder';

/**
 * A tile of the source: where its input begins (perhaps before the picture's edge), and what is
 * kept of it. In pixels of the source.
 */
export type TileWindow = { readonly x: number; readonly y: number; readonly kept: Rect };

/**
 * A preview's tiles have this share of the pixels that a tile may have, so that the first is soon
 * there …
 */
const SHARE = 1 / 4;
/**
 * … unless the halo is so large that small tiles would compute mostly halo: at this many halos a
 * side half of a tile is kept.
 */
const HALOS = 7;

/**
 * Pixels of the source around what a tile keeps for which its result holds, too: what the largest
 * filter between the model's scale and a result's reaches, and the pixels of the result that lie
 * across the tile's edge.
 */
export const BORDER = 5;

/** Cuts a picture for a preview. `tilePixels` is the most that a tile may have. */
export function previewPlan(
  { margin, halo: network, sizeRule, ...rest }: TiledDescriptor,
  size: Size,
  tilePixels: number,
): TilePlan {
  const halo = network + BORDER;
  const padded = planningSize({ margin, sizeRule, ...rest }, size);
  const rule = { halo, multipleOf: sizeRule.multipleOf };
  if (rest.tile) return planWithTile(padded, rest.tile, rule);
  const pixels = Math.min(tilePixels, Math.max(tilePixels * SHARE, (HALOS * halo) ** 2));
  return planTiles(padded, rule, { pixels, bandRows: Number.POSITIVE_INFINITY });
}

/**
 * The tiles of a plan, row by row, without those that hold nothing but padding. Their kept parts
 * cover the picture exactly once.
 */
export function windowsOf(
  { columns, rows }: TilePlan,
  { margin }: TiledDescriptor,
  { width, height }: Size,
): TileWindow[] {
  return rows.flatMap((row) => {
    const down = keptPart(row, margin, height);
    return columns.flatMap((column) => {
      const across = keptPart(column, margin, width);
      if (down.length === 0 || across.length === 0) return [];
      const kept = {
        x: across.inPicture,
        y: down.inPicture,
        width: across.length,
        height: down.length,
      };
      return [{ x: column.start - margin, y: row.start - margin, kept }];
    });
  });
}

/**
 * The pixels that a tile reads, mirrored at the picture's edges: which of the area's columns and
 * rows each of its own is.
 */
export async function readWindow(
  { x, y }: TileWindow,
  { width, height }: Size,
  picture: PixelFile,
): Promise<{ pixels: Uint8Array; width: number; columns: Int32Array; rows: Int32Array }> {
  const columns = mirroredIndices(x, width, picture.info.width);
  const rows = mirroredIndices(y, height, picture.info.height);
  const [left, right, top, bottom] = [least(columns), most(columns), least(rows), most(rows)];
  const area = { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
  return {
    pixels: await picture.area(area),
    width: area.width,
    columns: columns.map((column) => column - left),
    rows: rows.map((row) => row - top),
  };
}

/** Reads a tile's input and runs the network on it. */
export async function runWindow(
  window: TileWindow,
  { width, height }: Size,
  rgb: PixelFile,
  session: TileSession,
  signal?: AbortSignal,
): Promise<{ layers: TileLayers; seconds: number }> {
  const {
    pixels,
    width: areaWidth,
    columns,
    rows,
  } = await readWindow(window, { width, height }, rgb);
  const image = tileInput(pixels, areaWidth, columns, rows);
  const started = performance.now();
  const layers = await session.run(image, width, height, signal);
  return { layers, seconds: (performance.now() - started) / 1000 };
}

const least = (values: Int32Array): number => values.reduce((a, b) => Math.min(a, b));
const most = (values: Int32Array): number => values.reduce((a, b) => Math.max(a, b));

/**
 * How `blendTile` finds `part`, in pixels of the result and within what the tile keeps, and fills
 * an array of just its size.
 */
export function blendWindow(
  { x, y }: TileWindow,
  tile: Size,
  scale: number,
  part: Rect,
): BlendWindow {
  return {
    tileWidth: tile.width * scale,
    tileHeight: tile.height * scale,
    fromX: part.x - x * scale,
    fromY: part.y - y * scale,
    width: part.width,
    height: part.height,
    bandX: 0,
    bandWidth: part.width,
  };
}

/** Side of a tile where no network needs another. */
const SQUARE = 128;

/** Squares that cover a picture, row by row. */
export function sourceSquares({ width, height }: Size): Rect[] {
  const [columns, rows] = [Math.ceil(width / SQUARE), Math.ceil(height / SQUARE)];
  return Array.from({ length: columns * rows }, (_, i) => {
    const [x, y] = [(i % columns) * SQUARE, Math.floor(i / columns) * SQUARE];
    return { x, y, width: Math.min(SQUARE, width - x), height: Math.min(SQUARE, height - y) };
  });
}

/** The tiles of the wanted part that the panel does not have yet, what comes first at the front. */
export function wantedTiles<T>(
  tiles: readonly T[],
  { first, region, have = [] }: Pick<PreviewRequest, 'first' | 'region' | 'have'>,
  rectOf: (tile: T) => Rect,
): readonly T[] {
  const keyOf = ({ x, y, width, height }: Rect): string => [x, y, width, height].join(' ');
  const known = new Set(have.map(keyOf));
  const wanted = tiles.filter((tile) => {
    const rect = rectOf(tile);
    return (!region || intersection(rect, region) !== undefined) && !known.has(keyOf(rect));
  });
  return inOrder(wanted, first ?? region, rectOf);
}

export const scaledRect = ({ x, y, width, height }: Rect, scale: number): Rect => ({
  x: x * scale,
  y: y * scale,
  width: width * scale,
  height: height * scale,
});

/** What two rectangles share; undefined for nothing. */
export function intersection(a: Rect, b: Rect): Rect | undefined {
  const [x, y] = [Math.max(a.x, b.x), Math.max(a.y, b.y)];
  const width = Math.min(a.x + a.width, b.x + b.width) - x;
  const height = Math.min(a.y + a.height, b.y + b.height) - y;
  return width > 0 && height > 0 ? { x, y, width, height } : undefined;
}
