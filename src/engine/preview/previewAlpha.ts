import path from 'node:path';
import type { PreviewRequest } from '../../shared/previewProtocol';
import { throwIfCancelled } from '../errors';
import { PixelFile } from '../image/pixelFile';
import { newClamped } from '../image/samples';
import type { TiledModel } from '../models/kinds/tiled';
import { alphaInput, keepFlatAlpha } from '../upscale/alphaTiles';
import { tiledAttempts } from '../upscale/inferTiled';
import { alphaTile } from '../upscale/runTiles';
import type { UpscaleServices } from '../upscale/services';
import type { OpenSource } from './openSource';
import { writeSamples } from './scratchFile';
import { blendWindow, previewPlan, readWindow, scaledRect, windowsOf } from './tileWindows';

/**
 * Writes the alpha plane as the model's export enlarges it. Returns the file's name; undefined for
 * an opaque picture.
 */
export async function writeAlpha(
  { jobId, scratchDirectory }: PreviewRequest,
  services: UpscaleServices,
  signal: AbortSignal,
  source: OpenSource,
): Promise<string | undefined> {
  const { alpha } = source.decoded;
  if (!alpha) return undefined;
  const { model, folder } = source;
  const work = path.join(folder, 'alpha-large.tif');
  const large = await model.enlargeAlpha(alpha, work, services, signal, source);
  const file = `${jobId}-alpha.bin`;
  try {
    await writeSamples(large, path.join(scratchDirectory, file));
  } finally {
    await large.close();
  }
  return file;
}

/** All of a plane, by the preview's tiles. The caller closes it. */
export function enlargeAlphaTiled(
  alpha: PixelFile,
  file: string,
  services: UpscaleServices,
  signal: AbortSignal,
  source: OpenSource & { readonly model: TiledModel },
): Promise<PixelFile> {
  const { model, sourceSize, size } = source;
  const { manifest } = model;
  const { scale } = manifest;
  return tiledAttempts(services, source, manifest.tilePixels, async ({ device, tilePixels }) => {
    const plan = previewPlan(manifest, sourceSize, tilePixels);
    const session = await services.acquireSession(model, device, plan.tile, manifest.branches);
    const plane = newClamped(8, size.width * size.height);
    for (const window of windowsOf(plan, manifest, sourceSize)) {
      throwIfCancelled(signal);
      const { pixels, width, columns, rows } = await readWindow(window, plan.tile, alpha);
      const rect = scaledRect(window.kept, scale);
      const part = plane.subarray(rect.y * size.width);
      await alphaTile(
        alphaInput(pixels, width, columns, rows),
        { ...blendWindow(window, plan.tile, scale, rect), bandX: rect.x, bandWidth: size.width },
        part,
        (image) => session.run(image, plan.tile.width, plan.tile.height),
      );
    }
    await keepFlatAlpha(alpha, 0, sourceSize.height, scale, plane);
    const result = await PixelFile.create(file, { ...size, bands: 1 });
    await result.writeRows(0, new Uint8Array(plane.buffer));
    return result;
  });
}
