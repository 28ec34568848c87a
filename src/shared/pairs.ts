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

/**
 * The models, and the pair that `id` names when it is one: `p+s` of two models that are there and fit
 * each other.
 */
export function withPair(models: readonly ModelSummary[], id: string): readonly ModelSummary[] {
  const [first, second, ...more] = id
    .split('+')
    .map((part) => models.find((model) => model.id === part));
  if (!first || !second || more.length > 0) return models;
  if (!pairChoices(models, first).includes(second) || first.own?.unverified) return models;
  return [
    ...models,
    {
      id,
      name: `${first.name} + ${second.name}`,
      description: `λ_pix: ${first.name}; λ_sem: ${second.name}.`,
      scale: first.scale,
      branches: ['pixel', 'semantic'],
      licence:
        first.licence === second.licence ? first.licence : `${first.licence} AND ${second.licence}`,
      // One graph of both is in floats.
      precisions: ['fp32'],
      folder: first.folder,
      byTiles: second.byTiles,
    },
  ];
}
