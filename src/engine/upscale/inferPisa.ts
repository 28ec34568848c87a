import { stat } from 'node:fs/promises';
import type { UpscaleRequest } from '../../shared/engineProtocol';
import type { Device } from '../../shared/settings';
import { throwIfCancelled } from '../errors';
import type { ComputeType } from '../graph/sd21/weights';
import { refuseUnsupported } from '../models/pisaSupport';
import type { PisaModel } from '../models/registry';
import { budgetsFor } from '../pisa/budgets';
import { upscalePisa } from '../pisa/upscalePisa';
import { firstSuccessful } from './attempts';
import type { InferInput, InferResult, UpscaleContext, UpscaleServices } from './services';

export type PisaAttempt = { readonly device: Device; readonly type: ComputeType; readonly share: number };

/** A GPU computes in float16; what overflows there is tried again in float32 with smaller tiles, then the CPU does the work. */
export function pisaAttempts(device: Device): PisaAttempt[] {
  const onCpu: PisaAttempt = { device: 'cpu', type: 'float32', share: 1 };
  if (device === 'cpu') return [onCpu];
  return [{ device, type: 'float16', share: 1 }, { device, type: 'float32', share: 1 / 4 }, onCpu];
}

/** Tells the person why the work was done otherwise than they asked. */
export function pisaFallbackNote(failed: PisaAttempt, next: PisaAttempt, reason: string): string {
  const how = next.device === failed.device ? `tried again in ${next.type} with smaller tiles` : `used ${next.device} instead`;
  return `${failed.device} failed in ${failed.type} (${reason}); ${how}.`;
}

/** Runs PiSA-SR over the picture, in another precision or on the CPU when that fails. */
export async function inferPisa(
  request: UpscaleRequest,
  services: UpscaleServices,
  context: UpscaleContext,
  input: InferInput & { readonly model: PisaModel },
): Promise<InferResult> {
  const { model, decoded, guidance, notes } = input;
  const { pisa } = services;
  const { scale, region, colourFix } = request;
  throwIfCancelled(context.signal);
  refuseUnsupported(model.manifest.name);
  // The tiled models' session would hold memory that is needed here.
  await services.releaseSession();
  const identity = await identityOf(request.input, scale);
  return firstSuccessful(
    pisaAttempts(input.device),
    async ({ device, type, share }) => {
      context.progress({ phase: 'infer', tile: 0, tiles: 1, device });
      const networks = await pisa.acquire(model, device, type);
      const { raw, picture, steps, inferenceSeconds } = await upscalePisa({
        source: decoded,
        scale,
        processSize: model.manifest.processSize,
        guidance,
        colourFix,
        region,
        networks,
        budgets: budgetsFor(share),
        pace: pisa.pace,
        known: pisa.known(identity),
        scratch: request.scratchDirectory,
        signal: context.signal,
        onProgress: ({ done, total, secondsLeft }) => context.progress({ phase: 'infer', tile: done, tiles: total, device, ...(secondsLeft === undefined ? {} : { secondsLeft }) }),
      });
      pisa.remember(identity, picture);
      return { raw, isRegion: true, tiles: steps, device, inferenceSeconds };
    },
    async (failed, next, reason) => {
      notes.push(pisaFallbackNote(failed, next, reason));
      await pisa.release().catch(() => undefined);
    },
  );
}

/** Tells pictures, their versions on disk and scales apart. */
export async function identityOf(input: string, scale: number): Promise<string> {
  const { size, mtimeMs, ino } = await stat(input);
  return [input, ino, size, mtimeMs, scale].join('|');
}
