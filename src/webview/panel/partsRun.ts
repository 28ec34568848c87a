import type { Rect } from '../../shared/geometry';
import type { PanelProgress, PanelResult } from '../../shared/panelProtocol';
import { RpcError } from '../../shared/rpc';
import { partFor } from './partFor';
import { isCancelled } from './runState';
import { runOf } from './saveRun';
import type { Services } from './services';
import { contains } from './stagePlacing';

/** How long the view must rest. */
const REST_MS = 150;

/**
 * Computes what is seen of a large picture, and more when the view moves. The first tile makes it
 * usable; a move that leaves what is being computed ends it.
 */
export class PartsRun {
  private controller: AbortController | undefined;
  private timer: number | undefined;
  /** Tiles that the renderer holds as a whole. */
  private have: Rect[] = [];
  /** The part that is complete. */
  private complete: Rect | undefined;
  private asked = '';

  constructor(
    private readonly services: Services,
    private readonly seen: () => Rect | undefined,
    private readonly begin: (result: PanelResult) => Promise<void>,
    private readonly fail: (error: unknown) => void,
  ) {}

  /** Forgets everything: other layers follow. */
  reset(): void {
    this.pause();
    this.have = [];
    this.complete = undefined;
    this.asked = '';
  }

  /** Ends what runs; it goes on when the view moves, or by `resume`. */
  pause(): void {
    window.clearTimeout(this.timer);
    this.controller?.abort();
    this.controller = undefined;
    if (this.services.run().filling) this.services.patch({ filling: false });
  }

  resume(): void {
    this.asked = '';
  }

  /** Called after each frame, and for the first part. */
  follow(): void {
    const { view, renderer, store, patch } = this.services;
    const { byParts, run, picture } = view();
    const usable = run.phase === 'ready' || run.phase === 'loading';
    if (!byParts || !picture || !usable || run.saving) return;
    const [seen, largest] = [this.seen(), renderer.largestPart];
    if (!seen || !largest) return;
    const seenComputed = this.complete !== undefined && contains(this.complete, seen);
    if (seenComputed !== run.seenComputed) patch({ seenComputed });
    const { zoom } = store.state.view;
    const part = partFor(seen, picture, {
      largest,
      scale: store.state.output.scale,
      reduced: zoom === 'fit' || zoom < 1,
    });
    // What is on disk now would stand beside parts of what was there.
    if (run.source !== 'seen') {
      this.pause();
      return;
    }
    const key = JSON.stringify(part);
    if (key === this.asked) return;
    this.asked = key;
    window.clearTimeout(this.timer);
    if (this.complete && contains(this.complete, part)) return;
    this.timer = window.setTimeout(
      () => void this.request(part, seen),
      run.phase === 'loading' ? 0 : REST_MS,
    );
  }

  private async request(part: Rect, first: Rect): Promise<void> {
    const { host, patch, run } = this.services;
    this.controller?.abort();
    const controller = new AbortController();
    const { signal } = controller;
    this.controller = controller;
    this.makeRoom(part);
    if (run().phase === 'ready') patch({ filling: true });
    let shown: Promise<void> = Promise.resolve();
    const onProgress = (progress: PanelProgress): void => {
      if (signal.aborted) return;
      shown = shown.then(() => this.show(progress, part, signal));
      shown.catch(() => controller.abort());
    };
    try {
      const wanted = { ...runOf(this.services), first, region: part, have: this.have };
      const preview = await host.preview(wanted, { signal, onProgress });
      await shown;
      if (signal.aborted) return;
      this.complete = part;
      patch({
        phase: 'ready',
        filling: false,
        preview,
        seenComputed: contains(part, this.seen() ?? part),
      });
    } catch (error) {
      // A tile that can't be shown ends the run: its error says more than "cancelled".
      const cause = await shown.then(
        () => error,
        (reason: unknown) => reason,
      );
      if (this.controller !== controller || (signal.aborted && isCancelled(cause))) return;
      patch({ filling: false });
      // The banner tells it in a moment, and leads on.
      if (RpcError.from(cause).code !== 'source-changed') this.fail(cause);
    } finally {
      if (this.controller === controller) this.controller = undefined;
    }
  }

  private async show(progress: PanelProgress, part: Rect, signal: AbortSignal): Promise<void> {
    const { renderer, patch, run } = this.services;
    const ended = (): boolean => signal.aborted;
    if (ended()) return;
    if (progress.picture && !run().result) {
      await this.begin(progress.picture);
      if (ended()) return;
      this.makeRoom(part);
      patch({ result: progress.picture });
    }
    const { tile } = progress;
    if (tile) {
      await renderer.addTile(tile);
      if (contains(renderer.look(part), tile.rect)) this.have.push(tile.rect);
    }
    if (ended()) return;
    patch(
      tile && run().phase === 'loading'
        ? { progress, phase: 'ready', filling: true }
        : { progress },
    );
  }

  private makeRoom(part: Rect): void {
    const held = this.services.renderer.look(part);
    this.have = this.have.filter((tile) => contains(held, tile));
    if (this.complete && !contains(held, this.complete)) this.complete = undefined;
  }
}
