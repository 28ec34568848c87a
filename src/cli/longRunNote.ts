import { formatSeconds, longRunSeconds } from '../shared/longRun';
import type { UpscaleProgress } from '../shared/engineProtocol';
import { DEFAULT_MODEL } from '../shared/settings';
import { tell } from './terminal';

/**
 * Says before a long run how long it will take, and what is faster; once, for the first picture that
 * takes long.
 */
export class LongRunNote {
  private told = false;

  /** `clear` makes room on the terminal for a line. */
  constructor(private readonly clear: () => void) {}

  see(
    progress: UpscaleProgress,
    name: string,
    models: { readonly model: string; readonly restore?: string | undefined },
  ): void {
    const seconds = this.told ? undefined : longRunSeconds(progress, models);
    if (seconds === undefined) return;
    this.told = true;
    this.clear();
    tell(
      `${name} will take about ${formatSeconds(seconds)} on ${progress.device ?? 'this device'}. ` +
        `The embedded model is much faster: --model ${DEFAULT_MODEL}` +
        (models.restore === undefined ? '.' : ', without --restore.'),
    );
  }
}
