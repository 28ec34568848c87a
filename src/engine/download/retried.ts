import { setTimeout as delay } from 'node:timers/promises';
import { cancelled, throwIfCancelled } from '../errors';
import { PassingError } from './faults';
import { type Words } from '../../shared/phrase';

const LONGEST_WAIT_MS = 60_000;

export type RetryOptions = {
  /** Failures in a row without progress that are allowed. */
  readonly retries: number;
  /**
   * Wait before the first retry in ms, doubled with each up to a minute; a server's wish counts
   * instead.
   */
  readonly delayMs: number;
  readonly signal: AbortSignal;
  readonly onRetry: (reason: Words, waitMs: number) => void;
  /** Tells that the last try was not in vain. */
  readonly progressed?: () => boolean;
};

/**
 * Repeats work that fails with a PassingError. Rejects with the last error, or with `cancelled`,
 * also while it waits.
 */
export async function retried<T>(
  { retries, delayMs, signal, onRetry, progressed }: RetryOptions,
  work: () => Promise<T>,
): Promise<T> {
  for (let failures = 0; ;) {
    throwIfCancelled(signal);
    try {
      return await work();
    } catch (error) {
      throwIfCancelled(signal);
      if (!(error instanceof PassingError)) throw error;
      failures = progressed?.() === true ? 1 : failures + 1;
      if (failures > retries) throw error;
      const waitMs = Math.min(LONGEST_WAIT_MS, error.waitMs ?? delayMs * 2 ** (failures - 1));
      onRetry(error.words, waitMs);
      await delay(waitMs, undefined, { signal }).catch(() => {
        throw cancelled();
      });
    }
  }
}
