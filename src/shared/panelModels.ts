import type { ModelSummary } from './engineProtocol';
import { pairChoices, pairId } from './pairs';
import type { PanelModel } from './panelProtocol';

/** Models as the comparison's choice shows them. */
export const panelModels = (models: readonly ModelSummary[]): readonly PanelModel[] =>
  models.map((model) => {
    const { id, name, scale, branches, byTiles, prompts } = model;
    // What only a server has can't be joined with anything.
    const partners = model.own?.unverified ? [] : pairChoices(models, model);
    return { id, name, scale, branches, byTiles, prompts, partners: partners.map((one) => one.id) };
  });

/** The ids in a model's id: one, or of a pair the first and the one that adds the texture. */
export function membersOf(id: string): readonly [first: string, second: string | undefined] {
  const at = id.indexOf('+');
  return at < 0 ? [id, undefined] : [id.slice(0, at), id.slice(at + 1)];
}

/** A model of the list, or a pair of two that are in it and fit; undefined for any other id. */
export function panelModelOf(models: readonly PanelModel[], id: string): PanelModel | undefined {
  const [firstId, secondId] = membersOf(id);
  const first = models.find((model) => model.id === firstId);
  if (!first || secondId === undefined) return first;
  const second = models.find((model) => model.id === secondId);
  if (!second || !first.partners.includes(secondId)) return undefined;
  return {
    id: pairId(firstId, secondId),
    name: `${first.name} + ${second.name}`,
    scale: first.scale,
    branches: ['pixel', 'semantic'],
    byTiles: second.byTiles,
    partners: first.partners,
    prompts: second.prompts,
  };
}
