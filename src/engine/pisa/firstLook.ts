import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Rect, Size } from '../../shared/geometry';
import type { Guidance } from '../../shared/guidance';
import type { PixelFile } from '../image/pixelFile';
import { cropped } from './assemble';
import { decodePicture } from './decodePicture';
import { encodeDraft, isDraftEncoded } from './draftEncode';
import { latentGuidance, needsNetworks } from './method';
import { PisaPicture } from './pisaPicture';
import { planCorners } from './planCorners';
import { Steps } from './steps';
import type { PisaParams } from './upscalePisa';
import { encodePicture } from './vaeEncode';
import { EnlargedSource, type WorkPicture } from './workPicture';
import { workSize } from './workSize';

/** A picture of fewer windows than this is soon there as a whole. */
const LEAST_WINDOWS = 4;

/**
 * The window of a result that a first look shows: a square of `side` pixels, which Stable Diffusion was
 * trained on and which takes one run of each network, around the middle of what comes `first`.
 * Undefined where a look is not worth its time.
 */
export function lookWindow(result: Size, side: number, first: Rect | undefined): Rect | undefined {
  if (result.width * result.height < LEAST_WINDOWS * side * side) return undefined;
  const [width, height] = [Math.min(side, result.width), Math.min(side, result.height)];
  const { x, y, ...seen } = first ?? { x: 0, y: 0, ...result };
  const start = (from: number, length: number, part: number, whole: number): number =>
    Math.round(Math.max(0, Math.min(whole - part, from + (length - part) / 2)));
  return {
    x: start(x, seen.width, width, result.width),
    y: start(y, seen.height, height, result.height),
    width,
    height,
  };
}

export type LookParams = Pick<
  PisaParams,
  | 'rgb'
  | 'scale'
  | 'processSize'
  | 'colourFix'
  | 'draft'
  | 'networks'
  | 'budgets'
  | 'pace'
  | 'scratch'
  | 'signal'
  | 'onProgress'
> & {
  /** In pixels of the result, which must be what the networks see. */
  readonly window: Rect;
  readonly corners: readonly Guidance[];
};

export type Look = {
  /** RGB of the window at each corner; the caller closes them. */
  readonly layers: readonly PixelFile[];
  readonly steps: number;
  readonly inferenceSeconds: number;
};

/** Number and cost of a look's steps. */
const planLook = ({
  window,
  corners,
  draft,
  networks,
  budgets,
}: Pick<LookParams, 'window' | 'corners' | 'draft' | 'networks' | 'budgets'>): {
  steps: number;
  cost: number;
} => {
  const plans = planCorners(corners, window, {
    known: undefined,
    draft,
    roughDraft: draft ? 'always' : 'never',
    networks,
    budgets,
  });
  return {
    steps: plans.reduce((sum, { steps }) => sum + steps, 0),
    cost: plans.reduce((sum, { cost }) => sum + cost, 0),
  };
};

/**
 * A window of a large picture as if it were a picture of its own: each network sees it alone, and
 * where drafts are made the tiny encoder encodes it. Close to what the whole picture's result will
 * have there, and many times sooner.
 */
export async function firstLook(params: LookParams): Promise<Look> {
  const { window, corners, draft, networks, budgets, scratch } = params;
  const { method } = networks.checkpoint;
  await mkdir(scratch, { recursive: true });
  const work = await windowPicture(params);
  const seen: WorkPicture = { ...work.info, depth: work.depth, pixels: async () => work };
  const layers: PixelFile[] = [];
  try {
    const steps = new Steps(params.signal, planLook(params), params.pace, params.onProgress);
    let picture: PisaPicture | undefined;
    for (const [index, corner] of corners.entries()) {
      const own = path.join(scratch, `corner-${index}`);
      await mkdir(own, { recursive: true });
      if (!needsNetworks(method, corner)) {
        layers.push(await cropped(work, { ...window, x: 0, y: 0 }, path.join(own, 'base.tif')));
        continue;
      }
      const guidance = latentGuidance(method, corner);
      if (!picture) {
        const rough = isDraftEncoded(work.info, draft ? 'always' : 'never', networks, budgets);
        const encode = rough ? encodeDraft : encodePicture;
        picture = new PisaPicture(await encode(work, networks, budgets, steps));
      }
      await picture.complete(guidance, networks, budgets, steps);
      layers.push(
        await decodePicture(
          { ...params, guidance, scratch: own },
          picture,
          seen,
          { ...window, x: 0, y: 0 },
          steps,
        ),
      );
    }
    return { layers, steps: steps.count, inferenceSeconds: steps.inferenceSeconds };
  } catch (error) {
    await Promise.all(layers.map((layer) => layer.close()));
    throw error;
  } finally {
    await work.close();
  }
}

/** The window of the picture that the networks would see. */
async function windowPicture({
  rgb,
  scale,
  processSize,
  window,
  scratch,
}: LookParams): Promise<PixelFile> {
  const whole = new EnlargedSource(rgb, workSize(rgb.info, scale, processSize), scratch);
  try {
    return await cropped(await whole.pixels(), window, path.join(scratch, 'window.tif'));
  } finally {
    await whole.close();
  }
}
