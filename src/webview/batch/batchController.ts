import type {
  BatchEventView,
  BatchHostApi,
  BatchInit,
  BatchWebviewApi,
} from '../../shared/batchProtocol';
import { RpcEndpoint, RpcError, type RpcApi } from '../../shared/rpc';
import { pageText } from '../../shared/safeText';
import { recall, type WebviewApi } from './batchMemory';
import { typesOf, type BatchFilter } from './batchModel';
import {
  failedOf,
  FIRST_STATE,
  inShownOrder,
  resultsOf,
  shownRows,
  type BatchState,
} from './batchState';
import { reportText } from './batchWords';
import type { Sort } from './rowOrder';

/** Methods of the host that take no parameters. */
type PlainMethod = {
  [M in keyof BatchHostApi]: Parameters<BatchHostApi[M]>[0] extends undefined ? M : never;
}[keyof BatchHostApi];

/** What a batch's view knows and does; components show it and call its actions. */
export class BatchController {
  private readonly rpc: RpcEndpoint<RpcApi & BatchHostApi>;
  private current: BatchState = FIRST_STATE;
  /** Ids that the person unticked, also over a restart. */
  private unticked: Set<string>;

  constructor(
    private readonly vscode: WebviewApi,
    /** The place of the batch, which the host needs to make the view anew. */
    private readonly place: unknown,
    private readonly onChange: () => void,
  ) {
    const { unticked, ...choices } = recall(vscode);
    this.unticked = new Set(unticked);
    this.current = { ...this.current, ...choices };
    this.remember();
    const local: BatchWebviewApi = { event: async (event) => this.onEvent(event) };
    this.rpc = new RpcEndpoint<RpcApi & BatchHostApi>(
      {
        post: (message) => vscode.postMessage(message),
        onMessage: (listener) => window.addEventListener('message', ({ data }) => listener(data)),
      },
      local,
    );
  }

  get state(): BatchState {
    return this.current;
  }

  /** Makes the plan anew, or tells of the one that is there. */
  async load(method: 'init' | 'replan'): Promise<void> {
    this.change({ phase: 'planning', problem: undefined, cancelling: false });
    try {
      this.take(await this.rpc.call(method, undefined));
    } catch (error) {
      this.change({ problem: RpcError.from(error), phase: 'problem' });
    }
  }

  /** Upscales in the order of the rows, so that the eye can follow. */
  async start(wanted: readonly string[]): Promise<void> {
    if (this.current.starting) return;
    const ids = inShownOrder(this.current, wanted);
    this.change({ starting: true });
    try {
      await this.rpc.call('start', { ids });
    } catch (error) {
      this.change({ starting: false });
      this.say(RpcError.from(error).message);
      return;
    }
    const { standing, filter } = this.current;
    this.change({
      starting: false,
      states: Object.fromEntries(ids.map((id) => [id, { state: 'waiting' as const }])),
      report: undefined,
      standing: standing ?? { done: 0, total: ids.length, paused: false, current: [] },
      phase: 'running',
      filter: { ...filter, shown: 'all' },
    });
  }

  async retry(): Promise<void> {
    const failed = new Set(failedOf(this.current));
    await this.load('replan');
    const ids =
      this.current.init?.plan.rows
        .filter(({ id, status }) => status === 'todo' && failed.has(id))
        .map(({ id }) => id) ?? [];
    if (ids.length > 0) await this.start(ids);
  }

  startTicked = (): void => void this.start([...this.current.ticked]);
  resumeInterrupted = (): void => void this.start(this.current.init?.plan.interrupted ?? []);
  pauseOrResume = (): void =>
    this.ask(this.current.standing?.paused ? 'resume' : 'pause', undefined);
  waitForOther = (): void => this.ask('wait', { ids: [...this.current.ticked] });
  skip = (id: string): void => this.ask('skip', { id });
  tell = (method: PlainMethod): void => this.ask(method, undefined);
  cancel = (): void => {
    this.tell('cancel');
    const { phase, standing } = this.current;
    if (phase === 'running' && !standing?.other) this.change({ cancelling: true });
  };

  tick(ids: readonly string[], on: boolean): void {
    const ticked = new Set(this.current.ticked);
    for (const id of ids) {
      (on ? ticked : this.unticked).add(id);
      (on ? this.unticked : ticked).delete(id);
    }
    this.change({ ticked });
    this.remember();
  }

  /** Ticks what the filter lets through, or takes the ticks away; the others stay as they are. */
  tickFiltered = (on: boolean): void =>
    this.tick(
      shownRows(this.current)
        .filter(({ status }) => status === 'todo')
        .map(({ id }) => id),
      on,
    );

  setFilter = (filter: BatchFilter): void => {
    this.change({ filter });
    this.remember();
  };

  setSort = (sort: Sort): void => {
    this.change({ sort });
    this.remember();
  };

  showEarlier = (earlier: boolean): void => this.change({ earlier });

  /** Opens the comparison of a result, of the first unless one is named; it leads to the others. */
  compare = (id?: string): void => {
    const results = resultsOf(this.current);
    const first = id ?? results[0];
    if (first === undefined) return;
    this.ask('compare', { id: first, ids: results.includes(first) ? results : [first] });
  };

  private take(init: BatchInit): void {
    const { rows } = init.plan;
    const known = new Set(rows.map(({ id }) => id));
    this.unticked = new Set([...this.unticked].filter((id) => known.has(id)));
    const ticked = rows.filter(({ id, selected }) => selected && !this.unticked.has(id));
    const { filter } = this.current;
    this.change({
      init,
      filter: typesOf(rows).includes(filter.type) ? filter : { ...filter, type: '' },
      states: init.states,
      standing: init.standing,
      report: init.report,
      phase: init.standing ? 'running' : 'plan',
      ticked: new Set(ticked.map(({ id }) => id)),
    });
  }

  private onEvent(event: BatchEventView): void {
    switch (event.kind) {
      case 'row': {
        const { id, state, message } = event;
        const row = { state, ...(message === undefined ? {} : { message }) };
        this.change({ states: { ...this.current.states, [id]: row } });
        break;
      }
      case 'standing':
        this.change({ standing: event.standing, phase: 'running' });
        break;
      case 'other': {
        // What was said stays: nobody did anything here.
        const { init, told } = this.current;
        const { other } = event;
        if (init) this.change({ init: { ...init, plan: { ...init.plan, other } }, told });
        break;
      }
      case 'planned':
        void this.load('init');
        break;
      case 'report':
        this.change({ standing: undefined, report: event.report });
        void this.afterRun();
    }
  }

  /** The plan is made anew: what was done is up to date now. */
  private async afterRun(): Promise<void> {
    const { states, report } = this.current;
    await this.load('init');
    const { phase } = this.current;
    // Where no plan can be made, as of a damaged lock, the report is all that there is.
    if (phase !== 'plan' && phase !== 'problem') return;
    this.change({ states, report });
    this.say(reportText(this.current));
  }

  private ask<M extends keyof BatchHostApi>(
    method: M,
    params: Parameters<BatchHostApi[M]>[0],
  ): void {
    this.rpc
      .call(method, params as never)
      .catch((error: unknown) => this.say(RpcError.from(error).message));
  }

  private change(part: Partial<BatchState>): void {
    this.current = { ...this.current, told: '', ...part };
    this.onChange();
  }

  private say(said: string): void {
    const shown = pageText(said);
    this.change({ said: shown, told: shown });
  }

  private remember(): void {
    const { filter, sort } = this.current;
    this.vscode.setState({ place: this.place, filter, sort, unticked: [...this.unticked] });
  }
}
