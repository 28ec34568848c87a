import { setTimeout as sleep } from 'node:timers/promises';
import { throwIfCancelled } from '../errors';
import { RemoteFailure, type FailureKind } from './failure';

/** So often a tile is asked for. */
export const MOST_TRIES = 6;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;

export type RetryOptions = {
  /** How often a question is asked at most, when that kind of failure is in the way. */
  readonly tries: (kind: FailureKind) => number;
  readonly signal: AbortSignal;
  /** Learns of each failure, also of the last. */
  readonly onFailure?: (failure: RemoteFailure) => void;
  /** 0–1, so that clients do not come back all at once. */
  readonly random?: () => number;
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<unknown>;
};

/**
 * Asks again after failures that pass, later each time. Inference changes nothing, so a question may
 * reach a server twice. Rejects with the last failure, or `cancelled`.
 */
export async function withRetries<T>(
  { tries, signal, onFailure, random = Math.random, wait = waitFor }: RetryOptions,
  work: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    throwIfCancelled(signal);
    try {
      return await work();
    } catch (error) {
      throwIfCancelled(signal);
      if (!(error instanceof RemoteFailure)) throw error;
      onFailure?.(error);
      if (attempt >= tries(error.kind)) throw error;
      await wait(error.retryAfterMs ?? backOff(attempt, random()), signal).catch(() => undefined);
    }
  }
}

/** Half a second, doubled each time, up to a quarter of a minute; half of it by chance. */
export const backOff = (attempt: number, random: number): number =>
  Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempt - 1)) * (0.5 + random / 2);

const waitFor = (ms: number, signal: AbortSignal): Promise<unknown> =>
  sleep(ms, undefined, { signal });
