import path from 'node:path';
import type { PreviewProgress, PreviewRequest } from '../../shared/previewProtocol';
import type { PixelFile } from '../image/pixelFile';
import type { DiffusionModel } from '../models/kinds/diffusion';
import { firstLook, lookWindow } from '../pisa/firstLook';
import type { StepProgress } from '../pisa/steps';
import { workSize } from '../pisa/workSize';
import type { PisaWork } from '../upscale/inferPisa';
import type { UpscaleServices } from '../upscale/services';
import { cornersFor } from './corners';
import type { OpenSource } from './openSource';
import { joined } from './resultGrid';
import { writeScratch } from './scratchFile';

export type LookInput = {
  readonly request: PreviewRequest;
  readonly services: UpscaleServices;
  readonly signal: AbortSignal;
  readonly source: OpenSource & {
    readonly model: DiffusionModel;
  };
  readonly work: PisaWork;
  /** Of the picture's own steps, which follow. */
  readonly ahead: { readonly steps: number; readonly cost: number };
  /** The result's transparency. */
  readonly alpha: PixelFile | undefined;
  /** Name of the look's file in the request's scratch folder. */
  readonly file: string;
  readonly report: (
    done: number,
    total: number,
    part: Pick<PreviewProgress, 'look' | 'secondsLeft'>,
  ) => void;
};

/**
 * Shows a window of a large picture before the picture is computed, unless the last preview of the same
 * picture computed most of it. Returns the look's steps, and its seconds in networks.
 */
export async function lookPisa({
  request,
  services: { pisa },
  signal,
  source: { model, decoded, folder, sourceSize },
  work: { networks, budgets, identity, device },
  ahead,
  alpha,
  file,
  report,
}: LookInput): Promise<{ readonly steps: number; readonly inferenceSeconds: number }> {
  const { processSize, branches } = model.manifest;
  const { work, target } = workSize(sourceSize, request.scale, processSize);
  const isReduced = work.width !== target.width || work.height !== target.height;
  const window =
    isReduced || pisa.known(identity) ? undefined : lookWindow(work, processSize, request.first);
  if (!window) return { steps: 0, inferenceSeconds: 0 };
  const params = {
    rgb: decoded.rgb,
    scale: request.scale,
    processSize,
    colourFix: request.colourFix,
    draft: model.draftsPreview,
    networks,
    budgets,
    pace: pisa.pace,
    scratch: path.join(folder, `look-${device}`),
    signal,
    window,
    corners: cornersFor(branches),
    onProgress: ({ done, total, secondsLeft }: StepProgress) => {
      const { secondsPerUnit } = pisa.pace;
      report(done, total + ahead.steps, {
        ...(secondsLeft === undefined || secondsPerUnit === undefined
          ? {}
          : { secondsLeft: secondsLeft + ahead.cost * secondsPerUnit }),
      });
    },
  };
  const { layers, steps, inferenceSeconds } = await firstLook(params);
  try {
    const everything = { x: 0, y: 0, width: window.width, height: window.height };
    const parts = [
      ...(await Promise.all(layers.map((layer) => layer.area(everything)))),
      ...(alpha ? [await alpha.area(window)] : []),
    ];
    await writeScratch(path.join(request.scratchDirectory, file), joined(parts));
  } finally {
    await Promise.all(layers.map((layer) => layer.close()));
  }
  report(steps, steps + ahead.steps, { look: { rect: window, file } });
  return { steps, inferenceSeconds };
}
