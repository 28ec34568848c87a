import { PassingError } from './faults';
import { phrase } from '../../shared/phrase';

export type Watch = {
  /** Aborts when the caller's signal does, and when nothing happened for too long. */
  readonly signal: AbortSignal;
  /** Says that something happened. */
  readonly beat: () => void;
};

/**
 * Runs work that must show life at least every `ms` milliseconds, else its signal aborts with a
 * PassingError.
 */
export async function watched<T>(
  outer: AbortSignal,
  ms: number,
  host: string,
  work: (watch: Watch) => Promise<T>,
): Promise<T> {
  const silence = new AbortController();
  const timer = setTimeout(
    () => silence.abort(new PassingError(phrase`${host} sent nothing for ${ms / 1000} s`)),
    ms,
  );
  try {
    return await work({
      signal: AbortSignal.any([outer, silence.signal]),
      beat: () => timer.refresh(),
    });
  } finally {
    clearTimeout(timer);
  }
}

/** The outcome of work, or a rejection as soon as the signal aborts: work may notice that late. */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(reasonOf(signal));
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}

/** Why a signal aborted. */
export function reasonOf({ reason }: AbortSignal): Error {
  return reason instanceof Error ? reason : new Error('aborted');
}
