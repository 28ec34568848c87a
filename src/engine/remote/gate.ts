/** After so many good answers one more question may be on its way again. */
const GOOD_RUN = 20;

/**
 * Lets at most so many questions be on their way: half as many after a server said that it has too
 * much to do, one more after a run of good answers.
 */
export class Gate {
  private allowed: number;
  private open = 0;
  private good = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly most: number) {
    this.allowed = most;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    while (this.open >= this.allowed)
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    this.open++;
    try {
      const result = await work();
      if (++this.good % GOOD_RUN === 0) this.allowed = Math.min(this.most, this.allowed + 1);
      return result;
    } finally {
      this.open--;
      for (const next of this.waiting.splice(0)) next();
    }
  }

  /** The server has too much to do. */
  narrow(): void {
    this.good = 0;
    this.allowed = Math.max(1, Math.floor(this.allowed / 2));
  }
}
