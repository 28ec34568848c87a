import type { Uri } from 'vscode';
import type { PairComparison } from './comparison';

/** Pairs that one panel leads through, in their order. */
export type PairSeries = {
  readonly pairs: readonly PairComparison[];
  /** Folders that hold all of their files. */
  readonly folders: readonly Uri[];
  /** The one that is shown. */
  readonly at: number;
};

/** A pair of a series, which knows its place there. */
export const pairAt = (series: PairSeries, at: number): PairComparison | undefined => {
  const pair = series.pairs[at];
  return pair && { ...pair, series: { ...series, at } };
};

/** The pair that many further on; the first follows the last. Undefined without a series. */
export function pairAfter({ series }: PairComparison, by: number): PairComparison | undefined {
  if (!series) return undefined;
  const { length } = series.pairs;
  return pairAt(series, (series.at + by + length) % length);
}
