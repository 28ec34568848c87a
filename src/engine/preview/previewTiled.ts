import path from 'node:path';
import type { Rect } from '../../shared/geometry';
import { addFigures, NO_FIGURES } from '../../shared/panelFigures';
import type {
  PreviewFigures,
  PreviewPicture,
  PreviewProgress,
  PreviewRequest,
} from '../../shared/previewProtocol';
import type { Device } from '../../shared/settings';
import { throwIfCancelled } from '../errors';
import { AreaResampler } from '../image/resampleArea';
import { modelKey } from '../models/modelKey';
import type { TiledModel } from '../models/kinds/tiled';
import { estimateSeconds } from '../upscale/estimateSeconds';
import { descriptorOn, tiledAttempts } from '../upscale/inferTiled';
import type { UpscaleServices } from '../upscale/services';
import { cornersFor } from './corners';
import { tileFigures } from './figureSums';
import { readKept, trimKept, writeKept } from './keptFiles';
import { runTile, tileArea, tileBytes, type TileNetwork } from './modelTile';
import type { OpenSource } from './openSource';
import { joined, ownedRect } from './resultGrid';
import { resultTile, type LayerArea } from './resultTile';
import { writeScratch } from './scratchFile';
import { previewPlan, wantedTiles, windowsOf, type TileWindow } from './tileWindows';

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

type TiledSource = PreviewInput & { readonly model: TiledModel };

/**
 * Computes a preview's layers with a tiled model: all of them from one run for each tile, or from
 * what an earlier preview of the same picture kept. One tile is in memory at a time.
 */
export async function previewTiled(
  request: PreviewRequest,
  services: UpscaleServices,
  context: PreviewContext,
  { model, picture, ...source }: TiledSource,
): Promise<PreviewLayers> {
  const { manifest } = model;
  const { original } = source;
  const { size } = picture;
  const resampler = new AreaResampler(
    {
      width: source.sourceSize.width * manifest.scale,
      height: source.sourceSize.height * manifest.scale,
    },
    size,
    'lanczos3',
  );
  const rectOf = ({ kept }: TileWindow): Rect => ownedRect(kept, source.sourceSize, size);
  // What a device made before it failed stays on disk, so its files' names are not used again.
  let files = 0;
  return tiledAttempts(services, source, model, async ({ device, tilePixels }) => {
    const cut = descriptorOn(services, model, device);
    const plan = previewPlan(cut, source.sourceSize, tilePixels);
    const windows = wantedTiles(windowsOf(plan, cut, source.sourceSize), request, rectOf);
    const total = windows.length;
    const report = (done: number, part: Partial<PreviewProgress> = {}): void =>
      context.progress({ phase: 'infer', done, total, device, picture, ...part });
    report(0);
    const session = await services.acquireSession(model, device, plan.tile, manifest.branches);
    const seconds = await estimateSeconds(session, cut, plan.tile.width * plan.tile.height * total);
    report(0, seconds === undefined ? {} : { secondsLeft: seconds });

    const started = performance.now();
    let figures = NO_FIGURES;
    let inferenceSeconds = 0;
    for (const [index, window] of windows.entries()) {
      throwIfCancelled(context.signal);
      const layers = await keptLayers(
        window,
        { model, plan, session, signal: context.signal },
        device,
        source,
      );
      inferenceSeconds += layers.seconds;
      const { kept } = window;
      const tile = resultTile(layers, resampler, source.sourceSize, kept);
      const own = tileFigures(
        tile.covered,
        kept,
        await original.area(kept),
        source.sourceSize,
        size,
      );
      figures = addFigures(figures, own);
      const file = `${request.jobId}-${++files}.bin`;
      await writeScratch(path.join(request.scratchDirectory, file), tile.bytes);
      const secondsLeft =
        ((performance.now() - started) / 1000 / (index + 1)) * (total - index - 1);
      report(index + 1, {
        tile: { rect: tile.rect, file, figures: own },
        secondsLeft,
        ...nextOf(windows[index + 1], rectOf),
      });
    }
    throwIfCancelled(context.signal);
    return { device, inferenceSeconds, figures };
  });
}

const nextOf = (
  window: TileWindow | undefined,
  rectOf: (window: TileWindow) => Rect,
): { next?: Rect } => (window ? { next: rectOf(window) } : {});

/** A tile's layers at the model's own scale: as they were kept, or from the network. */
async function keptLayers(
  window: TileWindow,
  network: TileNetwork,
  device: Device,
  source: Omit<TiledSource, 'model' | 'picture'>,
): Promise<LayerArea & { readonly seconds: number }> {
  const { scale, branches } = network.model.manifest;
  const corners = cornersFor(branches);
  const area = tileArea(window, source, scale);
  const hasAlpha = source.decoded.alpha !== undefined;
  const place = [area.x, area.y, area.width, area.height].join('-');
  const name = `${modelKey(network.model)}-${device}-${place}${source.variant}.layers`;
  const known = await readKept(source.kept, name, tileBytes(area, corners.length, hasAlpha));
  if (known) {
    const bytes = 3 * area.width * area.height;
    return {
      area,
      layers: corners.map((_, layer) => known.subarray(layer * bytes, (layer + 1) * bytes)),
      alpha: hasAlpha ? known.subarray(corners.length * bytes) : undefined,
      seconds: 0,
    };
  }
  const made = await runTile(window, network, source, corners);
  await writeKept(source.kept, name, joined([...made.layers, ...(made.alpha ? [made.alpha] : [])]));
  await trimKept(source.kept);
  return made;
}
