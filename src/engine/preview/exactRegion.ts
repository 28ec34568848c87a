import path from 'node:path';
import type { ExactRegionRequest, ExactRegionResult } from '../../shared/previewProtocol';
import { guidanceForBranches } from '../../shared/guidance';
import { throwIfCancelled } from '../errors';
import { AreaResampler } from '../image/resampleArea';
import type { TiledModel } from '../models/kinds/tiled';
import { checkGuidance, checkRegion } from '../upscale/checkRequest';
import { descriptorOn, tiledAttempts } from '../upscale/inferTiled';
import type { UpscaleServices } from '../upscale/services';
import { runTile } from './modelTile';
import { withSource, type OpenSource } from './openSource';
import { cropped, ownedRect } from './resultGrid';
import { resultTile } from './resultTile';
import { fillScratch, writeAt } from './scratchFile';
import { intersection, previewPlan, windowsOf } from './tileWindows';

/**
 * Computes a part of the result as the export would make it, into a file in the scratch folder.
 * Rejects with the same errors as an upscaling.
 */
export async function exactRegion(
  request: ExactRegionRequest,
  services: UpscaleServices,
  signal: AbortSignal,
): Promise<ExactRegionResult> {
  const { rect, jobId } = request;
  checkGuidance(request.guidance);
  const file = `${jobId}-exact.bin`;
  const target = path.join(request.scratchDirectory, file);
  return withSource(
    request,
    services,
    { signal, check: (size) => checkRegion(rect, size) },
    async (source) => {
      const { model } = source;
      const work = {
        ...request,
        guidance: guidanceForBranches(request.guidance, model.manifest.branches),
      };
      await model.exactRegion(work, services, signal, source, target);
      return { rect, file };
    },
  );
}

/** Runs the preview's tiles that the part needs, on the preview's session. */
export async function exactTiled(
  { rect, guidance }: ExactRegionRequest,
  services: UpscaleServices,
  signal: AbortSignal,
  source: OpenSource & { readonly model: TiledModel },
  target: string,
): Promise<void> {
  const { model, sourceSize, size } = source;
  const { manifest } = model;
  const { scale } = manifest;
  const resampler = new AreaResampler(
    { width: sourceSize.width * scale, height: sourceSize.height * scale },
    size,
    'lanczos3',
  );
  await tiledAttempts(services, source, model, async ({ device, tilePixels }) => {
    const cut = descriptorOn(services, model, device);
    const plan = previewPlan(cut, sourceSize, tilePixels);
    const session = await services.acquireSession(model, device, plan.tile, manifest.branches);
    await fillScratch(target, async (handle) => {
      for (const window of windowsOf(plan, cut, sourceSize)) {
        const part = intersection(ownedRect(window.kept, sourceSize, size), rect);
        if (!part) continue;
        throwIfCancelled(signal);
        const layers = await runTile(window, { model, plan, session, signal }, source, [guidance]);
        const tile = resultTile(layers, resampler, sourceSize, window.kept);
        const pixels = cropped(tile.bytes, tile.rect, 3, part);
        const line = 3 * part.width;
        for (let row = 0; row < part.height; row++) {
          await writeAt(
            handle,
            target,
            pixels.subarray(row * line, (row + 1) * line),
            3 * ((part.y - rect.y + row) * rect.width + part.x - rect.x),
          );
        }
      }
    });
  });
}
