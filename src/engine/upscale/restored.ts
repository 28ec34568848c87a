import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { UpscaleRequest } from '../../shared/engineProtocol';
import { engineError } from '../errors';
import type { DecodedSource } from '../image/decode';
import type { Model } from '../models/model';
import { placeModel, type PlaceChoice } from './placeModel';
import type {
  InferInput,
  InferRequest,
  InferResult,
  UpscaleContext,
  UpscaleServices,
} from './services';
import { phrase } from '../../shared/phrase';

/** The model that runs before the other, if one is asked for. Rejects with `bad-setting`. */
export async function findRestorer(
  { restore }: Pick<UpscaleRequest, 'restore'>,
  services: Pick<UpscaleServices, 'findModel'>,
): Promise<Model | undefined> {
  if (restore === undefined) return undefined;
  const model = await services.findModel(restore);
  if (model.ownScale === 1) return model;
  throw engineError('bad-setting', {
    message: phrase`${model.manifest.name} enlarges, so it can't run before another model.`,
    hint: phrase`Choose a model that restores at the same size (×1).`,
  });
}

/** A model that restores at the same size leaves a picture's size as it is, whatever is asked for. */
export function atOwnSize(request: UpscaleRequest, { ownScale }: Model): UpscaleRequest {
  if (ownScale !== 1) return request;
  const own = { ...request, scale: 1 };
  delete own.size;
  delete own.notBeyond;
  return own;
}

/** What a restorer is given: it has no dials, no scale and no parts. */
export type RestoreInput = Pick<InferInput, 'decoded' | 'size' | 'notes'> & {
  readonly choice: PlaceChoice;
};

/** What is said of precision is meant of the other model; a restorer takes it where it can. */
export const restorerChoice = (
  { device, precision = 'auto' }: PlaceChoice,
  { cpuPrecisions }: Model,
): PlaceChoice => ({
  device,
  precision: precision === 'auto' || cpuPrecisions.includes(precision) ? precision : 'auto',
});

/**
 * The colours of a picture as a restorer leaves them; transparency is for the other model. On the
 * device of the person's choice that is trusted to the restorer, which may be another one than the
 * other model's. The caller closes `raw`; it may lie in the request's scratch folder.
 */
export async function runRestorer(
  request: InferRequest,
  services: UpscaleServices,
  context: UpscaleContext,
  restorer: Model,
  { decoded, size, notes, choice }: RestoreInput,
): Promise<InferResult> {
  const { signal } = context;
  const { device, model } = await placeModel(restorerChoice(choice, restorer), restorer, services, {
    signal,
    notes,
  });
  return model.infer(request, services, context, {
    device,
    decoded: { ...decoded, alpha: undefined },
    size,
    guidance: { pixel: 1, semantic: 0 },
    scale: 1,
    region: undefined,
    part: 0,
    notes,
  });
}

/**
 * Runs `work` on the picture as the restorer leaves it. What that makes is on disk only as long as
 * `work` needs it.
 */
export async function restored(
  request: UpscaleRequest,
  services: UpscaleServices,
  context: UpscaleContext,
  input: InferInput,
  restorer: Model | undefined,
  work: (source: DecodedSource) => Promise<InferResult>,
): Promise<InferResult> {
  const { decoded } = input;
  if (!restorer) return work(decoded);
  const scratchDirectory = path.join(request.scratchDirectory, 'restored');
  await mkdir(scratchDirectory, { recursive: true });
  try {
    const own = { ...request, scratchDirectory };
    const before = await runRestorer(own, services, context, restorer, {
      ...input,
      choice: request,
    });
    try {
      const after = await work({ ...decoded, rgb: before.raw });
      return { ...after, inferenceSeconds: before.inferenceSeconds + after.inferenceSeconds };
    } finally {
      await before.raw.close();
    }
  } finally {
    await rm(scratchDirectory, { recursive: true, force: true });
  }
}
