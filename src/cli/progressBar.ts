import { SingleBar } from 'cli-progress';
import type { UpscaleProgress } from '../shared/engineProtocol';
import { progressAfter } from '../shared/liveProgress';

const TICK_MS = 500;

/** A progress bar on stderr; silent when stderr is no terminal. */
export class ProgressBar {
  private bar: SingleBar | undefined;
  private label = '';
  private last: { readonly progress: UpscaleProgress; readonly at: number } | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly files: number) {}

  start(index: number, name: string): void {
    if (!process.stderr.isTTY) return;
    this.label = this.files > 1 ? `${index}/${this.files} ${name}` : name;
    this.bar = new SingleBar({
      stream: process.stderr,
      clearOnComplete: true,
      hideCursor: true,
      format: '{label} [{bar}] {what}',
    });
    this.bar.start(1, 0, { label: this.label, what: 'reading' });
    this.timer = setInterval(() => {
      if (this.last)
        this.draw(progressAfter(this.last.progress, (performance.now() - this.last.at) / 1000));
    }, TICK_MS);
  }

  update(progress: UpscaleProgress): void {
    this.last = { progress, at: performance.now() };
    this.draw(progress);
  }

  private draw({ phase, tile, tiles, device, secondsLeft }: UpscaleProgress): void {
    if (!this.bar) return;
    const left = secondsLeft === undefined ? '' : ` · about ${Math.ceil(secondsLeft)} s left`;
    const what =
      phase === 'encode'
        ? 'writing'
        : tiles === 0
          ? 'reading'
          : `tile ${Math.min(Math.floor(tile) + 1, tiles)}/${tiles} · ${device ?? ''}${left}`;
    if (tiles > 0) this.bar.setTotal(tiles);
    this.bar.update(tile, { label: this.label, what });
  }

  stop(): void {
    clearInterval(this.timer);
    this.last = undefined;
    this.bar?.stop();
    this.bar = undefined;
  }
}
