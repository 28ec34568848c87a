import type { FollowedState } from '../../batch/runs/follow';
import type {
  BatchEventView,
  BatchRowState,
  BatchStanding,
  OtherRunView,
} from '../../shared/batchProtocol';
import { OtherRunWatch, type OtherRunPorts } from './otherRunWatch';

export type RowStates = Record<
  string,
  { readonly state: BatchRowState; readonly message?: string }
>;

/** A run that is in the way is told of beside the plan, shown instead of it, or waited for. */
export type OtherMode = 'told' | 'shown' | 'waits';

/** A run of another process that is in the way of a batch, as the batch's view shows it. */
export class OtherRun {
  private readonly watch: OtherRunWatch;
  private readonly rows: RowStates = {};
  private ids: readonly string[] = [];
  private now: OtherMode = 'told';

  constructor(
    private current: OtherRunView,
    folder: string,
    private readonly ports: Pick<OtherRunPorts, 'inTheWay' | 'onEnd'> & {
      /** The row of an output, by its absolute path. */
      readonly idOf: (file: string) => string;
      readonly tell: (event: BatchEventView) => void;
    },
  ) {
    this.watch = new OtherRunWatch(folder, {
      ...ports,
      onLook: (view, changed) => this.looked(view, changed),
    });
    this.tell();
  }

  get mode(): OtherMode {
    return this.now;
  }

  get view(): OtherRunView {
    return this.current;
  }

  /** What is to start when it has ended. */
  get wanted(): readonly string[] {
    return this.ids;
  }

  /** What has become of the rows in it. */
  get states(): RowStates {
    return { ...this.rows };
  }

  /** Where it is; undefined while the plan is shown. */
  get standing(): BatchStanding | undefined {
    if (this.now === 'told') return undefined;
    const { text, done, total } = this.current;
    return {
      done,
      total: total ?? Math.max(done, this.ids.length),
      paused: false,
      current: [],
      other: { text, thenStarts: this.now === 'waits' },
    };
  }

  follow(mode: OtherMode, ids: readonly string[] = []): void {
    this.now = mode;
    this.ids = ids;
  }

  dispose(): void {
    this.watch.dispose();
  }

  private looked(view: OtherRunView, changed: ReadonlyMap<string, FollowedState>): void {
    this.current = view;
    for (const [file, state] of changed) {
      const id = this.ports.idOf(file);
      this.rows[id] = { state };
      if (this.now !== 'told') this.ports.tell({ kind: 'row', id, state });
    }
    this.tell();
  }

  private tell(): void {
    const { standing } = this;
    this.ports.tell(
      standing ? { kind: 'standing', standing } : { kind: 'other', other: this.current },
    );
  }
}
