import type { UpscaleResult } from '../../shared/engineProtocol';

/** The facts of a result that the comparison names. */
export type MadeBy = Pick<
  UpscaleResult,
  'scale' | 'model' | 'guidance' | 'branches' | 'width' | 'height' | 'sourceWidth' | 'sourceHeight'
>;

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
