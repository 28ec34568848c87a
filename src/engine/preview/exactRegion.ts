import path from 'node:path';
import type { ExactRegionRequest, ExactRegionResult } from '../../shared/previewProtocol';
import { guidanceForBranches } from '../../shared/guidance';
import { throwIfCancelled } from '../errors';
import type { TiledModel } from '../models/kinds/tiled';
import { blendTile } from '../upscale/blend';
import { checkGuidance, checkRegion } from '../upscale/checkRequest';
import { tiledAttempts } from '../upscale/inferTiled';
import type { UpscaleServices } from '../upscale/services';
import { withSource, type OpenSource } from './openSource';
import { fillScratch, writeAt } from './scratchFile';
import {
  blendWindow,
  intersection,
  previewPlan,
  runWindow,
  scaledRect,
  windowsOf,
} from './tileWindows';

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
  const { model, sourceSize, decoded } = source;
  const { manifest } = model;
  const { scale } = manifest;
  await tiledAttempts(services, source, manifest.tilePixels, async ({ device, tilePixels }) => {
    const plan = previewPlan(manifest, sourceSize, tilePixels);
    const session = await services.acquireSession(model, device, plan.tile, manifest.branches);
    await fillScratch(target, async (handle) => {
      for (const window of windowsOf(plan, manifest, sourceSize)) {
        const part = intersection(scaledRect(window.kept, scale), rect);
        if (!part) continue;
        throwIfCancelled(signal);
        const { layers } = await runWindow(window, plan.tile, decoded.rgb, session);
        const line = 3 * part.width;
        const pixels = new Uint8ClampedArray(line * part.height);
        blendTile(layers, guidance, blendWindow(window, plan.tile, scale, part), pixels, 3);
        for (let row = 0; row < part.height; row++) {
          await writeAt(
            handle,
            target,
            new Uint8Array(pixels.buffer, row * line, line),
            3 * ((part.y - rect.y + row) * rect.width + part.x - rect.x),
          );
        }
      }
    });
  });
}
