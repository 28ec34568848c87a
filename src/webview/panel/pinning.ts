import * as l10n from '@vscode/l10n';
import { sameGuidance, type Pinned } from './panelState';
import type { Services } from './services';

/** A: a setting that is kept, to compare others with. */
export class Pinning {
  constructor(private readonly services: Services) {}

  pin(): void {
    const { renderer, store, view, patch, announcer } = this.services;
    const { guidance } = view();
    renderer.pin(guidance);
    const { model, output } = store.state;
    const { restore, prompt } = output;
    store.update({ pinned: { model, guidance, restore, prompt }, compareWith: 'A' });
    patch({ pinnedLoaded: true });
    announcer.say(l10n.t('Pinned as A'));
  }

  unpin(): void {
    const { renderer, store, patch } = this.services;
    renderer.unpin();
    store.update({ pinned: undefined, compareWith: 'original' });
    patch({ pinnedLoaded: false });
  }

  /**
   * A's setting becomes the present one and the other way round. Tells what A was, whose layers may
   * have to be computed.
   */
  swap(): Pinned | undefined {
    const { store } = this.services;
    const before = store.state.pinned;
    if (!before) return undefined;
    this.pin();
    if (!sameGuidance(before.guidance, store.state.guidance)) store.setGuidance(before.guidance);
    return before;
  }
}
