import { SingleBar } from 'cli-progress';
import { describeModelProgress } from '../shared/installText';
import type { ModelProgress } from '../shared/modelProtocol';

/**
 * Shows the progress of an installation on stderr: a bar on a terminal, else only what a person
 * should know.
 */
export class ModelProgressBar {
  private bar: SingleBar | undefined;

  update(progress: ModelProgress): void {
    if (progress.note !== undefined) this.note(progress.note);
    if (!process.stderr.isTTY) return;
    if (!this.bar) {
      this.bar = new SingleBar({
        stream: process.stderr,
        clearOnComplete: true,
        hideCursor: true,
        format: '[{bar}] {what}',
      });
      this.bar.start(1, 0, { what: '' });
    }
    this.bar.setTotal(Math.max(1, progress.totalBytes));
    this.bar.update(progress.bytes, { what: describeModelProgress(progress) });
  }

  stop(): void {
    this.bar?.stop();
    this.bar = undefined;
  }

  private note(text: string): void {
    this.stop();
    console.error(`note: ${text}`);
  }
}
