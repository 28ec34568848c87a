import { stat } from 'node:fs/promises';
import { scaledSize } from '../../shared/geometry';
import type { Device } from '../../shared/settings';
import { throwIfCancelled } from '../errors';
import type { ComputeType } from '../graph/sd21/weights';
import { requireDraft } from '../models/draftDecoder';
import { refuseUnsupported } from '../models/diffusionSupport';
import type { DiffusionModel } from '../models/kinds/diffusion';
import { budgetsFor, type Budgets } from '../pisa/budgets';
import type { PisaNetworks } from '../pisa/pisaNetworks';
import { droppedNote, wordsOf } from '../pisa/prompt/promptContext';
import { upscalePisa } from '../pisa/upscalePisa';
import { alphaByModel } from './alphaByModel';
import { firstSuccessful } from './attempts';
import type {
  InferInput,
  InferRequest,
  InferResult,
  UpscaleContext,
  UpscaleServices,
} from './services';
import { WordedError, inWords, phrase, type Words } from '../../shared/phrase';

export type PisaAttempt = {
  readonly device: Device;
  readonly type: ComputeType;
  readonly share: number;
};

/**
 * A GPU computes in float16 where the model is trusted to it so, else in float32. What overflows or
 * runs out of memory there is tried again in float32 with smaller tiles, then the CPU does the work.
 */
export function pisaAttempts(device: Device, precision: ComputeType): PisaAttempt[] {
  const onCpu: PisaAttempt = { device: 'cpu', type: 'float32', share: 1 };
  if (device === 'cpu') return [onCpu];
  return [{ device, type: precision, share: 1 }, { device, type: 'float32', share: 1 / 4 }, onCpu];
}

/** Tells the person why the work was done otherwise than they asked. */
export function pisaFallbackNote(failed: PisaAttempt, next: PisaAttempt, reason: Words): Words {
  return next.device === failed.device
    ? phrase`${failed.device} failed in ${failed.type} (${reason}); tried again in ${next.type} with smaller tiles.`
    : phrase`${failed.device} failed in ${failed.type} (${reason}); used ${next.device} instead.`;
}

/** What work with PiSA-SR's networks is given. */
export type PisaWork = {
  readonly device: Device;
  readonly networks: PisaNetworks;
  readonly budgets: Budgets;
  /** See `PisaSessions.known`. */
  readonly identity: string;
};

/**
 * Runs `work` on PiSA-SR's networks, in another precision or on the CPU when that fails; `notes`
 * then tells the person.
 */
export async function pisaAttempted<T>(
  services: UpscaleServices,
  {
    model,
    device: wanted,
    notes,
    input,
    scale,
    part = 0,
    restore = '',
    prompt: said,
    signal,
  }: {
    model: DiffusionModel;
    device: Device;
    notes: Words[];
    input: string;
    scale: number;
    part?: number;
    restore?: string | undefined;
    prompt: string | undefined;
    signal: AbortSignal;
  },
  onDevice: (device: Device) => void,
  work: (pisa: PisaWork) => Promise<T>,
): Promise<T> {
  const { pisa } = services;
  throwIfCancelled(signal);
  refuseUnsupported(model.manifest.name);
  // The tiled models' session would hold memory that is needed here.
  await services.releaseSession();
  const prompt = wordsOf(said);
  if (prompt !== undefined) {
    const note = droppedNote(await pisa.encoded(model, prompt));
    if (note !== undefined && !notes.some((one) => inWords(one) === inWords(note)))
      notes.push(note);
  }
  const identity = await identityOf(input, scale, part, restore);
  const refusal = await services.refusal(model, wanted, 'float16');
  if (refusal !== undefined)
    notes.push(
      phrase`${wanted} computes in float32, because its float16 is not trusted: ${refusal}.`,
    );
  return firstSuccessful(
    pisaAttempts(wanted, refusal === undefined ? 'float16' : 'float32'),
    async ({ device, type, share }) => {
      const untrusted = await services.refusal(model, device, type);
      if (untrusted !== undefined) throw new WordedError(untrusted);
      onDevice(device);
      return work({
        device,
        networks: await pisa.acquire(model, device, type, prompt),
        budgets: budgetsFor(share),
        identity,
      });
    },
    async (failed, next, reason) => {
      notes.push(pisaFallbackNote(failed, next, reason));
      await pisa.release().catch(() => undefined);
    },
  );
}

/** Runs PiSA-SR over the picture. */
export async function inferPisa(
  request: InferRequest,
  services: UpscaleServices,
  context: UpscaleContext,
  {
    model,
    decoded,
    guidance,
    notes,
    device: wanted,
    scale,
    part,
    region,
  }: InferInput & { readonly model: DiffusionModel },
): Promise<InferResult> {
  const { pisa } = services;
  const { input, colourFix, restore, prompt, draft = false } = request;
  if (draft) requireDraft(model);
  const alpha =
    decoded.alpha &&
    (await alphaByModel(
      decoded.alpha,
      scaledSize(decoded.rgb.info, scale),
      request,
      services,
      context.signal,
    ));
  try {
    return await pisaAttempted(
      services,
      { model, device: wanted, notes, input, scale, part, restore, prompt, signal: context.signal },
      (device) => context.progress({ phase: 'infer', tile: 0, tiles: 1, device }),
      async ({ device, networks, budgets, identity }) => {
        const { raw, picture, steps, inferenceSeconds } = await upscalePisa({
          rgb: decoded.rgb,
          alpha,
          scale,
          processSize: model.manifest.processSize,
          guidance,
          colourFix,
          draft,
          roughDraft: draft ? 'large' : 'never',
          region,
          networks,
          budgets,
          pace: pisa.pace,
          known: pisa.known(identity),
          scratch: request.scratchDirectory,
          signal: context.signal,
          onProgress: ({ done, total, secondsLeft }) =>
            context.progress({
              phase: 'infer',
              tile: done,
              tiles: total,
              device,
              ...(secondsLeft === undefined ? {} : { secondsLeft }),
            }),
        });
        pisa.remember(identity, picture);
        return { raw, isRegion: region !== undefined, tiles: steps, device, inferenceSeconds };
      },
    );
  } finally {
    await alpha?.close();
  }
}

/** Tells pictures, their versions on disk, what ran before, their parts and scales apart. */
async function identityOf(
  input: string,
  scale: number,
  part: number,
  restore: string,
): Promise<string> {
  const { size, mtimeMs, ino } = await stat(input);
  return [input, ino, size, mtimeMs, scale, part, restore].join('|');
}
