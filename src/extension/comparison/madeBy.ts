import type { AssetOptions } from '../../shared/assetOptions';
import type { UpscaleResult } from '../../shared/engineProtocol';
import { scaledSize } from '../../shared/geometry';
import type { Wish } from './comparison';
import { formOf, isAsked, type Asked } from './formOutput';

/** The facts of a result that the comparison names, and what it was asked with. */
export type MadeBy = Pick<
  UpscaleResult,
  'scale' | 'model' | 'guidance' | 'branches' | 'width' | 'height' | 'sourceWidth' | 'sourceHeight'
> & { readonly asked?: unknown };

/** A result with what it was asked with, so that the same can be asked for again. */
export const withAsked = (
  result: UpscaleResult,
  { restore, prompt, format, quality, output, asset }: Asked,
): UpscaleResult & { readonly asked: Asked } => ({
  ...result,
  asked: {
    format,
    quality,
    ...(restore === undefined ? {} : { restore }),
    ...(prompt === undefined ? {} : { prompt }),
    ...(output === undefined ? {} : { output }),
    ...(asset === undefined ? {} : { asset }),
  },
});

/** Whether a command's argument tells how a result was made. */
export function isMadeBy(value: unknown): value is MadeBy {
  if (typeof value !== 'object' || value === null) return false;
  const { scale, model, guidance, branches, width, height, sourceWidth, sourceHeight } =
    value as Record<string, unknown>;
  return (
    [scale, width, height, sourceWidth, sourceHeight].every(
      (number) => typeof number === 'number' && number > 0,
    ) &&
    typeof model === 'string' &&
    typeof guidance === 'object' &&
    guidance !== null &&
    'pixel' in guidance &&
    typeof guidance.pixel === 'number' &&
    'semantic' in guidance &&
    typeof guidance.semantic === 'number' &&
    Array.isArray(branches)
  );
}

/**
 * What a panel begins with to make the same again; undefined where it can't: it knows no size but
 * by scales of two decimals, and of edges that continue, cells and frames only what the settings
 * say, which are `usual`.
 */
export function wishFor(made: MadeBy, usual: AssetOptions): Wish | undefined {
  const { model, guidance, width, height, sourceWidth, sourceHeight } = made;
  const scale = Math.round(made.scale * 100) / 100;
  const size = scaledSize({ width: sourceWidth, height: sourceHeight }, scale);
  if (size.width !== width || size.height !== height) return undefined;
  if (!isAsked(made.asked)) return { model, guidance, scale };
  const { asked } = made;
  return kindOf(asked.asset) === kindOf(usual)
    ? { model, guidance, scale, output: formOf(asked) }
    : undefined;
}

/** What the panel has no control for. */
const kindOf = ({ seamless = false, grid, frames = 'all' }: AssetOptions = {}): string =>
  [seamless, grid?.columns, grid?.rows, frames].join(' ');
