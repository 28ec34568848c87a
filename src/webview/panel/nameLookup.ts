import { choiceOf } from './saveRun';
import type { Services } from './services';

/** A dial that moves asks once, not at each step. */
const REST_MS = 150;

/** Asks what file the present choice would be saved as, and about how large that would be. */
export class NameLookup {
  private key = '';
  private timer: number | undefined;

  constructor(private readonly services: Services) {}

  /** Called after each frame. */
  follow(): void {
    const { run } = this.services.view();
    if (run.init?.kind !== 'preview' || run.init.models.length === 0) return;
    const choice = choiceOf(this.services);
    const isComputed = run.phase === 'ready' && run.preview !== undefined;
    const key = JSON.stringify([run.init.original.fileName, choice, isComputed]);
    if (key === this.key) return;
    this.key = key;
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => {
      const { host, patch } = this.services;
      const settle =
        (name: 'outputName' | 'outputBytes') =>
        (value: unknown): void => {
          if (this.key === key) patch({ [name]: value ?? undefined });
        };
      // Without a name the form says that it is unknown; saving tells why.
      const [toName, toBytes] = [settle('outputName'), settle('outputBytes')];
      host.outputName(choice).then(toName, () => toName(undefined));
      if (isComputed) host.outputBytes(choice).then(toBytes, () => toBytes(undefined));
      else toBytes(undefined);
    }, REST_MS);
  }

  /** Asks again: a file may have taken the name. */
  forget(): void {
    this.key = '';
  }
}
