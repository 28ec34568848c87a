import { named } from '../files/systemError';
import { phrase } from '../shared/phrase';
import { RpcError, wordsOf } from '../shared/rpc';
import type { KnownOutputs } from './known';
import { skipped } from './openItems';
import type { Sources } from './sources';
import type { PlanItem } from './types';

/** What a search could not look into, by its path relative to the root, or "." for the root. */
export type Unreadable = { readonly input: string; readonly problem: RpcError };

/** Why a folder's pictures are not known. */
export function unreadableFolder(folder: string, error: unknown): RpcError {
  const { hint, detail } = RpcError.from(named(error, folder)).toValue();
  return new RpcError({
    code: 'input-unreadable',
    message: phrase`The folder can't be read: ${wordsOf(named(error, folder))}`,
    ...(hint === undefined ? {} : { hint }),
    ...(detail === undefined ? {} : { detail }),
  });
}

/**
 * Items of what could not be looked into, with what is known of sources that lie there, and those
 * sources: whether they are there nobody can say.
 */
export function closedItems(
  closed: readonly Unreadable[],
  inputs: readonly string[],
  known: KnownOutputs,
): { readonly items: readonly PlanItem[]; readonly hidden: ReadonlySet<string> } {
  const hidden = new Set<string>();
  const items = closed.map(({ input: place, problem }) => {
    const within = inputs.filter((input) => liesWithin(place, input));
    for (const input of within) hidden.add(input);
    const recorded = within.flatMap((input) => known.madeOf(input));
    return {
      ...skipped(place, 0, 'not-readable', problem),
      ...(recorded.length > 0 ? { recorded } : {}),
    };
  });
  return { items, hidden };
}

const liesWithin = (place: string, input: string): boolean =>
  place === '.' || input === place || input.startsWith(`${place}/`);

/** Sources of which nobody can say that they are gone. */
export const perhapsThere = (
  { there, unknown }: Sources,
  hidden: ReadonlySet<string>,
): ReadonlySet<string> => new Set([...there, ...unknown.keys(), ...hidden]);
