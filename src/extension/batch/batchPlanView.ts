import path from 'node:path';
import { idleNote } from '../../batch/idleGlobs';
import type { Plan, PlanItem } from '../../batch/types';
import type { BatchPlanView, BatchRow } from '../../shared/batchProtocol';

/** The part of a plan's view that the plan itself says. */
export function planView(
  { items, root, otherFiles, recipe, orphans, notes, unmatchedRules = [] }: Plan,
  /** The address of a file for the view's `img`. */
  addressOf: (file: string) => string,
): Pick<BatchPlanView, 'rows' | 'otherFiles' | 'hasRecipe' | 'orphans' | 'notes'> {
  return {
    rows: items.map((item) => rowOf(item, root, addressOf)),
    otherFiles,
    hasRecipe: recipe !== undefined,
    orphans: orphans.length,
    notes: unmatchedRules.length > 0 ? [...notes, idleNote(unmatchedRules)] : notes,
  };
}

/** What happened, and what to do. */
export const sentences = (message: string, hint: string | undefined): string =>
  hint === undefined ? message : `${message} ${hint}`;

function rowOf(
  {
    id,
    input,
    output,
    inputBytes,
    size,
    outputSize,
    frames,
    status,
    selected,
    reason,
    message,
    hint,
  }: PlanItem,
  root: string,
  addressOf: (file: string) => string,
): BatchRow {
  return {
    id,
    input,
    output,
    bytes: inputBytes,
    frames: frames ?? 1,
    status,
    selected,
    picture: reason === 'outside' ? '' : addressOf(path.join(root, input)),
    ...(size ? { size } : {}),
    ...(outputSize ? { outputSize } : {}),
    ...(reason === undefined ? {} : { reason }),
    ...(message === undefined ? {} : { message: sentences(message, hint) }),
  };
}
