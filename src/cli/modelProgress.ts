import { describeModelProgress } from '../shared/installText';
import type { ModelProgress } from '../shared/modelProtocol';
import { tell, TextBar } from './terminal';

/**
 * Shows the progress of an installation on stderr: a bar on a terminal, else only what a person
 * should know.
 */
export class ModelProgressBar {
  private readonly bar = new TextBar('[{bar}] {what}');

  update(progress: ModelProgress): void {
    if (progress.note !== undefined) {
      this.stop();
      tell(`note: ${progress.note}`);
    }
    this.bar.draw(progress.bytes, Math.max(1, progress.totalBytes), {
      what: describeModelProgress(progress),
    });
  }

  stop(): void {
    this.bar.stop();
  }
}
