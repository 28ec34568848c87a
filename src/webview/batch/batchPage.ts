import type {
  BatchEventView,
  BatchHostApi,
  BatchInit,
  BatchReportView,
  BatchStanding,
  BatchWebviewApi,
} from '../../shared/batchProtocol';
import { RpcEndpoint, RpcError, type RpcApi } from '../../shared/rpc';
import { find } from '../find';
import {
  filtered,
  NO_FILTER,
  SHOWN,
  totalsOf,
  typeOf,
  type BatchFilter,
  type RowStates,
  type Shown,
} from './batchModel';
import { duration, fill, megabytes, readStrings } from './batchText';
import { RowList } from './rowList';

/** What VS Code gives a webview. */
export type WebviewApi = {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
};

type Phase = 'planning' | 'plan' | 'running' | 'problem';

/** The view of one batch: plan, run and report. */
export class BatchPage {
  private readonly strings = readStrings(document);
  private readonly rpc: RpcEndpoint<RpcApi & BatchHostApi>;
  private readonly list: RowList;
  private phase: Phase = 'planning';
  private init: BatchInit | undefined;
  private ticked = new Set<string>();
  private states: RowStates = {};
  private standing: BatchStanding | undefined;
  private report: BatchReportView | undefined;
  private problem: RpcError | undefined;
  private filter: BatchFilter = NO_FILTER;
  /** Ids that the person unticked, also over a restart. */
  private unticked = new Set<string>();
  private compared: string | undefined;

  constructor(private readonly vscode: WebviewApi) {
    this.recall();
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
    const text = find(document, '#filter', HTMLInputElement);
    const minimum = find(document, '#minimum', HTMLInputElement);
    const type = find(document, '#type', HTMLSelectElement);
    const shown = find(document, '#show', HTMLSelectElement);
    text.value = this.filter.text;
    minimum.value = String(this.filter.minimum);
    shown.value = this.filter.shown;
    const read = (): void => {
      const value = SHOWN.find((one) => one === shown.value) ?? 'all';
      this.setFilter({
        text: text.value,
        type: type.value,
        shown: value,
        minimum: Math.max(0, Number(minimum.value) || 0),
      });
    };
    for (const input of [text, minimum, type, shown]) input.addEventListener('input', read);
    on('tickShown', () => this.tick(this.shownTodo(), true));
    on('untickShown', () => this.tick(this.shownTodo(), false));
    on('start', () => void this.start([...this.ticked]));
    on('noticeAction', () => void this.start(this.init?.plan.interrupted ?? []));
    on('pause', () => this.ask(this.standing?.paused ? 'resume' : 'pause', undefined));
    on('cancel', () => this.ask('cancel', undefined));
    on('newPlan', () => void this.load('replan'));
    on('retry', () => void this.retry());
    on('compare', () => this.step(0));
    on('next', () => this.step(1));
    on('previous', () => this.step(-1));
    on('sourceControl', () => this.ask('openSourceControl', undefined));
    on('openRecipe', () => this.ask('openRecipe', undefined));
    on('manageTrust', () => this.ask('manageTrust', undefined));
    on('showLog', () => this.ask('showLog', undefined));
  }

  private async load(method: 'init' | 'replan'): Promise<void> {
    this.phase = 'planning';
    this.problem = undefined;
    this.render();
    try {
      this.take(await this.rpc.call(method, undefined));
    } catch (error) {
      this.problem = RpcError.from(error);
      this.phase = 'problem';
    }
    this.render();
  }

  private take(init: BatchInit): void {
    this.init = init;
    this.states = init.states;
    this.standing = init.standing;
    this.report = init.report;
    this.phase = init.standing ? 'running' : 'plan';
    const known = new Set(init.plan.rows.map(({ id }) => id));
    this.unticked = new Set([...this.unticked].filter((id) => known.has(id)));
    this.ticked = new Set(
      init.plan.rows
        .filter(({ id, selected }) => selected && !this.unticked.has(id))
        .map(({ id }) => id),
    );
    const types = [...new Set(init.plan.rows.map(({ input }) => typeOf(input)))].sort();
    const select = find(document, '#type', HTMLSelectElement);
    const all = select.options.item(0);
    select.replaceChildren(
      ...(all ? [all] : []),
      ...types.map((type) => new Option(type.toUpperCase(), type)),
    );
    select.value = types.includes(this.filter.type) ? this.filter.type : '';
  }

  private async start(ids: readonly string[]): Promise<void> {
    try {
      await this.rpc.call('start', { ids });
      this.states = Object.fromEntries(ids.map((id) => [id, { state: 'waiting' as const }]));
      this.report = undefined;
      this.standing ??= { done: 0, total: ids.length, paused: false, current: [] };
      this.phase = 'running';
      this.setShown('all');
    } catch (error) {
      this.say(RpcError.from(error).message);
    }
    this.render();
  }

  private async retry(): Promise<void> {
    const failed = new Set(
      Object.entries(this.states).flatMap(([id, { state }]) => (state === 'failed' ? [id] : [])),
    );
    await this.load('replan');
    const ids =
      this.init?.plan.rows
        .filter(({ id, status }) => status === 'todo' && failed.has(id))
        .map(({ id }) => id) ?? [];
    if (ids.length > 0) await this.start(ids);
  }

  private onEvent(event: BatchEventView): void {
    switch (event.kind) {
      case 'row':
        this.states = {
          ...this.states,
          [event.id]: {
            state: event.state,
            ...(event.message === undefined ? {} : { message: event.message }),
          },
        };
        break;
      case 'standing':
        this.standing = event.standing;
        this.phase = 'running';
        break;
      case 'report':
        this.standing = undefined;
        this.report = event.report;
        this.compared = undefined;
        void this.afterRun();
        return;
    }
    this.render();
  }

  /** The plan is made anew: what was done is up to date now. */
  private async afterRun(): Promise<void> {
    const { states, report } = this;
    await this.load('init');
    if (this.phase !== 'plan') return;
    this.states = states;
    this.report = report;
    this.render();
    this.say(this.reportText());
  }

  private tick(ids: readonly string[], on: boolean): void {
    for (const id of ids) {
      if (on) {
        this.ticked.add(id);
        this.unticked.delete(id);
      } else {
        this.ticked.delete(id);
        this.unticked.add(id);
      }
    }
    this.remember();
    this.render();
  }

  private shownTodo(): readonly string[] {
    return this.rows()
      .filter(({ status }) => status === 'todo')
      .map(({ id }) => id);
  }

  private rows(): ReturnType<typeof filtered> {
    return this.init ? filtered(this.init.plan.rows, this.filter, this.states) : [];
  }

  private setFilter(filter: BatchFilter): void {
    this.filter = filter;
    this.remember();
    this.render();
  }

  private setShown(shown: Shown): void {
    find(document, '#show', HTMLSelectElement).value = shown;
    this.filter = { ...this.filter, shown };
  }

  /** Steps through the results in the comparison. */
  private step(by: number): void {
    const done = this.results();
    if (done.length === 0) return;
    const at = this.compared === undefined ? -1 : done.indexOf(this.compared);
    const next = done[by === 0 || at < 0 ? 0 : (at + by + done.length) % done.length];
    if (next !== undefined) this.compare(next);
  }

  private results(): readonly string[] {
    return (
      this.init?.plan.rows
        .filter(
          ({ id, status }) =>
            this.states[id]?.state === 'done' ||
            (Object.keys(this.states).length === 0 && status === 'done'),
        )
        .map(({ id }) => id) ?? []
    );
  }

  private compare(id: string): void {
    this.compared = id;
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

  private render(): void {
    const { phase, strings: s, init, standing, report } = this;
    document.body.dataset.phase = phase;
    document.body.setAttribute('aria-busy', String(phase === 'planning'));
    const show = (id: string, on: boolean): void =>
      void (find(document, `#${id}`, HTMLElement).hidden = !on);
    const isPlan = phase === 'plan';
    const rows = this.rows();
    const hasRows = (init?.plan.rows.length ?? 0) > 0;
    const inTable = phase === 'plan' || phase === 'running';
    show('planning', phase === 'planning');
    show('problem', phase === 'problem');
    show('table', inTable && rows.length > 0);
    show('empty', inTable && rows.length === 0);
    find(document, '#empty', HTMLElement).textContent = hasRows ? s.emptyFilter : s.empty;
    find(document, '#problem', HTMLElement).textContent = this.problem
      ? `${this.problem.message} ${this.problem.hint ?? ''}`.trim()
      : '';
    const failed = Object.values(this.states).some(({ state }) => state === 'failed');
    const results = this.results().length;
    for (const id of ['tickShown', 'untickShown']) show(id, isPlan && hasRows);
    show('start', isPlan && hasRows);
    show('pause', phase === 'running');
    show('cancel', phase === 'running' || phase === 'planning');
    show('newPlan', isPlan || phase === 'problem');
    show('retry', isPlan && failed);
    show('compare', isPlan && results > 0);
    for (const id of ['next', 'previous'])
      show(id, isPlan && results > 1 && this.compared !== undefined);
    show('sourceControl', isPlan && report !== undefined);
    show(
      'openRecipe',
      (isPlan && init?.plan.hasRecipe === true) || this.problem?.code === 'recipe',
    );
    show('showLog', phase === 'problem' || (isPlan && failed));
    show('bar', phase === 'running');
    const start = find(document, '#start', HTMLButtonElement);
    start.disabled = this.ticked.size === 0;
    start.title = this.ticked.size === 0 ? s.nothing : fill(s.startHint, this.ticked.size);
    find(document, '#pause', HTMLElement).textContent = standing?.paused ? s.resume : s.pause;
    find(document, '#cancel', HTMLElement).textContent = phase === 'planning' ? s.stop : s.cancel;
    find(document, '#newPlan', HTMLElement).textContent = phase === 'problem' ? s.again : s.newPlan;
    this.renderNotice();
    find(document, '#subtitle', HTMLElement).textContent = init && inTable ? this.subtitle() : '';
    find(document, '#totals', HTMLElement).textContent =
      phase === 'running'
        ? this.standingText()
        : isPlan && report
          ? this.reportText()
          : isPlan && init
            ? this.totalsText()
            : '';
    const share =
      standing && standing.total > 0
        ? (standing.done + standing.current.reduce((sum, one) => sum + one.share, 0)) /
          standing.total
        : 0;
    find(document, '#bar', HTMLElement).setAttribute(
      'aria-valuenow',
      String(Math.round(share * 100)),
    );
    find(document, '#barFill', HTMLElement).style.width =
      `${Math.min(100, share * 100).toFixed(1)}%`;
    this.list.show({
      rows: inTable ? rows : [],
      ticked: this.ticked,
      states: this.states,
      standing,
      canTick: isPlan,
    });
  }

  private renderNotice(): void {
    const { strings: s, init, phase } = this;
    const isUnread = phase === 'plan' && init?.plan.hasUnreadRecipe === true;
    find(document, '#trustNotice', HTMLElement).hidden = !isUnread;
    find(document, '#manageTrust', HTMLElement).hidden = !isUnread;
    const interrupted = phase === 'plan' && !this.report ? (init?.plan.interrupted.length ?? 0) : 0;
    find(document, '#notice', HTMLElement).hidden = interrupted === 0;
    find(document, '#noticeAction', HTMLElement).hidden = interrupted === 0;
    find(document, '#noticeText', HTMLElement).textContent =
      interrupted === 0 ? '' : fill(s.interrupted, interrupted);
  }

  private subtitle(): string {
    const { strings: s, init } = this;
    if (!init) return '';
    const { rows, otherFiles, orphans, hasRecipe } = init.plan;
    const count = (status: string): number => rows.filter((row) => row.status === status).length;
    return [
      fill(s.counts, count('todo'), count('done'), count('skip')),
      ...(otherFiles > 0 ? [fill(s.otherFiles, otherFiles)] : []),
      ...(orphans > 0 ? [fill(s.orphans, orphans)] : []),
      ...(hasRecipe ? [s.recipe] : []),
    ].join(' · ');
  }

  private totalsText(): string {
    const { strings: s, init } = this;
    if (!init) return '';
    const { count, megapixels, bytes, seconds } = totalsOf(init.plan, this.ticked);
    if (this.ticked.size === 0) return s.nothing;
    const size = megabytes(bytes, s);
    const pixels = megapixels < 10 ? megapixels.toFixed(1) : String(Math.round(megapixels));
    return seconds === undefined
      ? fill(s.totals, count, pixels, size)
      : fill(s.totalsTime, count, pixels, size, duration(seconds, s), init.plan.device ?? '');
  }

  private standingText(): string {
    const { strings: s, standing } = this;
    if (!standing) return '';
    const [first] = standing.current;
    const name = this.init?.plan.rows.find(({ id }) => id === first?.id)?.input;
    return [
      fill(s.progress, standing.done, standing.total),
      ...(standing.paused ? [s.paused] : []),
      ...(name === undefined ? [] : [name.slice(name.lastIndexOf('/') + 1)]),
      ...(standing.megapixelsPerSecond === undefined
        ? []
        : [fill(s.pace, standing.megapixelsPerSecond.toFixed(1))]),
      ...(standing.secondsLeft === undefined || standing.paused
        ? []
        : [fill(s.left, duration(standing.secondsLeft, s))]),
    ].join(' · ');
  }

  private reportText(): string {
    const { strings: s, report } = this;
    if (!report) return '';
    return [
      ...(report.cancelled ? [s.reportCancelled] : []),
      fill(s.report, report.done, duration(report.seconds, s)),
      ...(report.failed > 0 ? [fill(s.reportFailed, report.failed)] : []),
    ].join(' ');
  }

  private say(text: string): void {
    find(document, '#announcements', HTMLElement).textContent = text;
    if (this.phase !== 'running') find(document, '#totals', HTMLElement).textContent = text;
  }

  private remember(): void {
    const place: unknown = JSON.parse(
      document.querySelector('meta[name=pisa-upscale-place]')?.getAttribute('content') ?? 'null',
    );
    this.vscode.setState({ place, filter: this.filter, unticked: [...this.unticked] });
  }

  private recall(): void {
    const state = this.vscode.getState();
    if (typeof state === 'object' && state !== null) {
      const { filter, unticked } = state as {
        readonly filter?: unknown;
        readonly unticked?: unknown;
      };
      if (isFilter(filter)) this.filter = filter;
      if (Array.isArray(unticked))
        this.unticked = new Set(unticked.filter((id): id is string => typeof id === 'string'));
    }
    this.remember();
  }
}

function isFilter(value: unknown): value is BatchFilter {
  if (typeof value !== 'object' || value === null) return false;
  const { text, type, shown, minimum } = value as { readonly [key: string]: unknown };
  return (
    typeof text === 'string' &&
    typeof type === 'string' &&
    typeof minimum === 'number' &&
    SHOWN.some((one) => one === shown)
  );
}
