import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Rect } from '../../shared/geometry';
import { addFigures, NO_FIGURES } from '../../shared/panelFigures';
import { phrase } from '../../shared/phrase';
import type { PreviewPicture, PreviewProgress, PreviewRequest } from '../../shared/previewProtocol';
import { throwIfCancelled } from '../errors';
import type { PixelFile } from '../image/pixelFile';
import type { DiffusionModel } from '../models/kinds/diffusion';
import { tryDraftsIn8Bits } from '../pisa/draftIn8Bits';
import { planCorners } from '../pisa/planCorners';
import { upscalePisa } from '../pisa/upscalePisa';
import { workSize } from '../pisa/workSize';
import { alphaByModel } from '../upscale/alphaByModel';
import { pisaAttempted, type PisaWork } from '../upscale/inferPisa';
import type { UpscaleServices } from '../upscale/services';
import { cornersFor } from './corners';
import { lookPisa } from './lookPisa';
import { tileFigures } from './figureSums';
import type { OpenSource } from './openSource';
import type { PreviewContext, PreviewLayers } from './previewTiled';
import { coveredRect, ownedRect } from './resultGrid';
import { tileOf, type ResultTile } from './resultTile';
import { writeScratch } from './scratchFile';
import { inOrder } from './tileOrder';
import { sourceSquares } from './tileWindows';

type PisaSource = OpenSource & { readonly model: DiffusionModel; readonly picture: PreviewPicture };

/**
 * Computes a preview's layers with PiSA-SR: both of the UNet's passes, and a decode of the whole
 * picture for each layer, by the tiny decoder where it is installed.
 */
export async function previewPisa(
  request: PreviewRequest,
  services: UpscaleServices,
  context: PreviewContext,
  source: PisaSource,
): Promise<PreviewLayers> {
  const { model, device: wanted, notes, picture } = source;
  if (model.draftsPreview)
    notes.push(phrase`Figures and maps are measured on drafts of the tiny decoder.`);
  const target = {
    model,
    device: wanted,
    notes,
    input: request.input,
    restore: request.restore,
    prompt: request.prompt,
    scale: request.scale,
    signal: context.signal,
  };
  const { alpha: transparency } = source.decoded;
  const alpha =
    transparency &&
    (await alphaByModel(
      transparency,
      picture.size,
      { input: request.input, scratchDirectory: source.folder },
      services,
      context.signal,
    ));
  // What a device made before it failed stays on disk, so its files' names are not used again.
  let files = 0;
  try {
    return await pisaAttempted(
      services,
      target,
      (device) => context.progress({ phase: 'infer', done: 0, total: 1, device, picture }),
      async (work) => {
        const { device } = work;
        const layers: PixelFile[] = [];
        // All of the picture is decoded before the first tile: they only keep files small.
        const tiles = inOrder(sourceSquares(source.sourceSize), request.first, (tile) =>
          ownedRect(tile, source.sourceSize, picture.size),
        );
        try {
          let before = 0;
          const report = (done: number, total: number, part: Partial<PreviewProgress>): void =>
            context.progress({
              phase: 'infer',
              done: before + done,
              total: before + total + tiles.length,
              device,
              picture,
              ...part,
            });
          const ahead = planAhead(request, services, source, work);
          const look = await lookPisa({
            request,
            services,
            signal: context.signal,
            source,
            work,
            ahead: sumOf(ahead),
            alpha,
            file: `${request.jobId}-${++files}.bin`,
            report,
          });
          before = look.steps;
          const { steps, inferenceSeconds } = await decodeLayers(
            request,
            services,
            context.signal,
            source,
            work,
            { layers, ahead },
            report,
          );
          let figures = NO_FIGURES;
          for (const [index, kept] of tiles.entries()) {
            throwIfCancelled(context.signal);
            const tile = await tileAt(kept, source, layers, alpha);
            const own = tileFigures(
              tile.covered,
              kept,
              await source.original.area(kept),
              source.sourceSize,
              picture.size,
            );
            figures = addFigures(figures, own);
            const file = `${request.jobId}-${++files}.bin`;
            await writeScratch(path.join(request.scratchDirectory, file), tile.bytes);
            report(steps + index + 1, steps, { tile: { rect: tile.rect, file, figures: own } });
          }
          return { device, inferenceSeconds: look.inferenceSeconds + inferenceSeconds, figures };
        } finally {
          await Promise.all(layers.map((file) => file.close()));
        }
      },
    );
  } finally {
    await alpha?.close();
  }
}

async function tileAt(
  kept: Rect,
  { sourceSize, picture }: PisaSource,
  layers: readonly PixelFile[],
  alpha: PixelFile | undefined,
): Promise<ResultTile> {
  const area = coveredRect(kept, sourceSize, picture.size);
  const covered = {
    area,
    layers: await Promise.all(layers.map((layer) => layer.area(area))),
    alpha: await alpha?.area(area),
  };
  return tileOf(covered, sourceSize, picture.size, kept);
}

type Plan = { readonly steps: number; readonly cost: number };

/** The steps of each corner. */
function planAhead(
  request: PreviewRequest,
  { pisa }: UpscaleServices,
  { model, sourceSize }: PisaSource,
  { networks, budgets, identity }: PisaWork,
): readonly Plan[] {
  const { processSize, branches } = model.manifest;
  return planCorners(cornersFor(branches), workSize(sourceSize, request.scale, processSize).work, {
    known: pisa.known(identity),
    draft: model.draftsPreview,
    roughDraft: 'never',
    networks,
    budgets,
  });
}

const sumOf = (plans: readonly Plan[]): Plan => ({
  steps: plans.reduce((sum, { steps }) => sum + steps, 0),
  cost: plans.reduce((sum, { cost }) => sum + cost, 0),
});

/** Decodes the picture at every corner into `layers`, which the caller closes. */
async function decodeLayers(
  request: PreviewRequest,
  { pisa }: UpscaleServices,
  signal: AbortSignal,
  { model, decoded, folder }: PisaSource,
  { networks, budgets, identity, device }: PisaWork,
  { layers, ahead }: { readonly layers: PixelFile[]; readonly ahead: readonly Plan[] },
  report: (done: number, total: number, part: Partial<PreviewProgress>) => void,
): Promise<{ steps: number; inferenceSeconds: number }> {
  const { processSize, branches } = model.manifest;
  const { scale } = request;
  const corners = cornersFor(branches);
  const mayDraftIn8Bits = networks.mayDraftIn8Bits && request.precision !== 'fp32';
  let [steps, inferenceSeconds] = [0, 0];
  for (const [index, guidance] of corners.entries()) {
    const scratch = path.join(folder, `${device}-${index}-${layers.length}`);
    await mkdir(scratch, { recursive: true });
    const later = sumOf(ahead.slice(index + 1));
    const result = await upscalePisa({
      rgb: decoded.rgb,
      alpha: undefined,
      scale,
      processSize,
      guidance,
      colourFix: request.colourFix,
      draft: model.draftsPreview,
      draftForm: mayDraftIn8Bits ? 'measured' : 'floats',
      roughDraft: 'never',
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
  const [picture, last] = [pisa.known(identity), corners.at(-1)];
  if (mayDraftIn8Bits && picture && last) await tryDraftsIn8Bits(networks, picture, last);
  return { steps, inferenceSeconds };
}
