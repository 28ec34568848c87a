import { paddedSize, type Rect, type Size } from '../../shared/geometry';
import type { Guidance } from '../../shared/guidance';
import { throwIfCancelled } from '../errors';
import { enlargeRows } from '../image/enlarge';
import type { PixelFile } from '../image/pixelFile';
import type { TiledManifest } from '../models/manifest';
import type { TileSession } from '../runtime/session';
import type { Span, TilePlan } from '../tiling/plan';
import { blendTile, joinAlpha } from './blend';
import { mirroredIndices, tileInput } from './tileInput';

export type RunTilesParams = {
  readonly manifest: TiledManifest;
  readonly plan: TilePlan;
  readonly session: TileSession;
  readonly guidance: Guidance;
  /** 8-bit RGB. */
  readonly rgb: PixelFile;
  /** One band of the same size, if the picture has transparency. */
  readonly alpha: PixelFile | undefined;
  /** What is written: the model's scale times the size, four bands when there is alpha, else three. */
  readonly output: PixelFile;
  readonly signal: AbortSignal;
  readonly onTile: (done: number, rect: Rect) => void;
};

/**
 * Runs every tile of the plan, one row of tiles at a time, and writes the blended rows. Only one band of the input and one
 * of the output are in memory. Returns the seconds spent in the session.
 */
export async function runTiles(params: RunTilesParams): Promise<{ inferenceSeconds: number }> {
  const { manifest, plan, session, guidance, alpha, signal } = params;
  const { scale, margin } = manifest;
  const bands = alpha ? 4 : 3;
  const { width, height } = params.rgb.info;
  let inferenceSeconds = 0;
  let done = 0;
  for (const row of plan.rows) {
    const keptRows = keptPart(row, margin, height);
    if (keptRows.length === 0) continue; // nothing but padding
    const rows = mirroredIndices(row.start - margin, plan.tile.height, height);
    const firstRow = rows.reduce((a, b) => Math.min(a, b));
    const source = await params.rgb.rows(firstRow, rows.reduce((a, b) => Math.max(a, b)) + 1);
    const sourceRows = rows.map((index) => index - firstRow);
    const band = new Uint8ClampedArray(width * scale * keptRows.length * scale * bands);
    for (const column of plan.columns) {
      throwIfCancelled(signal);
      const keptColumns = keptPart(column, margin, width);
      if (keptColumns.length === 0) continue;
      const image = tileInput(source, width, mirroredIndices(column.start - margin, plan.tile.width, width), sourceRows);
      const start = performance.now();
      const layers = await session.run(image, plan.tile.width, plan.tile.height);
      inferenceSeconds += (performance.now() - start) / 1000;
      blendTile(
        layers,
        guidance,
        {
          tileWidth: plan.tile.width * scale,
          tileHeight: plan.tile.height * scale,
          fromX: keptColumns.inTile * scale,
          fromY: keptRows.inTile * scale,
          width: keptColumns.length * scale,
          height: keptRows.length * scale,
          bandX: keptColumns.inPicture * scale,
          bandWidth: width * scale,
        },
        band,
        bands,
      );
      params.onTile(++done, {
        x: keptColumns.inPicture * scale,
        y: keptRows.inPicture * scale,
        width: keptColumns.length * scale,
        height: keptRows.length * scale,
      });
    }
    if (alpha) joinAlpha(band, await enlargeRows(alpha, keptRows.inPicture, keptRows.inPicture + keptRows.length, scale));
    await params.output.writeRows(keptRows.inPicture * scale, new Uint8Array(band.buffer));
  }
  throwIfCancelled(signal);
  return { inferenceSeconds };
}

/** What a tile contributes along one axis, without the margin around the picture: where it lies in the tile and in the picture. */
export function keptPart({ start, from, to }: Span, margin: number, size: number): { inTile: number; inPicture: number; length: number } {
  const first = Math.max(from, margin);
  const end = Math.min(to, margin + size);
  return { inTile: first - start, inPicture: first - margin, length: Math.max(0, end - first) };
}

/** The size that tiles are planned for: the picture with the model's margin on all sides, padded to its size rule. */
export const planningSize = ({ margin, sizeRule }: TiledManifest, { width, height }: Size): Size =>
  paddedSize({ width: width + 2 * margin, height: height + 2 * margin }, sizeRule);
