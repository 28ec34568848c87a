import { choiceOf } from './saveRun';
import type { Services } from './services';

/** A dial that moves asks once, not at each step. */
const REST_MS = 150;

/** Asks what file the present choice would be saved as. */
export class NameLookup {
  private key = '';
  private timer: number | undefined;

  constructor(private readonly services: Services) {}

  /** Called after each frame. */
  follow(): void {
    const { run } = this.services.view();
    if (run.init?.kind !== 'preview' || run.init.models.length === 0) return;
    const choice = choiceOf(this.services);
    const key = JSON.stringify([run.init.original.fileName, choice]);
    if (key === this.key) return;
    this.key = key;
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => {
      const settle = (
        outputName: { fileName: string; size: { width: number; height: number } } | undefined,
      ): void => {
        if (this.key === key) this.services.patch({ outputName });
      };
      // Without a name the form says that it is unknown; saving tells why.
      this.services.host.outputName(choice).then(settle, () => settle(undefined));
    }, REST_MS);
  }

  /** Asks again: a file may have taken the name. */
  forget(): void {
    this.key = '';
  }
}
