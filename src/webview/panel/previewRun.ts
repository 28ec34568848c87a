import * as l10n from '@vscode/l10n';
import type { Rect } from '../../shared/geometry';
import type { PanelPreview, PanelProgress, PanelResult } from '../../shared/panelProtocol';
import { defaultState, isOfPresentLayers, roundGuidance } from './panelState';
import { estimatedResult, isByParts } from './panelView';
import { PartsRun } from './partsRun';
import { isCancelled, noticeOf } from './runState';
import { savedKey } from './savedKey';
import { runOf } from './saveRun';
import type { Services } from './services';
import { secondsText } from './text';

/** How long a scale that is being typed must rest. */
const REST_MS = 400;

/**
 * Computes the layers of the present model and gives them to the renderer as they come. Only the
 * last run counts.
 */
export class PreviewRun {
  private controller: AbortController | undefined;
  private half = false;
  private timer: number | undefined;
  private readonly parts: PartsRun;

  constructor(
    private readonly services: Services,
    /** The part of the result that is seen. */
    private readonly seen: () => Rect | undefined,
    /** Reads the picture anew. */
    private readonly readAnew: () => Promise<void>,
  ) {
    this.parts = new PartsRun(
      services,
      seen,
      (result) => this.begin(result),
      (error) => this.stop(error),
    );
  }

  /** After each frame. */
  follow(): void {
    this.parts.follow();
  }

  /** Ends what is only computed because it is seen; `resume` goes on with it. */
  pause(): void {
    this.parts.pause();
  }

  resume(): void {
    this.parts.resume();
  }

  /** Starts once nothing more is typed. */
  startSoon(): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.start(), REST_MS);
  }

  /**
   * What is seen comes first, unless that is all. `standIn`: a result that was made before is seen
   * until all is there. Beside an original that is another on disk by now nothing new is shown: it
   * is read anew, too.
   */
  async start(standIn = false): Promise<void> {
    const { host, store, run, patch, view, announcer } = this.services;
    window.clearTimeout(this.timer);
    if (run().source !== 'seen') {
      await this.readAnew();
      return;
    }
    this.controller?.abort();
    this.parts.reset();
    const controller = new AbortController();
    this.controller = controller;
    const { signal } = controller;
    const { model } = view();
    if (!model) {
      patch({
        phase: 'stopped',
        standIn: false,
        progress: undefined,
        notice: {
          kind: 'init',
          message: l10n.t('No model can be used now.'),
          hint: '',
          canTryProcessor: false,
          canSaveUnseen: false,
          how: undefined,
        },
      });
      return;
    }
    this.half = false;
    patch({
      phase: 'loading',
      standIn,
      progress: undefined,
      result: undefined,
      preview: undefined,
      notice: undefined,
      exact: undefined,
      exactSeen: false,
      refining: false,
      looked: false,
      filling: false,
      seenComputed: true,
    });
    announcer.say(l10n.t('Upscaling has started'));
    // Tiles are shown in the order in which they come, after the result that they belong to.
    const estimate = estimatedResult(run(), model, store.state.output.scale);
    let shown: Promise<void> = estimate && !standIn ? this.begin(estimate) : Promise.resolve();
    const kept: PanelProgress[] = [];
    shown.catch(() => controller.abort());
    if (estimate && isByParts(run(), model, estimate.size)) {
      try {
        await shown;
        if (!signal.aborted) this.parts.follow();
      } catch (error) {
        await this.fail(controller, error, Promise.resolve());
      }
      return;
    }
    const onProgress = (progress: PanelProgress): void => {
      if (signal.aborted) return;
      if (standIn) {
        kept.push(progress);
        patch({ progress });
        return;
      }
      shown = shown.then(() => this.show(progress, signal));
      shown.catch(() => controller.abort());
    };
    const first = store.state.view.zoom === 'fit' ? undefined : this.seen();
    try {
      const preview = await host.preview(
        { ...runOf(this.services), first, region: undefined, have: [] },
        { signal, onProgress },
      );
      await shown;
      if (standIn) await this.takePlace(kept, signal);
      if (signal.aborted) return;
      this.begunWithAuto(preview);
      patch({ phase: 'ready', preview, standIn: false, looked: false });
      announcer.say(l10n.t('Done in {0} on {1}', secondsText(preview.seconds), preview.device));
    } catch (error) {
      await this.fail(controller, error, shown);
    }
  }

  /** Ends the run; what was computed so far is of no use. */
  cancel(): void {
    const { run } = this.services;
    if (run().filling) {
      this.parts.pause();
      return;
    }
    if (run().phase !== 'loading') return;
    this.drop();
    this.services.patch({
      phase: 'stopped',
      standIn: false,
      progress: undefined,
      notice: {
        kind: 'cancelled',
        message: l10n.t('Nothing was saved.'),
        hint: '',
        canTryProcessor: false,
        canSaveUnseen: false,
        how: undefined,
      },
    });
  }

  /** Ends the run without a word: another picture takes the place. */
  drop(): void {
    window.clearTimeout(this.timer);
    this.controller?.abort();
    this.controller = undefined;
    this.parts.reset();
  }

  private async fail(
    controller: AbortController,
    error: unknown,
    shown: Promise<void>,
  ): Promise<void> {
    if (this.controller !== controller) return;
    // A tile that can't be shown ends the run: its error says more than "cancelled".
    const cause = await shown.then(
      () => error,
      (reason: unknown) => reason,
    );
    if (isCancelled(cause)) this.cancel();
    else this.stop(cause);
  }

  private stop(error: unknown): void {
    const { patch, view } = this.services;
    patch({
      phase: 'stopped',
      standIn: false,
      notice: noticeOf('preview', error, view().onProcessor),
      progress: undefined,
    });
  }

  /** Where the settings say so, Auto is what a panel begins with: unless somebody chose otherwise. */
  private begunWithAuto({ auto }: PanelPreview): void {
    const { store, run } = this.services;
    const { init } = run();
    const before = store.state;
    if (!init?.auto || before.saved !== '' || savedKey(before) !== savedKey(defaultState(init)))
      return;
    const begun = { ...before, guidance: roundGuidance(auto), auto: true };
    // What nobody has chosen is nothing that could be lost.
    store.reset({ ...begun, saved: savedKey(begun) });
  }

  /** The layers come in the place of what stood in for them, all at once. */
  private async takePlace(kept: readonly PanelProgress[], signal: AbortSignal): Promise<void> {
    const { renderer } = this.services;
    renderer.freeze(true);
    try {
      for (const progress of kept) await this.show(progress, signal);
    } finally {
      renderer.freeze(false);
    }
  }

  private async show(progress: PanelProgress, signal: AbortSignal): Promise<void> {
    const { renderer, patch, run, announcer } = this.services;
    const { look, tile } = progress;
    const ended = (): boolean => signal.aborted;
    if (ended()) return;
    if (progress.picture && !run().result) {
      await this.begin(progress.picture);
      if (ended()) return;
      patch({ result: progress.picture });
    }
    // In the place of a result that was made before all comes at once: nobody would see a look.
    if (look && !run().standIn) {
      await renderer.addTile(look);
      if (ended()) return;
      if (!run().looked) announcer.say(l10n.t('A first look at a part is there'));
      patch({ looked: true });
    }
    if (tile) await renderer.addTile(tile);
    if (ended()) return;
    patch({ progress });
    if (!this.half && progress.total > 1 && progress.done * 2 >= progress.total) {
      this.half = true;
      announcer.say(l10n.t('Half done'));
    }
  }

  /** A of the same model is made of the new layers too. */
  private async begin(result: PanelResult): Promise<void> {
    const { renderer, store, patch } = this.services;
    await renderer.begin(result);
    const { pinned } = store.state;
    if (!pinned || !isOfPresentLayers(pinned, store.state)) return;
    renderer.pin(pinned.guidance);
    patch({ pinnedLoaded: true });
  }
}
