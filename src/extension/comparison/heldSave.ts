import type { PanelSaved } from '../../shared/panelProtocol';
import { isCallerGone, RpcError, type CallContext } from '../../shared/rpc';

/** How a save ended that nobody was there to hear of. */
export type SaveOutcome =
  | { readonly kind: 'saved'; readonly fileName: string }
  | { readonly kind: 'failed'; readonly error: RpcError };

type Work = (signal: AbortSignal, progress: (value: unknown) => void) => Promise<PanelSaved>;

type Save = {
  readonly promise: Promise<PanelSaved>;
  readonly controller: AbortController;
  /** What the page of now is told; undefined while there is none. */
  follower: CallContext | undefined;
  /** What was told last, for who comes later. */
  last: unknown;
  isOver: boolean;
};

/**
 * A panel's save, which goes on while its page is away: how far it is, and how it ended, is told to
 * the page that comes next.
 */
export class HeldSave {
  private save: Save | undefined;

  /** `onUnheard`: told how a save ended while there was no page. */
  constructor(private readonly onUnheard: (outcome: SaveOutcome) => void) {}

  /** Whether a save goes on. */
  get isRunning(): boolean {
    return this.save?.isOver === false;
  }

  /** Whether there is a save of which the page of now has not heard. */
  get isUnheard(): boolean {
    return this.save !== undefined && this.save.follower === undefined;
  }

  /** Begins; what ended before without being heard of is forgotten. */
  begin(work: Work, context: CallContext): Promise<PanelSaved> {
    const controller = new AbortController();
    const progress = (value: unknown): void => {
      save.last = value;
      save.follower?.progress(value);
    };
    const promise = work(controller.signal, progress);
    const save: Save = { promise, controller, follower: undefined, last: undefined, isOver: false };
    this.save = save;
    promise.then(
      ({ fileName }) => this.ended(save, fileName === '' ? undefined : { kind: 'saved', fileName }),
      (caught: unknown) => {
        const error = RpcError.from(caught);
        this.ended(save, error.code === 'cancelled' ? undefined : { kind: 'failed', error });
      },
    );
    return this.follow(context);
  }

  /** Ends as the save does, which is told from now on who asks here. Nothing is an empty name. */
  async follow(context: CallContext): Promise<PanelSaved> {
    const { save } = this;
    if (!save) return { fileName: '' };
    const { signal } = context;
    save.follower = context;
    const abort = (): void => {
      if (!isCallerGone(signal)) save.controller.abort();
      else if (save.follower === context) save.follower = undefined;
    };
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    if (save.last !== undefined) context.progress(save.last);
    if (save.isOver) this.save = undefined;
    try {
      return await save.promise;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  /** The page is gone; another may come. */
  leave(): void {
    if (this.save) this.save.follower = undefined;
  }

  /** Ends what runs, for good. */
  dispose(): void {
    this.save?.controller.abort();
    this.save = undefined;
  }

  private ended(save: Save, outcome: SaveOutcome | undefined): void {
    if (this.save !== save) return;
    save.isOver = true;
    if (!outcome || save.follower) this.save = undefined;
    else this.onUnheard(outcome);
  }
}
