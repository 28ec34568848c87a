import type { BatchRow } from '../../shared/batchProtocol';
import type { RowStates } from './batchModel';

/** What the rows can be ordered by; `path` is the order of folders, as in the explorer. */
export const SORTS = ['path', 'name', 'size', 'result', 'state'] as const;
export type Sort = { readonly by: (typeof SORTS)[number]; readonly descending: boolean };

export const BY_PATH: Sort = { by: 'path', descending: false };

/** The order that a click on a column's title gives: rising, falling, that of the folders. */
export function nextSort({ by, descending }: Sort, column: Sort['by']): Sort {
  if (by !== column) return { by: column, descending: false };
  return descending ? BY_PATH : { by, descending: true };
}

/** As people count: icon2 before icon10. */
const { compare } = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

/** A path's last part. */
export const baseOf = (file: string): string => file.slice(file.lastIndexOf('/') + 1);

/** What stands before a path's last part, without the "/" at its end. */
export const folderOf = (file: string): string => file.slice(0, Math.max(0, file.lastIndexOf('/')));

/** Folder by folder; what lies in a folder itself comes after the folders in it, as in the explorer. */
export function comparePaths(a: string, b: string): number {
  const [left, right] = [a.split('/'), b.split('/')];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const [isFile, isOtherFile] = [i === left.length - 1, i === right.length - 1];
    if (isFile !== isOtherFile) return isFile ? 1 : -1;
    const order = compare(left[i] ?? '', right[i] ?? '');
    if (order !== 0) return order;
  }
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What wants to be looked at first. */
const STATE_ORDER = [
  'failed',
  'running',
  'waiting',
  'cancelled',
  'todo',
  'skipped',
  'done',
  'skip',
];

const stateRank = ({ id, status }: BatchRow, states: RowStates): number =>
  STATE_ORDER.indexOf(states[id]?.state ?? status);

const pixels = (size: { readonly width: number; readonly height: number } | undefined): number =>
  size ? size.width * size.height : -1;

/** The rows in an order; equal ones are in that of their paths. */
export function ordered(
  rows: readonly BatchRow[],
  { by, descending }: Sort,
  states: RowStates,
): readonly BatchRow[] {
  const of: { readonly [key in Sort['by']]: (a: BatchRow, b: BatchRow) => number } = {
    path: () => 0,
    name: (a, b) => compare(baseOf(a.input), baseOf(b.input)),
    size: (a, b) => pixels(a.size) - pixels(b.size),
    result: (a, b) => compare(baseOf(a.output), baseOf(b.output)),
    state: (a, b) => stateRank(a, states) - stateRank(b, states),
  };
  const sign = descending ? -1 : 1;
  return [...rows].sort((a, b) => sign * of[by](a, b) || comparePaths(a.input, b.input));
}
