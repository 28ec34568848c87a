import path from 'node:path';
import type { Rect } from '../../shared/geometry';
import type {
  PreviewFigures,
  PreviewPicture,
  PreviewProgress,
  PreviewRequest,
} from '../../shared/previewProtocol';
import type { Device } from '../../shared/settings';
import { throwIfCancelled } from '../errors';
import type { TiledModel } from '../models/kinds/tiled';
import type { TileSession } from '../runtime/session';
import type { TilePlan } from '../tiling/plan';
import { blendTile } from '../upscale/blend';
import { estimateSeconds } from '../upscale/estimateSeconds';
import { tiledAttempts } from '../upscale/inferTiled';
import type { UpscaleServices } from '../upscale/services';
import { cornersFor } from './corners';
import { FigureSums } from './figureSums';
import type { OpenSource } from './openSource';
import { writeScratch } from './scratchFile';
import { inOrder } from './tileOrder';
import {
  blendWindow,
  previewPlan,
  runWindow,
  scaledRect,
  windowsOf,
  type TileWindow,
} from './tileWindows';

export type PreviewContext = {
  readonly signal: AbortSignal;
  readonly progress: (progress: PreviewProgress) => void;
};

/** A source and how its preview is described. */
export type PreviewInput = OpenSource & { readonly picture: PreviewPicture };

/** What a kind of model adds to a preview. */
export type PreviewLayers = {
  readonly device: Device;
  readonly inferenceSeconds: number;
  readonly figures: PreviewFigures;
};

/**
 * Computes a preview's layers with a tiled model: all of them from one run for each tile. One tile
 * is in memory at a time.
 */
export async function previewTiled(
  request: PreviewRequest,
  services: UpscaleServices,
  context: PreviewContext,
  { model, picture, ...source }: PreviewInput & { readonly model: TiledModel },
): Promise<PreviewLayers> {
  const { manifest } = model;
  const { rgb } = source.decoded;
  // What a device made before it failed stays on disk, so its files' names are not used again.
  let files = 0;
  return tiledAttempts(services, source, manifest.tilePixels, async ({ device, tilePixels }) => {
    const plan = previewPlan(manifest, source.sourceSize, tilePixels);
    const windows = inOrder(
      windowsOf(plan, manifest, source.sourceSize),
      request.first,
      ({ kept }) => scaledRect(kept, manifest.scale),
    );
    const total = windows.length;
    const report = (done: number, part: Partial<PreviewProgress> = {}): void =>
      context.progress({ phase: 'infer', done, total, device, picture, ...part });
    report(0);
    const session = await services.acquireSession(model, device, plan.tile, manifest.branches);
    const seconds = await estimateSeconds(
      session,
      manifest,
      plan.tile.width * plan.tile.height * total,
    );
    report(0, seconds === undefined ? {} : { secondsLeft: seconds });

    const started = performance.now();
    const sums = new FigureSums(manifest.scale, manifest.branches.includes('semantic'));
    let inferenceSeconds = 0;
    for (const [index, window] of windows.entries()) {
      throwIfCancelled(context.signal);
      const tile = await layersOf(window, plan, model, session, source);
      inferenceSeconds += tile.seconds;
      sums.add(tile.layers, await rgb.area(window.kept), window.kept);
      const file = `${request.jobId}-${++files}.bin`;
      await writeScratch(path.join(request.scratchDirectory, file), tile.layers);
      const secondsLeft =
        ((performance.now() - started) / 1000 / (index + 1)) * (total - index - 1);
      report(index + 1, { tile: { rect: tile.rect, file }, secondsLeft });
    }
    throwIfCancelled(context.signal);
    return { device, inferenceSeconds, figures: sums.figures() };
  });
}

/** A tile's layers as its file holds them. */
async function layersOf(
  window: TileWindow,
  { tile }: TilePlan,
  { manifest: { scale, branches } }: TiledModel,
  session: TileSession,
  { decoded }: Pick<OpenSource, 'decoded'>,
): Promise<{ rect: Rect; layers: Uint8Array; seconds: number }> {
  const rect = scaledRect(window.kept, scale);
  const { layers, seconds } = await runWindow(window, tile, decoded.rgb, session);
  const corners = cornersFor(branches);
  const bytes = 3 * rect.width * rect.height;
  const result = new Uint8ClampedArray(corners.length * bytes);
  for (const [index, corner] of corners.entries()) {
    blendTile(
      layers,
      corner,
      blendWindow(window, tile, scale, rect),
      result.subarray(index * bytes, (index + 1) * bytes),
      3,
    );
  }
  return { rect, layers: new Uint8Array(result.buffer), seconds };
}
