import type { PanelInit } from '../../shared/panelProtocol';
import { defaultState, restoreState } from './panelState';
import type { PreviewRun } from './previewRun';
import { NOTHING_YET, noticeOf, SAVE_BEGUN } from './runState';
import { savedKey } from './savedKey';
import type { SaveRun } from './saveRun';
import type { Services } from './services';

/** Shows what the extension says, and starts what has to run for it. */
export class Opening {
  /** How often something was opened: what comes later replaces what came before. */
  private turn = 0;

  constructor(
    private readonly services: Services,
    private readonly previews: PreviewRun,
    private readonly saves: SaveRun,
  ) {}

  /** Asks the extension what to show. `stored`: the state of before the page was hidden. */
  async start(stored?: unknown): Promise<void> {
    const { host, patch } = this.services;
    patch({ phase: 'starting', notice: undefined });
    let init: PanelInit;
    try {
      init = await host.init();
    } catch (error) {
      patch({ phase: 'stopped', notice: noticeOf('init', error, true) });
      return;
    }
    await this.open(init, stored);
  }

  /** Never rejects: what fails is told in the panel. */
  async open(init: PanelInit, stored?: unknown): Promise<void> {
    const { renderer, store, patch, run } = this.services;
    // Through a series the eye stays where it was.
    const kept = run().init?.series && init.series && store.state;
    this.previews.drop();
    renderer.unpin();
    store.reset(stored || kept ? restoreState(stored ?? kept, init) : defaultState(init));
    const isUnheard = init.saving === true;
    // What is being saved goes on, whatever is looked at meanwhile.
    const saving = run().saving ?? (isUnheard ? SAVE_BEGUN : undefined);
    patch({ ...NOTHING_YET, onProcessor: run().onProcessor, init, saving });
    const turn = ++this.turn;
    const replaced = (): boolean => turn !== this.turn;
    const isThere = await this.show(init, replaced);
    if (replaced()) return;
    const computed = isThere && init.kind === 'preview' ? this.compute(init, stored) : undefined;
    // A preview that begins takes away what was told before.
    if (isUnheard) void this.saves.follow();
    await computed;
  }

  /** Resolves with whether the pictures are there. */
  private async show(init: PanelInit, replaced: () => boolean): Promise<boolean> {
    const { renderer, patch } = this.services;
    try {
      const opened = await renderer.open(init.original, init.result);
      if (replaced()) return false;
      const missing = [
        ...(opened.original ? [] : [init.original.problem]),
        ...(init.result && !opened.result ? [init.result.problem] : []),
      ];
      patch({
        originalSize: opened.original,
        pairSize: opened.result ?? (init.kind === 'pair' ? init.result?.size : undefined),
        problem: init.kind === 'pair' ? missing.join(' ') : '',
        ...(init.kind === 'pair' ? { phase: 'pair' } : {}),
      });
      return true;
    } catch (error) {
      if (!replaced()) patch({ phase: 'stopped', notice: noticeOf('init', error, true) });
      return false;
    }
  }

  private async compute(init: PanelInit, stored: unknown): Promise<void> {
    const { store, run } = this.services;
    // Of a large picture only what is seen is computed: it begins in the middle, at its pixels.
    const { byParts } = this.services.view();
    if (stored === undefined && byParts) store.update({ view: { zoom: 1, x: 0.5, y: 0.5 } });
    const isAsMade = savedKey(store.state) === savedKey(defaultState(init));
    const { pairSize } = run();
    await this.previews.start(isAsMade && !byParts && pairSize !== undefined);
  }
}
