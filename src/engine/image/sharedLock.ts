/** Work that may go on at once, and work that must be alone. Who must be alone comes in its turn. */
export class SharedLock {
  /** Resolves when the last work that must be alone has ended. */
  private alone: Promise<unknown> = Promise.resolve();
  private readonly together = new Set<Promise<unknown>>();

  /** Runs beside others of its kind. It must not wait for more of either kind. */
  async shared<T>(work: () => Promise<T>): Promise<T> {
    let before: Promise<unknown>;
    do {
      before = this.alone;
      await before;
    } while (before !== this.alone);
    const running = work();
    const settled = running.then(ignore, ignore);
    this.together.add(settled);
    void settled.then(() => this.together.delete(settled));
    return running;
  }

  /** Runs while nothing else does. */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    const before = this.alone;
    const running = before.then(async () => {
      await Promise.all(this.together);
      return work();
    });
    this.alone = running.then(ignore, ignore);
    return running;
  }
}

const ignore = (): undefined => undefined;

/**
 * libvips keeps what its decoders and encoders say in one place of the process, and whoever ends
 * clears it: of a decoder that failed beside others nobody knows what it said. So whatever calls
 * sharp does it through this, and a failure of which the words count is asked for again, alone.
 */
export const libvips = new SharedLock();

/** Runs a call of sharp whose error is shown: its words are its own. */
export const ownWords = <T>(work: () => Promise<T>): Promise<T> =>
  libvips.shared(work).catch(() => libvips.exclusive(work));
