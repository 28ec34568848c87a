import {
  DENSITY_SETS,
  densityFolder,
  densityOutputs,
  setSource,
  srcset,
  type DensitySet,
} from '../../shared/density';
import type { SpriteGrid } from '../../shared/assetOptions';
import type { SizeTarget } from '../../shared/outputSize';
import { DEFAULT_SETTINGS, type OverwritePolicy } from '../../shared/settings';
import type { UpscaleOverrides } from '../jobs/upscaleJobs';

/** What "Upscale Image As…" offers. */
export const ASSET_KINDS = [
  'width',
  'height',
  'box',
  'megapixels',
  'apple',
  'android',
  'flutter',
  'web',
  'seamless',
  'sprites',
  'pixelArt',
  'model',
  'again',
] as const;
export type AssetKind = (typeof ASSET_KINDS)[number];

export const isDensitySet = (kind: AssetKind): kind is DensitySet =>
  (DENSITY_SETS as readonly string[]).includes(kind);

/** The kinds that a person has to complete with numbers. */
export type NumberKind = 'width' | 'height' | 'box' | 'megapixels' | 'sprites';
export const needsNumbers = (kind: AssetKind): kind is NumberKind =>
  ['width', 'height', 'box', 'megapixels', 'sprites'].includes(kind);

const PAIR = /^\s*(\d{1,6})\s*[x×*, ]\s*(\d{1,6})\s*$/i;

/**
 * Reads what a person typed for a kind; undefined when it is not that. "1920" for a width,
 * "1920x1080" for a box, "8.5" megapixels, "8x4" cells.
 */
export function overridesFromNumbers(kind: NumberKind, text: string): UpscaleOverrides | undefined {
  if (kind === 'megapixels') {
    const megapixels = Number(text.trim().replace(',', '.'));
    return text.trim() !== '' && megapixels > 0 && megapixels <= 10_000
      ? { size: { kind: 'megapixels', megapixels } }
      : undefined;
  }
  if (kind === 'width' || kind === 'height') {
    const side = /^\s*(\d{1,6})\s*$/.exec(text)?.[1];
    return Number(side) > 0
      ? { size: { kind: 'box', [kind]: Number(side), fit: 'inside' } as SizeTarget }
      : undefined;
  }
  const [, first, second] = (PAIR.exec(text) ?? []).map(Number);
  if (!first || !second) return undefined;
  if (kind === 'box') return { size: { kind: 'box', width: first, height: second, fit: 'inside' } };
  const grid: SpriteGrid = { columns: first, rows: second };
  return first <= 1000 && second <= 1000 ? { asset: { grid } } : undefined;
}

/** What a kind without numbers means. */
export function overridesFor(kind: Exclude<AssetKind, NumberKind | DensitySet>): UpscaleOverrides {
  switch (kind) {
    case 'seamless':
      return { asset: { seamless: true } };
    case 'pixelArt':
      return { asset: { pixelArt: 'on' } };
    case 'model':
      return { asset: { pixelArt: 'off' } };
    case 'again':
      return { asset: { again: true } };
  }
}

export type SetJob = { readonly input: string; readonly overrides: UpscaleOverrides };

/**
 * One job for each file of the density sets of `inputs`, paths with "/" between folders. A set's
 * names are fixed, so an existing file is skipped unless it may be replaced.
 */
export function setJobs(
  inputs: readonly string[],
  set: DensitySet,
  overwrite: OverwritePolicy,
): readonly SetJob[] {
  return inputs.flatMap((input) =>
    densityOutputs(setSource(input, 'source'), set).map(({ path, factor }) => ({
      input,
      overrides: {
        scale: factor,
        format: DEFAULT_SETTINGS.format,
        beside: { path, folder: densityFolder(input, set) },
        overwrite: overwrite === 'overwrite' ? 'overwrite' : 'skip',
      },
    })),
  );
}

/** Of the inputs of sets those of which every file is there; `made` has an input for each file. */
export const wholeSets = (steps: readonly SetJob[], made: readonly string[]): readonly string[] =>
  [...new Set(steps.map(({ input }) => input))].filter(
    (input) =>
      steps.filter((step) => step.input === input).length ===
      made.filter((one) => one === input).length,
  );

/** A line of `srcset` for each picture, relative to its own folder. */
export const srcsetLines = (inputs: readonly string[]): string =>
  inputs
    .map((input) =>
      srcset(
        nameOf(input),
        densityOutputs(setSource(input, 'source'), 'web').map((output) => ({
          ...output,
          path: nameOf(output.path),
        })),
      ),
    )
    .join('\n');

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
