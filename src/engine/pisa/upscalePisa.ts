import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { scaledSize, type Rect } from '../../shared/geometry';
import type { Guidance } from '../../shared/guidance';
import type { ColourFix } from '../../shared/settings';
import { pillowResize } from '../image/pillowResize';
import type { PixelFile } from '../image/pixelFile';
import { cropped, reduced, withAlpha } from './assemble';
import type { Budgets } from './budgets';
import { decodePicture } from './decodePicture';
import { dialed } from './dialed';
import { latentGuidance, needsNetworks } from './method';
import type { PisaNetworks } from './pisaNetworks';
import { PisaPicture } from './pisaPicture';
import { planSteps } from './planSteps';
import { Steps, type Pace, type StepProgress } from './steps';
import type { DraftForm } from './draftDecode';
import { encodeDraft, isDraftEncoded, type RoughDraft } from './draftEncode';
import { encodePicture } from './vaeEncode';
import { EnlargedSource } from './workPicture';
import { workSize } from './workSize';

export type PisaParams = {
  /** RGB of 8 or 16 bits. */
  readonly rgb: PixelFile;
  /** A plane of alpha of the result's whole size and depth; undefined where all is opaque. */
  readonly alpha: PixelFile | undefined;
  readonly scale: number;
  /** SD-2.1's training size: smaller results are computed at this size and reduced. */
  readonly processSize: number;
  readonly guidance: Guidance;
  readonly colourFix: ColourFix;
  /** Whether the tiny decoder decodes it, which must be installed then. */
  readonly draft: boolean;
  /** In floats unless given. */
  readonly draftForm?: DraftForm | undefined;
  readonly roughDraft: RoughDraft;
  /** Only this part of the result. */
  readonly region: Rect | undefined;
  readonly networks: PisaNetworks;
  readonly budgets: Budgets;
  readonly pace: Pace;
  /** What an earlier call computed for the same picture and scale on the same networks. */
  readonly known: PisaPicture | undefined;
  readonly scratch: string;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: StepProgress) => void;
};

export type PisaResult = {
  /**
   * The result, or its region, in the source's depth: RGB, or RGBA when there is alpha. The caller
   * closes it.
   */
  readonly raw: PixelFile;
  /** Undefined where no network ran and nothing was known, and where the tiny encoder encoded it. */
  readonly picture: PisaPicture | undefined;
  readonly steps: number;
  readonly inferenceSeconds: number;
};

/**
 * A diffusion model's way of one picture. Dials in latents steer what is decoded; dials in pixels
 * take so much of the result beside the bicubic enlargement: base + λ_sem · (S − base).
 * Deterministic. `known` saves everything before the decode; `region` makes the decode as small as
 * the region.
 */
export async function upscalePisa(params: PisaParams): Promise<PisaResult> {
  const { guidance, networks, known, scratch } = params;
  const { method } = networks.checkpoint;
  if (!needsNetworks(method, guidance))
    return { raw: await bicubic(params), picture: known, steps: 0, inferenceSeconds: 0 };
  const result = await throughNetworks({ ...params, guidance: latentGuidance(method, guidance) });
  if (method.dials === 'latents' || guidance.semantic === 1) return result;
  const raw = await dialed(
    await bicubic(params).catch(async (error: unknown) => {
      await result.raw.close();
      throw error;
    }),
    result.raw,
    guidance.semantic,
    path.join(scratch, 'dialed.tif'),
  );
  return { ...result, raw };
}

/** The source enlarged by the filter that models of this family enlarge it with. */
async function bicubic(params: PisaParams): Promise<PixelFile> {
  const { rgb, alpha, scale, region } = params;
  // The result's own files have the same names.
  const scratch = path.join(params.scratch, 'bicubic');
  await mkdir(scratch, { recursive: true });
  const target = scaledSize(rgb.info, scale);
  const whole = await pillowResize(rgb, target, path.join(scratch, 'whole.tif'));
  let colour = whole;
  if (region) {
    try {
      colour = await cropped(whole, region, path.join(scratch, 'part.tif'));
    } finally {
      await whole.close();
    }
  }
  return alpha ? withAlpha(colour, alpha, region, scratch) : colour;
}

/** Enlarge → z = s·mean(enc) → the UNet's passes → z₀ → decode → colours. */
async function throughNetworks(params: PisaParams): Promise<PisaResult> {
  const { rgb, alpha, networks, scratch } = params;
  const sizes = workSize(rgb.info, params.scale, params.processSize);
  const work = new EnlargedSource(rgb, sizes, scratch);
  try {
    const steps = new Steps(
      params.signal,
      planSteps(params, sizes.work),
      params.pace,
      params.onProgress,
    );
    const { budgets, roughDraft } = params;
    const isRough = !params.known && isDraftEncoded(sizes.work, roughDraft, networks, budgets);
    const encode = isRough ? encodeDraft : encodePicture;
    const picture =
      params.known ?? new PisaPicture(await encode(await work.pixels(), networks, budgets, steps));
    await picture.complete(params.guidance, networks, params.budgets, steps);
    // A small picture is reduced at the end, which needs all of it.
    const isReduced =
      sizes.work.width !== sizes.target.width || sizes.work.height !== sizes.target.height;
    const wanted = (!isReduced && params.region) || { x: 0, y: 0, ...sizes.work };
    const finished = await decodePicture(params, picture, work, wanted, steps);
    const colour = isReduced
      ? await reduced(finished, sizes.target, params.region, scratch)
      : finished;
    const raw = alpha ? await withAlpha(colour, alpha, params.region, scratch) : colour;
    // What the tiny encoder made is no beginning of an exact picture.
    const known = isRough ? undefined : picture;
    return { raw, picture: known, steps: steps.count, inferenceSeconds: steps.inferenceSeconds };
  } finally {
    await work.close();
  }
}
