import { say } from '../shared/phrase';
import type { KnownOutputs } from './known';
import { skipped } from './openItems';
import { excludedBy } from './scan';
import type { Sources } from './sources';
import type { PlanItem } from './types';

/**
 * Of sources of the lock that are there or can't be looked for, and that the search for pictures did
 * not list: items of those that were meant, and outputs of those that `exclude` leaves out on purpose. `told`: items
 * there are already; `isMeant`: whether a source lies in what was named.
 */
export function leftOut(
  unlisted: readonly string[],
  { unknown }: Pick<Sources, 'unknown'>,
  known: KnownOutputs,
  told: readonly PlanItem[],
  isMeant: (input: string) => boolean,
  exclude: readonly string[],
): { readonly items: readonly PlanItem[]; readonly unasked: readonly string[] } {
  const have = new Set(told.map(({ input }) => input));
  const isExcluded = excludedBy(exclude);
  const inputs = unlisted.filter(
    (input) => !have.has(input) && isMeant(input) && known.madeOf(input).length > 0,
  );
  return {
    items: inputs
      .filter((input) => !isExcluded(input))
      .map((input) => {
        const problem = unknown.get(input);
        return problem
          ? skipped(input, 0, 'not-readable', problem)
          : skipped(
              input,
              0,
              'unlisted',
              say`It is there, but left out: by .gitignore, because its name is not a picture's, or because a folder on the way to it is a link.`,
            );
      }),
    unasked: inputs.filter(isExcluded).flatMap((input) => known.madeOf(input)),
  };
}

/** An item of which nothing is made, with what is known of its source and can't be judged now. */
export function withRecords(
  item: PlanItem,
  known: KnownOutputs,
  there: ReadonlySet<string>,
): PlanItem {
  const { input, output, refusedOutput, reason } = item;
  if (output !== '' || reason === 'previous-output') return item;
  const isJudged = refusedOutput !== undefined || !there.has(input);
  if (isJudged && reason !== 'not-readable') return item;
  const recorded = known.madeOf(input);
  return recorded.length > 0 ? { ...item, recorded } : item;
}
