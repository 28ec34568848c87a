import type { ModelSummary } from './engineProtocol';

/** Diffusion models can be the texture of a pair, those that have no dial for fidelity themselves. */
const isTexture = ({ byTiles, branches }: ModelSummary): boolean =>
  byTiles || !branches.includes('pixel');

/**
 * The models that can be the first of a pair: those that work tile by tile and have another of their
 * scale beside them; or, given the first, those that can be its second.
 */
export function pairChoices(
  models: readonly ModelSummary[],
  first?: ModelSummary,
): readonly ModelSummary[] {
  // What only a server has can't be joined with anything.
  const able = models.filter(({ own }) => !own?.unverified);
  const fits = (second: ModelSummary, one: ModelSummary): boolean =>
    second.id !== one.id && second.scale === one.scale && one.byTiles && isTexture(second);
  return first
    ? able.filter((model) => fits(model, first))
    : able.filter((model) => able.some((other) => fits(other, model)));
}

/** Those of `ids`, which may name pairs, that restore at the same size. */
export function restorersAmong(
  ids: readonly string[],
  models: readonly Pick<ModelSummary, 'id' | 'scale'>[],
): ReadonlySet<string> {
  const scales = new Map(models.map(({ id, scale }) => [id, scale]));
  return new Set(ids.filter((id) => id.split('+').every((part) => scales.get(part) === 1)));
}

/** The id of a pair; see `ModelSummary`. */
export const pairId = (first: string, second: string): string => `${first}+${second}`;
