import { RpcError } from '../../shared/rpc';

/**
 * Runs one job at a time, in the order they came: two upscalings at once would only fight for the
 * same device.
 */
export class JobQueue {
  private tail: Promise<unknown> = Promise.resolve();
  private unfinished = 0;

  /** Whether a job runs or waits. */
  get isBusy(): boolean {
    return this.unfinished > 0;
  }

  /**
   * Settles as `job` does; rejects with code `cancelled`, at once, when the signal aborts before
   * the job's turn.
   */
  async run<T>(job: () => Promise<T>, signal: AbortSignal): Promise<T> {
    this.unfinished++;
    const result = withAbort(this.tail, signal).then(job);
    // The next job waits for all before it, also when this one gave up its place.
    this.tail = Promise.allSettled([this.tail, result]);
    try {
      return await result;
    } finally {
      this.unfinished--;
    }
  }
}

function withAbort(wait: Promise<unknown>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(new RpcError({ code: 'cancelled', message: 'Canceled.' }));
    if (signal.aborted) {
      abort();
      return;
    }
    signal.addEventListener('abort', abort, { once: true });
    void wait.then(() => {
      signal.removeEventListener('abort', abort);
      resolve();
    });
  });
}
