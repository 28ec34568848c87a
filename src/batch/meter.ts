import type { BatchEvent } from './batchRun';
import type { PlanItem } from './types';

/** Where a run is. */
export type Standing = {
  readonly done: number;
  readonly total: number;
  /** What is on its way, the oldest first. */
  readonly current: readonly {
    readonly id: string;
    readonly share: number;
    readonly tile: number;
    readonly tiles: number;
  }[];
  /** Output megapixels a second, over the whole run without pauses. */
  readonly megapixelsPerSecond: number | undefined;
  readonly secondsLeft: number | undefined;
};

/** The share of a picture's work that is over when its encoding begins. */
const ENCODE_AT = 0.95;

/** Turns events into where the run is. Work is counted in output pixels. */
export class BatchMeter {
  private readonly pixels: ReadonlyMap<string, number>;
  private readonly current = new Map<string, { share: number; tile: number; tiles: number }>();
  private readonly total: number;
  private donePixels = 0;
  private worked = 0;
  private pausedAt: number | undefined;
  private pauses = 0;
  private done = 0;
  private remaining: number;
  private readonly started: number;

  constructor(
    items: readonly PlanItem[],
    private readonly now: () => number = () => performance.now(),
  ) {
    this.pixels = new Map(
      items.map(({ id, outputSize, frames = 1 }) => [
        id,
        Math.max(1, (outputSize?.width ?? 1) * (outputSize?.height ?? 1) * frames),
      ]),
    );
    this.total = items.length;
    this.remaining = [...this.pixels.values()].reduce((a, b) => a + b, 0);
    this.started = now();
  }

  add(event: BatchEvent): void {
    switch (event.kind) {
      case 'started':
        this.current.set(event.id, { share: 0, tile: 0, tiles: 0 });
        break;
      case 'progress': {
        const { phase, tile, tiles } = event.progress;
        const share =
          phase === 'encode'
            ? ENCODE_AT
            : phase === 'infer' && tiles > 0
              ? (ENCODE_AT * tile) / tiles
              : 0;
        this.current.set(event.id, { share, tile, tiles });
        break;
      }
      case 'finished': {
        const pixels = this.pixels.get(event.outcome.id) ?? 0;
        this.current.delete(event.outcome.id);
        this.done++;
        this.remaining -= pixels;
        if (event.outcome.state === 'done') {
          this.donePixels += pixels;
          this.worked++;
        }
        break;
      }
      case 'paused':
        if (event.paused) this.pausedAt = this.now();
        else if (this.pausedAt !== undefined) {
          this.pauses += this.now() - this.pausedAt;
          this.pausedAt = undefined;
        }
    }
  }

  standing(): Standing {
    const seconds = ((this.pausedAt ?? this.now()) - this.started - this.pauses) / 1000;
    const onTheirWay = [...this.current].reduce(
      (sum, [id, { share }]) => sum + share * (this.pixels.get(id) ?? 0),
      0,
    );
    const pace =
      seconds > 0 && (this.worked > 0 || onTheirWay > 0)
        ? (this.donePixels + onTheirWay) / seconds
        : undefined;
    return {
      done: this.done,
      total: this.total,
      current: [...this.current].map(([id, step]) => ({ id, ...step })),
      megapixelsPerSecond: pace === undefined ? undefined : pace / 1e6,
      secondsLeft:
        pace === undefined || pace === 0
          ? undefined
          : Math.max(0, (this.remaining - onTheirWay) / pace),
    };
  }
}
