/**
 * Starts work on items, so many at once, and hands their results over one after another in the order
 * of the items. An item is fetched when there is room for its work. Rejects with the first failure;
 * by then nothing is running any more, since `stop` has ended what still was.
 */
export async function inOrder<I, R>(
  items: AsyncIterable<I>,
  width: number,
  {
    start,
    take,
    stop,
  }: {
    readonly start: (item: I) => Promise<R>;
    readonly take: (item: I, result: R) => Promise<void>;
    readonly stop: () => void;
  },
): Promise<void> {
  const running: { readonly item: I; readonly result: Promise<R> }[] = [];
  const takeFirst = async (): Promise<void> => {
    const first = running[0];
    if (!first) return;
    const result = await first.result;
    running.shift();
    await take(first.item, result);
  };
  try {
    for await (const item of items) {
      const result = start(item);
      // It is awaited later, and must not be unheard until then.
      result.catch(() => undefined);
      running.push({ item, result });
      if (running.length >= width) await takeFirst();
    }
    while (running.length > 0) await takeFirst();
  } catch (error) {
    stop();
    await Promise.allSettled(running.map(({ result }) => result));
    throw error;
  }
}

/** Adds up the time during which at least one thing runs. */
export class BusyTime {
  private running = 0;
  private since = 0;
  private total = 0;

  /** Seconds until now. */
  get seconds(): number {
    return (this.total + (this.running > 0 ? performance.now() - this.since : 0)) / 1000;
  }

  async during<T>(work: () => Promise<T>): Promise<T> {
    if (this.running++ === 0) this.since = performance.now();
    try {
      return await work();
    } finally {
      if (--this.running === 0) this.total += performance.now() - this.since;
    }
  }
}
