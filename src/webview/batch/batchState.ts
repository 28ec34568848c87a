import type {
  BatchInit,
  BatchReportView,
  BatchRow,
  BatchStanding,
} from '../../shared/batchProtocol';
import type { RpcError } from '../../shared/rpc';
import { filtered, NO_FILTER, type BatchFilter, type RowStates } from './batchModel';
import { BY_PATH, ordered, type Sort } from './rowOrder';

export type Phase = 'planning' | 'plan' | 'running' | 'problem';

/** Everything that the page shows. */
export type BatchState = {
  readonly phase: Phase;
  readonly init: BatchInit | undefined;
  readonly ticked: ReadonlySet<string>;
  readonly states: RowStates;
  readonly standing: BatchStanding | undefined;
  readonly report: BatchReportView | undefined;
  readonly problem: RpcError | undefined;
  /** Whether a run was asked for that has not begun yet. */
  readonly starting: boolean;
  /** Whether the person cancelled the run, which ends with what was begun. */
  readonly cancelling: boolean;
  readonly filter: BatchFilter;
  readonly sort: Sort;
  /** Whether results of earlier batches, which are left alone, have rows of their own. */
  readonly earlier: boolean;
  /** What screen readers are told. */
  readonly said: string;
  /** The same, to be read until something else changes. */
  readonly told: string;
};

export const FIRST_STATE: BatchState = {
  phase: 'planning',
  init: undefined,
  ticked: new Set(),
  states: {},
  standing: undefined,
  report: undefined,
  problem: undefined,
  starting: false,
  cancelling: false,
  filter: NO_FILTER,
  sort: BY_PATH,
  earlier: false,
  said: '',
  told: '',
};

/** A result of an earlier batch that lies among the sources. */
export const isEarlier = ({ reason }: BatchRow): boolean => reason === 'previous-output';

/** The rows of the plan without results of earlier batches, unless they are unfolded. */
const listed = ({ init, earlier }: BatchState): readonly BatchRow[] =>
  init?.plan.rows.filter((row) => earlier || !isEarlier(row)) ?? [];

/** The rows that the filter lets through, in the order that is wanted. */
export const shownRows = (state: BatchState): readonly BatchRow[] =>
  ordered(filtered(listed(state), state.filter, state.states), state.sort, state.states);

/** Whether the rows are shown: also while a plan is made anew, so that they stay where they are. */
export const showsRows = ({ phase, init }: BatchState): boolean =>
  phase === 'plan' || phase === 'running' || (phase === 'planning' && init !== undefined);

/** Ids in the order in which their rows stand, whatever the filter holds back. */
export const inShownOrder = (
  { init, sort, states }: BatchState,
  ids: readonly string[],
): readonly string[] => {
  const wanted = new Set(ids);
  return ordered(init?.plan.rows.filter(({ id }) => wanted.has(id)) ?? [], sort, states).map(
    ({ id }) => id,
  );
};

/** How many rows there would be without a filter. */
export const listedCount = (state: BatchState): number => listed(state).length;

/** How many results of earlier batches lie among the sources. */
export const earlierCount = ({ init }: BatchState): number =>
  init?.plan.rows.filter(isEarlier).length ?? 0;

/** Ids of what can be compared: results of this run, or else of earlier ones. */
export const resultsOf = ({ init, states }: BatchState): readonly string[] =>
  init?.plan.rows
    .filter(
      ({ id, status }) =>
        states[id]?.state === 'done' || (Object.keys(states).length === 0 && status === 'done'),
    )
    .map(({ id }) => id) ?? [];

/** Ids of what failed. */
export const failedOf = ({ states }: BatchState): readonly string[] =>
  Object.entries(states).flatMap(([id, { state }]) => (state === 'failed' ? [id] : []));

/** Whether a person can select this row now. */
export const canTick = ({ phase }: BatchState, { status }: BatchRow): boolean =>
  phase === 'plan' && status === 'todo';

/** Whether this row has a result to compare. */
export const canCompare = ({ states }: BatchState, { id, status }: BatchRow): boolean =>
  states[id]?.state === 'done' || status === 'done';
