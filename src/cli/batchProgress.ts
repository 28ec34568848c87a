import path from 'node:path';
import type { BatchEvent } from '../batch/batchRun';
import { BatchMeter } from '../batch/meter';
import type { PlanItem } from '../batch/types';
import { drawLine, isWatched } from './terminal';

const INTERVAL_MS = 200;

/** One line on a terminal that says where a run is; nothing where there is no terminal. */
export class BatchProgress {
  private readonly meter: BatchMeter;
  private readonly names: ReadonlyMap<string, string>;
  private timer: NodeJS.Timeout | undefined;
  private readonly shown = isWatched();

  constructor(items: readonly PlanItem[]) {
    this.meter = new BatchMeter(items);
    this.names = new Map(items.map(({ id, input }) => [id, input]));
    if (this.shown) this.timer = setInterval(() => this.draw(), INTERVAL_MS);
  }

  add(event: BatchEvent): void {
    this.meter.add(event);
  }

  /** Makes room for a line of something else. */
  clear(): void {
    if (this.shown) drawLine('');
  }

  stop(): void {
    clearInterval(this.timer);
    this.clear();
  }

  private draw(): void {
    const { done, total, current, megapixelsPerSecond, secondsLeft } = this.meter.standing();
    const [first] = current;
    const parts = [`${Math.min(total, done + 1)}/${total}`];
    if (first)
      parts.push(
        path.posix.basename(this.names.get(first.id) ?? ''),
        ...(first.tiles > 1
          ? [`tile ${Math.min(first.tiles, Math.floor(first.tile) + 1)}/${first.tiles}`]
          : []),
      );
    if (megapixelsPerSecond !== undefined) parts.push(`${megapixelsPerSecond.toFixed(1)} MP/s`);
    if (secondsLeft !== undefined) parts.push(`about ${Math.ceil(secondsLeft)} s left`);
    drawLine(parts.join(' · '));
  }
}
