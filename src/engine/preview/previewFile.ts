import type { PreviewPicture, PreviewRequest, PreviewResult } from '../../shared/previewProtocol';
import { bad } from '../upscale/checkRequest';
import type { UpscaleServices } from '../upscale/services';
import { keptEstimate } from './keptSource';
import { withSource, type OpenSource } from './openSource';
import { previewSquares } from './previewSquares';
import type { PreviewContext } from './previewTiled';
import { type Words, phrase } from '../../shared/phrase';

/**
 * Takes apart what a model adds to a picture: inspect → decode → layers, tile by tile → figures.
 * Writes only into the scratch folder. Tiles stay there, also those of a preview that was cancelled
 * or failed; rejects with the same errors as an upscaling.
 */
export async function previewFile(
  request: PreviewRequest,
  services: UpscaleServices,
  context: PreviewContext,
): Promise<PreviewResult<Words>> {
  const started = performance.now();
  checkParts(request);
  const { signal, progress } = context;
  return withSource(
    request,
    services,
    {
      signal,
      onDevice: (device) => progress({ phase: 'prepare', done: 0, total: 0, device }),
      onRestore: ({ tile, tiles, device, secondsLeft }) =>
        progress({
          phase: 'prepare',
          done: tile,
          total: tiles,
          ...(device ? { device } : {}),
          ...(secondsLeft === undefined ? {} : { secondsLeft }),
        }),
    },
    async (source) => {
      const { model, notes } = source;
      const picture = describe(source);
      const input = { ...source, picture };
      const { device, inferenceSeconds, figures } = await (source.squares
        ? previewSquares(request, context, input)
        : model.preview(request, services, context, input));
      const estimate = await keptEstimate(source.decoded.rgb, source.kept, source.variant);
      return {
        ...picture,
        device,
        ...(!source.squares && device === 'cpu' && model.cpuPrecision === 'int8'
          ? { precision: 'int8' as const }
          : {}),
        figures,
        estimate,
        seconds: { total: (performance.now() - started) / 1000, inference: inferenceSeconds },
        notes,
      };
    },
  );
}

/** Refuses parts that can't be meant. */
function checkParts({ first, region, have }: PreviewRequest): void {
  for (const [name, part] of [
    ['first', first] as const,
    ['wanted', region] as const,
    ...(have ?? []).map((rect) => ['known', rect] as const),
  ]) {
    if (part === undefined) continue;
    const { x, y, width, height } = part;
    if (![x, y, width, height].every(Number.isFinite) || width < 0 || height < 0)
      throw bad(name, `${x},${y},${width},${height}`, phrase`numbers x,y,width,height`);
  }
}

function describe(source: OpenSource): PreviewPicture {
  const { model, size, sourceSize, scale, squares, decoded } = source;
  return {
    size,
    sourceSize,
    scale,
    branches: squares ? [] : model.manifest.branches,
    hasAlpha: decoded.alpha !== undefined,
    way: squares ? 'squares' : 'model',
    exact: squares || model.exactPreview,
    ...(!squares && model.draftsPreview ? { draft: true } : {}),
  };
}
