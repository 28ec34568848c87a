/**
 * Lets one value through per interval. The newest is never lost: it follows when the interval is
 * over.
 */
export class Throttle<T> {
  private timer: NodeJS.Timeout | undefined;
  private latest: { readonly value: T } | undefined;

  constructor(
    private readonly intervalMs: number,
    private readonly emit: (value: T) => void,
  ) {}

  submit(value: T): void {
    this.latest = { value };
    if (this.timer === undefined) this.flush();
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.latest = undefined;
  }

  private flush(): void {
    this.timer = undefined;
    if (!this.latest) return;
    const { value } = this.latest;
    this.latest = undefined;
    this.timer = setTimeout(() => this.flush(), this.intervalMs);
    this.emit(value);
  }
}
