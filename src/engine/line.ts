import { cancelled } from './errors';

/**
 * Runs one piece of work after the other, in the order they came. What still waits obeys a cancel
 * at once.
 */
export class Line {
  private tail: Promise<unknown> = Promise.resolve();

  run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const leave = (): void => reject(cancelled());
      signal.addEventListener('abort', leave, { once: true });
      this.tail = this.tail.then(async () => {
        signal.removeEventListener('abort', leave);
        if (signal.aborted) leave();
        else await work().then(resolve, reject);
      });
    });
  }

  /** Resolves when nothing runs or waits any more. */
  async empty(): Promise<void> {
    let tail: Promise<unknown>;
    do {
      ({ tail } = this);
      await tail;
    } while (tail !== this.tail);
  }
}
