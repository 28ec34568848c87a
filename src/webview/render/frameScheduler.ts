/** The last frame that was drawn; times as of `performance.now()`, in milliseconds. */
export type DrawnFrame = {
  /** When the first of the changes was asked for that it shows. */
  readonly requested: number;
  readonly started: number;
  /** When drawing returned. A GPU may still be at work. */
  readonly finished: number;
};

type Clock = {
  readonly now: () => number;
  readonly nextFrame: (draw: () => void) => number;
  readonly cancel: (handle: number) => void;
};

const BROWSER: Clock = {
  now: () => performance.now(),
  nextFrame: (draw) => requestAnimationFrame(draw),
  cancel: (handle) => cancelAnimationFrame(handle),
};

/** Draws once a frame of the screen, however many changes there were. */
export class FrameScheduler {
  private last: DrawnFrame | undefined;
  private requested: number | undefined;
  private handle: number | undefined;

  constructor(
    private readonly draw: () => void,
    private readonly clock: Clock = BROWSER,
  ) {}

  /** Undefined before the first frame. */
  get lastFrame(): DrawnFrame | undefined {
    return this.last;
  }

  /** To be called after each change. */
  request(): void {
    this.requested ??= this.clock.now();
    this.handle ??= this.clock.nextFrame(() => this.run());
  }

  /** Takes back what is asked for. */
  cancel(): void {
    if (this.handle !== undefined) this.clock.cancel(this.handle);
    this.handle = undefined;
    this.requested = undefined;
  }

  private run(): void {
    const started = this.clock.now();
    const requested = this.requested ?? started;
    // First, so that what drawing asks for is drawn in the next frame.
    this.handle = undefined;
    this.requested = undefined;
    this.draw();
    this.last = { requested, started, finished: this.clock.now() };
  }
}
