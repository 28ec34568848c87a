import type { PlanItem, Reason } from './types';

/** Reasons for which something that was asked for is not made. */
const FAILURES: readonly Reason[] = ['not-readable', 'collision', 'read-only', 'impossible'];

/** Whether an item was asked for and can't be made; what leads out of the folder was not. */
export const isMissing = ({ reason, size }: PlanItem): boolean =>
  reason !== undefined &&
  (FAILURES.includes(reason) || (reason === 'outside' && size !== undefined));
