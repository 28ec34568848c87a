import type { Rect } from '../../shared/geometry';
import { sameGuidance } from './panelState';
import { runOf } from './saveRun';
import type { Services } from './services';
import { contains } from './stagePlacing';

/** How long the dials must rest. */
const REST_MS = 250;

/**
 * For models whose blend is approximate: asks for the exact picture of what is seen, once nothing
 * moves any more.
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
      sameGuidance(exact.guidance, guidance) &&
      contains(exact.rect, wanted);
    if (exactSeen !== run.exactSeen) this.services.patch({ exactSeen });
    const key = wanted ? JSON.stringify([this.services.store.state.model, guidance, wanted]) : '';
    if (key === this.key) return;
    this.key = key;
    window.clearTimeout(this.timer);
    this.controller?.abort();
    this.controller = undefined;
    if (run.refining) this.services.patch({ refining: false });
    if (!wanted || exactSeen) return;
    this.timer = window.setTimeout(() => void this.request(wanted), REST_MS);
  }

  private async request(rect: Rect): Promise<void> {
    const { host, renderer, patch, view } = this.services;
    const controller = new AbortController();
    const { signal } = controller;
    const ended = (): boolean => signal.aborted;
    this.controller = controller;
    const { guidance } = view();
    patch({ refining: true });
    try {
      const tile = await host.exact({ ...runOf(this.services), guidance, rect }, signal);
      if (ended()) return;
      await renderer.showExact(tile, guidance);
      if (!ended()) patch({ refining: false, exact: { rect: tile.rect, guidance } });
    } catch {
      // The badge goes on to say that the picture is approximate; the extension has logged why.
      if (!ended()) patch({ refining: false });
    }
  }
}
