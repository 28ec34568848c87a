import type { UpscaleProgress } from '../shared/engineProtocol';
import { deviceText } from '../shared/deviceText';
import { progressAfter } from '../shared/liveProgress';
import { isWatched, TextBar } from './terminal';

const TICK_MS = 500;

/** The progress of single files on stderr; silent when stderr is no terminal. */
export class ProgressBar {
  private readonly bar = new TextBar('{label} [{bar}] {what}');
  private label = '';
  private last: { readonly progress: UpscaleProgress; readonly at: number } | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly files: number) {}

  start(index: number, name: string): void {
    if (!isWatched()) return;
    this.label = this.files > 1 ? `${index}/${this.files} ${name}` : name;
    this.bar.draw(0, 1, { label: this.label, what: 'reading' });
    this.timer = setInterval(() => {
      if (this.last)
        this.draw(progressAfter(this.last.progress, (performance.now() - this.last.at) / 1000));
    }, TICK_MS);
  }

  update(progress: UpscaleProgress): void {
    this.last = { progress, at: performance.now() };
    this.draw(progress);
  }

  private draw({ phase, tile, tiles, device, server, secondsLeft }: UpscaleProgress): void {
    const left = secondsLeft === undefined ? '' : ` · about ${Math.ceil(secondsLeft)} s left`;
    const what =
      phase === 'encode'
        ? 'writing'
        : tiles === 0
          ? 'reading'
          : `tile ${Math.min(Math.floor(tile) + 1, tiles)}/${tiles} · ${device ? deviceText({ device, server }) : ''}${left}`;
    this.bar.draw(tile, Math.max(1, tiles), { label: this.label, what });
  }

  /** Makes room for a line of something else. */
  clear(): void {
    this.bar.stop();
  }

  stop(): void {
    clearInterval(this.timer);
    this.last = undefined;
    this.bar.stop();
  }
}
