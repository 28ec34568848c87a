import { reduce } from '../degrade/degrade';
import type { Picture, Plane } from '../picture';
import { meanDeltaE } from './deltaE';
import { luma, shave } from './luma';
import { niqe, type NiqeModel } from './niqe';
import niqeModel from './niqeModel.json';
import type { Features, PerceptualDistance } from './perceptual';
import { psnr, psnrRgb } from './psnr';
import { sharpness } from './sharpness';
import { ssim } from './ssim';

/** Raise it when a metric changes: results of older versions are then computed anew. */
export const METRICS_VERSION = '1';

/**
 * Pixels at each edge that PSNR and SSIM leave out: the enlargement, as in the super-resolution
 * literature.
 */
const BORDER = 4;

/** What is measured of a result; a metric that is not defined for a picture is null. */
export const METRICS = {
  psnrY: { title: 'PSNR-Y', unit: 'dB', better: 'higher', digits: 2 },
  ssimY: { title: 'SSIM-Y', unit: '', better: 'higher', digits: 4 },
  psnrRgb: { title: 'PSNR-RGB', unit: 'dB', better: 'higher', digits: 2 },
  lrPsnr: { title: 'LR-PSNR', unit: 'dB', better: 'higher', digits: 2 },
  stLpips: { title: 'ST-LPIPS', unit: '', better: 'lower', digits: 4 },
  niqe: { title: 'NIQE', unit: '', better: 'lower', digits: 2 },
  deltaE: { title: 'ΔE00 to base', unit: '', better: 'lower', digits: 2 },
  colourShift: { title: 'ΔE00 to base, 16×16 means', unit: '', better: 'lower', digits: 2 },
  sharpness: { title: 'Sharpness', unit: 'levels/px', better: 'neither', digits: 2 },
} as const satisfies Record<
  string,
  { title: string; unit: string; better: 'higher' | 'lower' | 'neither'; digits: number }
>;
export type MetricName = keyof typeof METRICS;
export const METRIC_NAMES = Object.keys(METRICS) as readonly MetricName[];
export type Metrics = { readonly [name in MetricName]: number | null };

/** What the results for all small versions of a picture are compared with. */
export type Original = {
  readonly picture: Picture;
  /** Luma without its border. */
  readonly y: Plane;
  readonly features: Features;
};

/** What results for one small picture are compared with. */
export type Reference = {
  readonly original: Original;
  /** The small picture that was enlarged. */
  readonly input: Picture;
  /** The bicubic enlargement of `input`. */
  readonly base: Picture;
  /** `base` reduced to a sixteenth of its sides. */
  readonly baseMeans: Picture;
};

/** Computes once what comparisons with a held-out picture need. */
export async function originalFor(
  picture: Picture,
  perceptual: PerceptualDistance,
): Promise<Original> {
  return { picture, y: shave(luma(picture), BORDER), features: await perceptual.features(picture) };
}

/** Computes once what comparisons with a small picture and its bicubic enlargement need. */
export const referenceFor = (original: Original, input: Picture, base: Picture): Reference => ({
  original,
  input,
  base,
  baseMeans: reduce(reduce(base)),
});

/** All metrics of an enlargement; `METRICS` says what each is. */
export async function measure(
  result: Picture,
  reference: Reference,
  perceptual: PerceptualDistance,
): Promise<Metrics> {
  const y = luma(result);
  const inner = shave(y, BORDER);
  const small = reduce(result);
  return {
    psnrY: psnr(inner, reference.original.y),
    ssimY: ssim(inner, reference.original.y),
    psnrRgb: psnrRgb(result, reference.original.picture),
    lrPsnr: psnrRgb(small, reference.input),
    stLpips: await perceptual.distance(reference.original.features, result),
    niqe: niqe(y, niqeModel satisfies NiqeModel) ?? null,
    deltaE: meanDeltaE(result, reference.base),
    colourShift: meanDeltaE(reduce(small), reference.baseMeans),
    sharpness: sharpness(y),
  };
}
