import { luma, shave } from '../metrics/luma';
import { METRICS_VERSION } from '../metrics/measure';
import { niqe } from '../metrics/niqe';
import niqeModel from '../metrics/niqeModel.json';
import type { Features, PerceptualDistance } from '../metrics/perceptual';
import { psnr } from '../metrics/psnr';
import { sharpness } from '../metrics/sharpness';
import { ssim } from '../metrics/ssim';
import type { Picture } from '../picture';
import { BENCHMARKS, type BenchmarkName, type BenchmarkPicture } from './sets';

/** What is measured on a benchmark. Clean sets have the first two only, as the literature does. */
export const FIGURES = ['psnrY', 'ssimY', 'stLpips', 'niqe', 'sharpness'] as const;
export type FigureName = (typeof FIGURES)[number];
/** A figure is null where it is not measured or not defined. */
export type Figures = { readonly [name in FigureName]: number | null };

/** Raise it when a figure changes: results of older versions are then computed anew. */
export const FIGURES_VERSION = `${METRICS_VERSION}.1`;

/**
 * Pixels at each edge that PSNR and SSIM leave out: the enlargement for the clean sets; none for
 * RealSR, as PiSA-SR and OSEDiff measure it.
 */
export const borderOf = (set: BenchmarkName): number => (BENCHMARKS[set].pairs ? 0 : 4);

/** PSNR-Y as the papers of a set measure it. */
export const benchmarkPsnr = (a: Picture, b: Picture, set: BenchmarkName): number =>
  psnr(shave(luma(a), borderOf(set)), shave(luma(b), borderOf(set)));

/** All figures of an enlargement; `features` are the original's, missing for clean sets. */
export async function figuresOf(
  result: Picture,
  { set, original }: BenchmarkPicture,
  features: Features | undefined,
  perceptual: PerceptualDistance,
): Promise<Figures> {
  const y = luma(result);
  const border = borderOf(set);
  const [inner, wanted] = [shave(y, border), shave(luma(original), border)];
  return {
    psnrY: psnr(inner, wanted),
    ssimY: ssim(inner, wanted),
    stLpips: features ? await perceptual.distance(features, result) : null,
    niqe: features ? (niqe(y, niqeModel) ?? null) : null,
    sharpness: features ? sharpness(y) : null,
  };
}
