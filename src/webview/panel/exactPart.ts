import type { Rect } from '../../shared/geometry';
import { isExactAt } from './panelView';
import { runOf } from './saveRun';
import type { Services } from './services';
import { contains } from './stagePlacing';

/** How long the dials must rest before what is seen is made exact. */
export const REST_MS = 250;
/** And before it is drafted: a draft that comes after the next move is of no use. */
const DRAFT_REST_MS = 40;

/**
 * For models whose blend is approximate: asks for the exact picture of what is seen, once nothing
 * moves any more. Where there is a tiny decoder, drafts come first, as soon as a dial pauses: the
 * blend of the layers, which follows each move, is replaced by what is decoded at these dials.
 */
export class ExactPart {
  private key = '';
  private timer: number | undefined;
  private controller: AbortController | undefined;

  constructor(private readonly services: Services) {}

  /** Called after each frame. */
  follow(seen: Rect | undefined): void {
    const { guidance, run } = this.services.view();
    const wanted =
      run.phase === 'ready' && run.result?.exact === false && run.saving === undefined
        ? seen
        : undefined;
    const { exact } = run;
    const exactSeen =
      wanted !== undefined &&
      exact !== undefined &&
      isExactAt(run, guidance) &&
      contains(exact.rect, wanted);
    if (exactSeen !== run.exactSeen) this.services.patch({ exactSeen });
    const key = wanted
      ? JSON.stringify([this.services.store.state.model, guidance, wanted, run.source])
      : '';
    if (key === this.key) return;
    this.key = key;
    window.clearTimeout(this.timer);
    this.controller?.abort();
    this.controller = undefined;
    if (run.refining) this.services.patch({ refining: false });
    // What is on disk now is another picture.
    if (!wanted || exactSeen || run.source !== 'seen') return;
    const controller = new AbortController();
    this.controller = controller;
    const restedAt = performance.now() + REST_MS;
    const work = run.result?.draft
      ? () => this.draftFirst(wanted, restedAt, controller.signal)
      : () => this.show(wanted, false, controller.signal);
    this.timer = window.setTimeout(() => void work(), run.result?.draft ? DRAFT_REST_MS : REST_MS);
  }

  private async draftFirst(rect: Rect, restedAt: number, signal: AbortSignal): Promise<void> {
    await this.show(rect, true, signal);
    if (signal.aborted) return;
    this.timer = window.setTimeout(
      () => void this.show(rect, false, signal),
      Math.max(0, restedAt - performance.now()),
    );
  }

  private async show(rect: Rect, draft: boolean, signal: AbortSignal): Promise<void> {
    const { host, renderer, patch, view } = this.services;
    const ended = (): boolean => signal.aborted;
    const { guidance } = view();
    // After a draft the work goes on.
    const done = { refining: draft };
    patch({ refining: true });
    try {
      const tile = await host.exact({ ...runOf(this.services), guidance, rect, draft }, signal);
      if (ended()) return;
      await renderer.showExact(tile, guidance);
      if (!ended()) patch({ ...done, exact: { rect: tile.rect, guidance, draft } });
    } catch {
      // The badge goes on to say that the picture is approximate; the extension has logged why.
      if (!ended()) patch(done);
    }
  }
}
