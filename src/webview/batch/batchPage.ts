import type {
  BatchEventView,
  BatchHostApi,
  BatchInit,
  BatchWebviewApi,
} from '../../shared/batchProtocol';
import { RpcEndpoint, RpcError, type RpcApi } from '../../shared/rpc';
import { find } from '../find';
import { recall, remember, type WebviewApi } from './batchMemory';
import { NO_FILTER, typesOf, type BatchFilter } from './batchModel';
import { failedOf, resultsOf, shownRows, type BatchState } from './batchState';
import { readStrings } from './batchText';
import { renderBatch } from './batchView';
import { reportText } from './batchWords';
import { RowList } from './rowList';

/** The view of one batch: plan, run and report. */
export class BatchPage {
  private readonly strings;
  private readonly rpc: RpcEndpoint<RpcApi & BatchHostApi>;
  private readonly list: RowList;
  private state: BatchState = {
    phase: 'planning',
    init: undefined,
    ticked: new Set(),
    states: {},
    standing: undefined,
    report: undefined,
    problem: undefined,
    filter: NO_FILTER,
    compared: undefined,
  };
  /** Ids that the person unticked, also over a restart. */
  private unticked: Set<string>;

  constructor(
    private readonly vscode: WebviewApi,
    /** The place of the batch, which the host needs to make the view anew, and all text. */
    private readonly given: { readonly place?: unknown; readonly strings?: unknown },
  ) {
    this.strings = readStrings(given.strings);
    const { filter = NO_FILTER, unticked } = recall(vscode);
    this.unticked = new Set(unticked);
    this.state = { ...this.state, filter };
    this.remember();
    const local: BatchWebviewApi = { event: async (event) => this.onEvent(event) };
    this.rpc = new RpcEndpoint<RpcApi & BatchHostApi>(
      {
        post: (message) => vscode.postMessage(message),
        onMessage: (listener) => window.addEventListener('message', ({ data }) => listener(data)),
      },
      local,
    );
    this.list = new RowList(this.strings, {
      tick: (id, on) => this.tick([id], on),
      skip: (id) => this.ask('skip', { id }),
      compare: (id) => this.compare(id),
    });
    this.listen();
    void this.load('init');
  }

  private listen(): void {
    const on = (id: string, action: () => void): void =>
      find(document, `#${id}`, HTMLElement).addEventListener('click', action);
    const asks = (id: string, method: PlainMethod): void =>
      on(id, () => this.ask(method, undefined));
    on('tickShown', () => this.tick(this.shownTodo(), true));
    on('untickShown', () => this.tick(this.shownTodo(), false));
    on('start', () => void this.start([...this.state.ticked]));
    on('noticeAction', () => void this.start(this.state.init?.plan.interrupted ?? []));
    on('pause', () => this.ask(this.state.standing?.paused ? 'resume' : 'pause', undefined));
    on('wait', () => this.ask('wait', { ids: [...this.state.ticked] }));
    on('newPlan', () => void this.load('replan'));
    on('retry', () => void this.retry());
    on('compare', () => this.step(0));
    on('next', () => this.step(1));
    on('previous', () => this.step(-1));
    asks('cancel', 'cancel');
    asks('watch', 'watch');
    asks('sourceControl', 'openSourceControl');
    asks('openRecipe', 'openRecipe');
    asks('manageTrust', 'manageTrust');
    asks('showLog', 'showLog');
  }

  private async load(method: 'init' | 'replan'): Promise<void> {
    this.change({ phase: 'planning', problem: undefined });
    try {
      this.take(await this.rpc.call(method, undefined));
    } catch (error) {
      this.change({ problem: RpcError.from(error), phase: 'problem' });
    }
  }

  private take(init: BatchInit): void {
    const { rows } = init.plan;
    const known = new Set(rows.map(({ id }) => id));
    this.unticked = new Set([...this.unticked].filter((id) => known.has(id)));
    const ticked = rows.filter(({ id, selected }) => selected && !this.unticked.has(id));
    const { filter } = this.state;
    const isType = typesOf(rows).includes(filter.type);
    this.change({
      init,
      filter: isType ? filter : { ...filter, type: '' },
      states: init.states,
      standing: init.standing,
      report: init.report,
      phase: init.standing ? 'running' : 'plan',
      ticked: new Set(ticked.map(({ id }) => id)),
    });
  }

  private async start(ids: readonly string[]): Promise<void> {
    try {
      await this.rpc.call('start', { ids });
    } catch (error) {
      this.say(RpcError.from(error).message);
      return;
    }
    this.change({
      states: Object.fromEntries(ids.map((id) => [id, { state: 'waiting' as const }])),
      report: undefined,
      standing: this.state.standing ?? { done: 0, total: ids.length, paused: false, current: [] },
      phase: 'running',
      filter: { ...this.state.filter, shown: 'all' },
    });
  }

  private async retry(): Promise<void> {
    const failed = new Set(failedOf(this.state));
    await this.load('replan');
    const ids =
      this.state.init?.plan.rows
        .filter(({ id, status }) => status === 'todo' && failed.has(id))
        .map(({ id }) => id) ?? [];
    if (ids.length > 0) await this.start(ids);
  }

  private onEvent(event: BatchEventView): void {
    switch (event.kind) {
      case 'row': {
        const { id, state, message } = event;
        const row = { state, ...(message === undefined ? {} : { message }) };
        this.change({ states: { ...this.state.states, [id]: row } });
        break;
      }
      case 'standing':
        this.change({ standing: event.standing, phase: 'running' });
        break;
      case 'other': {
        const { init } = this.state;
        if (init) this.change({ init: { ...init, plan: { ...init.plan, other: event.other } } });
        break;
      }
      case 'planned':
        void this.load('init');
        break;
      case 'report':
        this.change({ standing: undefined, report: event.report, compared: undefined });
        void this.afterRun();
    }
  }

  /** The plan is made anew: what was done is up to date now. */
  private async afterRun(): Promise<void> {
    const { states, report } = this.state;
    await this.load('init');
    if (this.state.phase !== 'plan') return;
    this.change({ states, report });
    this.say(reportText(this.state, this.strings));
  }

  private tick(ids: readonly string[], on: boolean): void {
    const ticked = new Set(this.state.ticked);
    for (const id of ids) {
      (on ? ticked : this.unticked).add(id);
      (on ? this.unticked : ticked).delete(id);
    }
    this.change({ ticked });
    this.remember();
  }

  private shownTodo(): readonly string[] {
    return shownRows(this.state)
      .filter(({ status }) => status === 'todo')
      .map(({ id }) => id);
  }

  private setFilter(filter: BatchFilter): void {
    this.change({ filter });
    this.remember();
  }

  /** Steps through the results in the comparison. */
  private step(by: number): void {
    const done = resultsOf(this.state);
    if (done.length === 0) return;
    const { compared } = this.state;
    const at = compared === undefined ? -1 : done.indexOf(compared);
    const next = done[by === 0 || at < 0 ? 0 : (at + by + done.length) % done.length];
    if (next !== undefined) this.compare(next);
  }

  private compare(id: string): void {
    this.change({ compared: id });
    this.ask('compare', { id });
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
    this.state = { ...this.state, ...part };
    renderBatch(this.state, this.strings, this.list, (filter) => this.setFilter(filter));
  }

  private say(text: string): void {
    find(document, '#announcements', HTMLElement).textContent = text;
    if (this.state.phase !== 'running') find(document, '#totals', HTMLElement).textContent = text;
  }

  private remember(): void {
    remember(this.vscode, this.given.place, {
      filter: this.state.filter,
      unticked: [...this.unticked],
    });
  }
}

/** Methods of the host that take no parameters. */
type PlainMethod = {
  [M in keyof BatchHostApi]: Parameters<BatchHostApi[M]>[0] extends undefined ? M : never;
}[keyof BatchHostApi];
