import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Rect, Size } from '../../shared/geometry';
import type { PreviewPicture, PreviewProgress, PreviewRequest } from '../../shared/previewProtocol';
import { throwIfCancelled } from '../errors';
import type { PixelFile } from '../image/pixelFile';
import type { PisaModel } from '../models/kinds/pisaSr';
import type { PisaPicture } from '../pisa/pisaPicture';
import { planSteps } from '../pisa/planSteps';
import { upscalePisa } from '../pisa/upscalePisa';
import { workSize } from '../pisa/workSize';
import { pisaAttempted, type PisaWork } from '../upscale/inferPisa';
import type { UpscaleServices } from '../upscale/services';
import { cornersFor } from './corners';
import { FigureSums } from './figureSums';
import type { OpenSource } from './openSource';
import type { PreviewContext, PreviewLayers } from './previewTiled';
import { writeScratch } from './scratchFile';
import { inOrder } from './tileOrder';
import { scaledRect } from './tileWindows';

/**
 * Side of a tile in pixels of the source: tiles are written when all of the picture is decoded, and
 * only keep files small.
 */
const TILE = 128;

type PisaSource = OpenSource & { readonly model: PisaModel; readonly picture: PreviewPicture };

/**
 * Computes a preview's layers with PiSA-SR: both of the UNet's passes, and a decode of the whole
 * picture for each layer.
 */
export async function previewPisa(
  request: PreviewRequest,
  services: UpscaleServices,
  context: PreviewContext,
  source: PisaSource,
): Promise<PreviewLayers> {
  const { model, device: wanted, notes, picture } = source;
  const target = {
    model,
    device: wanted,
    notes,
    input: request.input,
    scale: model.manifest.scale,
    signal: context.signal,
  };
  // What a device made before it failed stays on disk, so its files' names are not used again.
  let files = 0;
  return pisaAttempted(
    services,
    target,
    (device) => context.progress({ phase: 'infer', done: 0, total: 1, device, picture }),
    async (work) => {
      const { device } = work;
      const layers: PixelFile[] = [];
      const tiles = inOrder(tilesOf(source.sourceSize), request.first, (tile) =>
        scaledRect(tile, picture.scale),
      );
      try {
        const report = (done: number, total: number, part: Partial<PreviewProgress>): void =>
          context.progress({
            phase: 'infer',
            done,
            total: total + tiles.length,
            device,
            picture,
            ...part,
          });
        const { steps, inferenceSeconds } = await decodeLayers(
          request,
          services,
          context.signal,
          source,
          work,
          layers,
          report,
        );
        const sums = new FigureSums(picture.scale, picture.branches.includes('semantic'));
        for (const [index, tile] of tiles.entries()) {
          throwIfCancelled(context.signal);
          const rect = scaledRect(tile, picture.scale);
          const samples = Buffer.concat(await Promise.all(layers.map((layer) => layer.area(rect))));
          sums.add(samples, await source.decoded.rgb.area(tile), tile);
          const file = `${request.jobId}-${++files}.bin`;
          await writeScratch(path.join(request.scratchDirectory, file), samples);
          report(steps + index + 1, steps, { tile: { rect, file } });
        }
        return { device, inferenceSeconds, figures: sums.figures() };
      } finally {
        await Promise.all(layers.map((layer) => layer.close()));
      }
    },
  );
}

/** Decodes the picture at every corner into `layers`, which the caller closes. */
async function decodeLayers(
  request: PreviewRequest,
  { pisa }: UpscaleServices,
  signal: AbortSignal,
  { model, decoded, folder, sourceSize }: PisaSource,
  { networks, budgets, identity, device }: PisaWork,
  layers: PixelFile[],
  report: (done: number, total: number, part: Partial<PreviewProgress>) => void,
): Promise<{ steps: number; inferenceSeconds: number }> {
  const { scale, processSize, branches } = model.manifest;
  const corners = cornersFor(branches);
  const { work } = workSize(sourceSize, scale, processSize);
  const known = pisa.known(identity);
  const ahead = corners.map((guidance, index) => {
    const before: Pick<PisaPicture, 'missing'> | undefined =
      known ??
      (index === 0
        ? undefined
        : { missing: () => (guidance.semantic === 0 ? ['pixel'] : ['full']) });
    return planSteps({ known: before, guidance, networks, budgets, region: undefined }, work);
  });
  let [steps, inferenceSeconds] = [0, 0];
  for (const [index, guidance] of corners.entries()) {
    const scratch = path.join(folder, `${device}-${index}-${layers.length}`);
    await mkdir(scratch, { recursive: true });
    const later = ahead
      .slice(index + 1)
      .reduce((sum, plan) => ({ steps: sum.steps + plan.steps, cost: sum.cost + plan.cost }), {
        steps: 0,
        cost: 0,
      });
    const result = await upscalePisa({
      source: { rgb: decoded.rgb, alpha: undefined },
      scale,
      processSize,
      guidance,
      colourFix: request.colourFix,
      region: undefined,
      networks,
      budgets,
      pace: pisa.pace,
      known: pisa.known(identity),
      scratch,
      signal,
      onProgress: ({ done, total, secondsLeft }) => {
        const left =
          secondsLeft === undefined || pisa.pace.secondsPerUnit === undefined
            ? {}
            : { secondsLeft: secondsLeft + later.cost * pisa.pace.secondsPerUnit };
        report(steps + done, steps + total + later.steps, left);
      },
    });
    layers.push(result.raw);
    pisa.remember(identity, result.picture);
    steps += result.steps;
    inferenceSeconds += result.inferenceSeconds;
  }
  return { steps, inferenceSeconds };
}

/** Squares that cover a picture, row by row. */
function tilesOf({ width, height }: Size): Rect[] {
  const [columns, rows] = [Math.ceil(width / TILE), Math.ceil(height / TILE)];
  return Array.from({ length: columns * rows }, (_, i) => {
    const [x, y] = [(i % columns) * TILE, Math.floor(i / columns) * TILE];
    return { x, y, width: Math.min(TILE, width - x), height: Math.min(TILE, height - y) };
  });
}
