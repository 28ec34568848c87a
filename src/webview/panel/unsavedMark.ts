import type { Services } from './services';
import { savedKey } from './savedKey';
import { defaultState } from './panelState';

/** Tells the editor whether the person's choice differs from what was there or saved last. */
export class UnsavedMark {
  private told: boolean | undefined;

  constructor(private readonly services: Services) {}

  /** Called after each frame. */
  follow(): void {
    const { run, store, host } = this.services;
    const { init } = run();
    if (init?.kind !== 'preview') return;
    this.told ??= init.unsaved === true;
    const { saved } = store.state;
    const unsaved = savedKey(store.state) !== (saved || savedKey(defaultState(init)));
    if (unsaved === this.told) return;
    this.told = unsaved;
    // The mark is only a help: without it everything goes on.
    host.unsaved(unsaved).catch(() => undefined);
  }
}
