import type { PreviewPicture, PreviewRequest, PreviewResult } from '../../shared/previewProtocol';
import { throwIfCancelled } from '../errors';
import { estimateDegradation } from '../estimate/estimateDegradation';
import { bad } from '../upscale/checkRequest';
import type { UpscaleServices } from '../upscale/services';
import { withSource, type OpenSource } from './openSource';
import { writeAlpha } from './previewAlpha';
import type { PreviewContext } from './previewTiled';

/**
 * Takes apart what a model adds to a picture: inspect → decode → layers, tile by tile → figures.
 * Writes only into the scratch folder. Tiles stay there, also those of a preview that was cancelled
 * or failed; rejects with the same errors as an upscaling.
 */
export async function previewFile(
  request: PreviewRequest,
  services: UpscaleServices,
  context: PreviewContext,
): Promise<PreviewResult> {
  const started = performance.now();
  checkFirst(request);
  const { signal, progress } = context;
  return withSource(
    request,
    services,
    { signal, onDevice: (device) => progress({ phase: 'prepare', done: 0, total: 0, device }) },
    async (source) => {
      const { model, notes } = source;
      const picture = await describe(request, services, signal, source);
      throwIfCancelled(signal);
      const { device, inferenceSeconds, figures } = await model.preview(
        request,
        services,
        context,
        { ...source, picture },
      );
      const estimate = await estimateDegradation(source.decoded.rgb);
      return {
        ...picture,
        device,
        figures,
        estimate,
        seconds: { total: (performance.now() - started) / 1000, inference: inferenceSeconds },
        notes,
      };
    },
  );
}

function checkFirst({ first }: PreviewRequest): void {
  if (first === undefined) return;
  const { x, y, width, height } = first;
  if ([x, y, width, height].every(Number.isFinite) && width >= 0 && height >= 0) return;
  throw bad('part that comes first', `${x},${y},${width},${height}`, 'numbers x,y,width,height');
}

async function describe(
  request: PreviewRequest,
  services: UpscaleServices,
  signal: AbortSignal,
  source: OpenSource,
): Promise<PreviewPicture> {
  const { model, size, sourceSize } = source;
  const { scale, branches } = model.manifest;
  const alphaFile = await writeAlpha(request, services, signal, source);
  return {
    size,
    sourceSize,
    scale,
    branches,
    exact: model.exactPreview,
    ...(alphaFile === undefined ? {} : { alphaFile }),
  };
}
