import { isUsual, type Plan } from '../types';
import { FolderWatch } from './folderWatch';

export type WatchPorts = {
  /** Absolute. */
  readonly places: readonly string[];
  /** Looks at everything and does what is to do. What it rejects with is told. */
  readonly turn: () => Promise<void>;
  /** Each turn is over, whatever became of it. */
  readonly onWaiting: () => void;
  readonly onError: (error: unknown) => void;
};

/**
 * Does what is to do, then again whenever something has changed, until the signal aborts. A turn
 * that fails, because of a recipe in the middle of a change perhaps, ends nothing.
 */
export async function watchLoop(
  { places, turn, onWaiting, onError }: WatchPorts,
  signal: AbortSignal,
): Promise<void> {
  const changes = await FolderWatch.begin(places, onError);
  try {
    while (!signal.aborted) {
      await turn().catch((error: unknown) => {
        if (!signal.aborted) onError(error);
      });
      signal.throwIfAborted();
      onWaiting();
      await changes.changed(signal);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await changes.close();
  }
}

/** Tells of turns in which nothing is done whether there is anything to say that is new. */
export class TurnNews {
  private last: string | undefined;
  private orphans: ReadonlySet<string> = new Set();

  /** `todo`: how many items are about to be made. */
  isNews({ items, unmatched, unmatchedRules, notes, orphans }: Plan, todo: number): boolean {
    const told = items.flatMap((item) => {
      const { input, output, reason, message, selected } = item;
      const isTold = reason !== undefined && !isUsual(item) && !selected;
      return isTold ? [[input, output, reason, message]] : [];
    });
    const upToDate = items.filter(({ status }) => status === 'done').length;
    const text = JSON.stringify([told, unmatched, unmatchedRules, notes, upToDate]);
    const isNews =
      todo > 0 || text !== this.last || orphans.some((output) => !this.orphans.has(output));
    this.last = text;
    this.orphans = new Set(orphans);
    return isNews;
  }
}
