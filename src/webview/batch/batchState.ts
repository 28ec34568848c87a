import type {
  BatchInit,
  BatchReportView,
  BatchRow,
  BatchStanding,
} from '../../shared/batchProtocol';
import type { RpcError } from '../../shared/rpc';
import { filtered, type BatchFilter, type RowStates } from './batchModel';

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
  readonly filter: BatchFilter;
  /** The result that the comparison shows. */
  readonly compared: string | undefined;
};

/** The rows that the filter lets through. */
export const shownRows = ({ init, filter, states }: BatchState): readonly BatchRow[] =>
  init ? filtered(init.plan.rows, filter, states) : [];

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
