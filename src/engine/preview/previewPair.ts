import path from 'node:path';
import type { Rect } from '../../shared/geometry';
import { addFigures, NO_FIGURES } from '../../shared/panelFigures';
import type { PreviewProgress, PreviewRequest } from '../../shared/previewProtocol';
import { throwIfCancelled } from '../errors';
import type { PixelFile } from '../image/pixelFile';
import { AreaResampler } from '../image/resampleArea';
import { alphaOf } from '../upscale/inferPair';
import { pairLayers, PAIR_LAYERS, type PairMembers } from '../upscale/pairLayers';
import type { UpscaleServices } from '../upscale/services';
import { tileFigures } from './figureSums';
import type { PreviewContext, PreviewInput, PreviewLayers } from './previewTiled';
import { ownedRect, widened } from './resultGrid';
import { resultTile, type LayerArea } from './resultTile';
import { writeScratch } from './scratchFile';
import { inOrder } from './tileOrder';
import { BORDER, scaledRect, sourceSquares } from './tileWindows';

/**
 * Computes a preview's layers with a tiled and a diffusion model: each of the whole picture, then
 * brought to the wanted size tile by tile as the export does it.
 */
export async function previewPair(
  request: PreviewRequest,
  services: UpscaleServices,
  context: PreviewContext,
  source: PreviewInput & { readonly members: PairMembers },
): Promise<PreviewLayers> {
  const { members, picture, sourceSize, decoded, notes } = source;
  const { scale } = members.fidelity.manifest;
  const tiles = inOrder(sourceSquares(sourceSize), request.first, (tile) =>
    ownedRect(tile, sourceSize, picture.size),
  );
  let device = source.device;
  const report = (done: number, total: number, part: Partial<PreviewProgress> = {}): void =>
    context.progress({
      phase: 'infer',
      done,
      total: total + tiles.length,
      device,
      picture,
      ...part,
    });
  let steps = 0;
  const runs = await pairLayers(
    PAIR_LAYERS,
    members,
    { ...request, scratchDirectory: source.folder },
    services,
    {
      signal: context.signal,
      progress: ({ tile, tiles: total, device: now, secondsLeft }) => {
        device = now ?? device;
        steps = total;
        if (total > 0) report(tile, total, secondsLeft === undefined ? {} : { secondsLeft });
      },
    },
    {
      device,
      decoded,
      size: sourceSize,
      guidance: { pixel: 1, semantic: 1 },
      scale,
      region: undefined,
      part: 0,
      notes,
    },
  );
  try {
    const layers = PAIR_LAYERS.flatMap((layer) => runs.get(layer)?.raw ?? []);
    const large = { width: sourceSize.width * scale, height: sourceSize.height * scale };
    const resampler = new AreaResampler(large, picture.size, 'lanczos3');
    let figures = NO_FIGURES;
    for (const [index, kept] of tiles.entries()) {
      throwIfCancelled(context.signal);
      const area = scaledRect(widened(kept, BORDER, sourceSize), scale);
      const tile = resultTile(await layerArea(layers, area), resampler, sourceSize, kept);
      const original = await source.original.area(kept);
      const own = tileFigures(tile.covered, kept, original, sourceSize, picture.size);
      figures = addFigures(figures, own);
      const file = `${request.jobId}-${index + 1}.bin`;
      await writeScratch(path.join(request.scratchDirectory, file), tile.bytes);
      report(steps + index + 1, steps, { tile: { rect: tile.rect, file, figures: own } });
    }
    const inferenceSeconds = [...runs.values()].reduce((sum, run) => sum + run.inferenceSeconds, 0);
    return { device, inferenceSeconds, figures };
  } finally {
    await Promise.all([...runs.values()].map(({ raw }) => raw.close()));
  }
}

/** A part of all layers, and the transparency of the one that has it. */
async function layerArea(layers: readonly PixelFile[], area: Rect): Promise<LayerArea> {
  const parts = await Promise.all(
    layers.map(async (layer) => ({ bands: layer.info.bands, data: await layer.area(area) })),
  );
  const rgba = parts.find(({ bands }) => bands === 4);
  return {
    area,
    layers: parts.map(({ bands, data }) => (bands === 4 ? colourOf(data) : data)),
    alpha: rgba && alphaOf(rgba.data),
  };
}

/** Interleaved RGB of RGBA. */
function colourOf(rgba: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let i = 0; i < rgba.length / 4; i++) rgb.set(rgba.subarray(4 * i, 4 * i + 3), 3 * i);
  return rgb;
}
