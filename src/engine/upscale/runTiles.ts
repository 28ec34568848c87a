import { paddedSize, type Rect } from '../../shared/geometry';
import type { Guidance } from '../../shared/guidance';
import { throwIfCancelled } from '../errors';
import { enlargeRows } from '../image/enlargePlane';
import { PixelFile } from '../image/pixelFile';
import type { ModelManifest } from '../models/manifest';
import type { TileSession } from '../runtime/session';
import type { TilePlan } from '../tiling/plan';
import { blendTile, joinAlpha } from './blend';
import { tileInput } from './tileInput';

export type RunTilesParams = {
  readonly manifest: ModelManifest;
  readonly plan: TilePlan;
  readonly session: TileSession;
  readonly guidance: Guidance;
  /** 8-bit RGB. */
  readonly rgb: PixelFile;
  /** One band of the same size, if the picture has transparency. */
  readonly alpha: PixelFile | undefined;
  /** The TIFF file to write: RGB, or RGBA when there is alpha. */
  readonly output: string;
  readonly signal: AbortSignal;
  readonly onTile: (done: number, rect: Rect) => void;
};

/**
 * Runs every tile of the plan, one row of tiles at a time, and writes the blended rows. Only one band of the input and one
 * of the output are in memory. Returns the seconds spent in the session.
 */
export async function runTiles(params: RunTilesParams): Promise<{ inferenceSeconds: number }> {
  const { manifest, plan, session, guidance, alpha, signal } = params;
  const { scale } = manifest;
  const bands = alpha ? 4 : 3;
  const { width, height } = params.rgb.info;
  const writer = await PixelFile.create(params.output, { width: width * scale, height: height * scale, bands });
  let inferenceSeconds = 0;
  let done = 0;
  try {
    for (const row of plan.rows) {
      const source = await params.rgb.rows(Math.min(row.start, height - 1), Math.min(row.start + plan.tile.height, height));
      const sourceRows = source.length / (3 * width);
      const keptRows = Math.min(row.to, height) - row.from;
      if (keptRows <= 0) continue;
      const band = new Uint8ClampedArray(width * scale * keptRows * scale * bands);
      for (const column of plan.columns) {
        throwIfCancelled(signal);
        const image = tileInput(source, { width, height: sourceRows }, column.start, 0, plan.tile);
        const start = performance.now();
        const layers = await session.run(image, plan.tile.width, plan.tile.height);
        inferenceSeconds += (performance.now() - start) / 1000;
        const keptColumns = Math.min(column.to, width) - column.from;
        if (keptColumns > 0) {
          blendTile(
            layers,
            guidance,
            {
              tileWidth: plan.tile.width * scale,
              tileHeight: plan.tile.height * scale,
              fromX: (column.from - column.start) * scale,
              fromY: (row.from - row.start) * scale,
              width: keptColumns * scale,
              height: keptRows * scale,
              bandX: column.from * scale,
              bandWidth: width * scale,
            },
            band,
            bands,
          );
        }
        params.onTile(++done, { x: column.from * scale, y: row.from * scale, width: keptColumns * scale, height: keptRows * scale });
      }
      if (alpha) joinAlpha(band, await enlargeRows(alpha, row.from, row.from + keptRows, scale));
      await writer.writeRows(row.from * scale, new Uint8Array(band.buffer));
    }
    throwIfCancelled(signal);
    return { inferenceSeconds };
  } finally {
    await writer.close();
  }
}

/** The size that tiles are planned for: the picture's, padded to the model's size rule. */
export const planningSize = (manifest: ModelManifest, width: number, height: number): { width: number; height: number } =>
  paddedSize({ width, height }, manifest.sizeRule);
