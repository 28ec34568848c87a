import * as vscode from 'vscode';
import type { Batch } from '../../batch/batch';
import type { BatchEvent, BatchRun } from '../../batch/batchRun';
import { BatchMeter } from '../../batch/meter';
import { RecipeError } from '../../batch/recipe';
import type { TextPosition } from '../../batch/recipeReader';
import { relativePath } from '../../batch/paths';
import type { RunEntry } from '../../batch/runs/runEntry';
import { RunBusyError } from '../../batch/runs/runRegistry';
import type { Plan, PlanItem, Report } from '../../batch/types';
import type { EngineClient } from '../../client/engineClient';
import type {
  BatchEventView,
  BatchHostApi,
  BatchInit,
  BatchReportView,
  BatchRowState,
  BatchStanding,
} from '../../shared/batchProtocol';
import { RpcError } from '../../shared/rpc';
import type { ComparisonPanels } from '../comparison/comparisonPanels';
import type { EngineSupervisor } from '../engineSupervisor';
import { Throttle } from '../jobs/throttle';
import type { Log } from '../log';
import type { WorkStatus } from '../status/workStatus';
import type { BatchPlace, BatchSurroundings } from './batchPlace';
import { batchHostApi } from './batchHostApi';
import { logReport, planProblem, reportView } from './batchReport';
import { sentences } from './batchPlanView';
import { makePlanned, type Planned } from './makePlanned';
import { resultPair } from './resultPair';
import { OtherRun, type OtherMode, type RowStates } from './otherRun';
import { otherRunText } from './otherRunWatch';

export type BatchHostServices = BatchSurroundings & {
  readonly engine: EngineSupervisor;
  readonly log: Log;
  readonly panels: ComparisonPanels;
  readonly status: Pick<WorkStatus, 'begin' | 'computedOn'>;
};

const STANDING_INTERVAL_MS = 150;

/** One batch from plan to report. It goes on without a view; `listen` brings one up to date. */
export class BatchHost {
  private planned: Omit<Planned, 'other'> | undefined;
  private planning:
    | { readonly controller: AbortController; readonly promise: Promise<void> }
    | undefined;
  /** A run that is about to begin: whoever starts it once more starts the same. */
  private starting: Promise<void> | undefined;
  private running: { readonly run: BatchRun; readonly meter: BatchMeter } | undefined;
  /** A run of another process that is in the way, and whether it is shown or waited for. */
  private other: OtherRun | undefined;
  private recipeProblem: TextPosition | undefined;
  private states: RowStates = {};
  private lastReport: BatchReportView | undefined;
  private listener: (event: BatchEventView) => void = () => undefined;

  constructor(
    readonly place: BatchPlace,
    private readonly services: BatchHostServices,
    /** The address of a file for the view's `img`. */
    private readonly addressOf: (file: string) => string,
    private readonly onChange: () => void,
  ) {}

  /** Whether it runs, or will when another run has ended. */
  get isRunning(): boolean {
    return (
      this.running !== undefined || this.starting !== undefined || this.other?.mode === 'waits'
    );
  }

  /** Where the run is; undefined when none runs. */
  get standing(): BatchStanding | undefined {
    if (!this.running) return this.other?.standing;
    const { run, meter } = this.running;
    const { megapixelsPerSecond, secondsLeft, ...rest } = meter.standing();
    return {
      ...rest,
      paused: run.paused,
      ...(megapixelsPerSecond === undefined ? {} : { megapixelsPerSecond }),
      ...(secondsLeft === undefined ? {} : { secondsLeft }),
    };
  }

  listen(listener: (event: BatchEventView) => void): void {
    this.listener = (event) => {
      try {
        listener(event);
      } catch (error) {
        this.services.log.error('batch', error);
      }
    };
  }

  /** The methods as the view calls them; also every test. */
  api(): BatchHostApi {
    return batchHostApi(this.place.root, {
      init: async () => {
        if (!this.planned) await (this.planning?.promise ?? this.makePlan());
        await this.begun();
        return this.init();
      },
      replan: async () => {
        await this.begun();
        if (this.running) return this.init();
        this.states = {};
        this.lastReport = undefined;
        await this.makePlan();
        return this.init();
      },
      start: (ids) => this.start(ids),
      pause: async () => {
        await this.begun();
        this.running?.run.pause();
      },
      resume: async () => {
        await this.begun();
        this.running?.run.resume();
      },
      cancel: async () => {
        this.planning?.controller.abort();
        await this.begun();
        this.running?.run.cancel();
        this.follow('told');
      },
      skip: (id) => this.running?.run.skip(id),
      watch: () => this.follow('shown'),
      wait: (ids) => this.follow('waits', ids),
      compare: (id, ids) => this.compare(id, ids),
      showLog: () => this.services.log.show(),
      recipeProblem: () => this.recipeProblem,
    });
  }

  /**
   * Goes on with a run that was interrupted, if there is one. A view that asks meanwhile is told when
   * that runs. Never rejects: why it can't be done is in the log, and the view says what it can.
   */
  async goOn(): Promise<void> {
    if (this.running) return;
    await this.beginOnce(async () => {
      await (this.planning?.promise ?? this.makePlan());
      const { interrupted = [] } = this.planned?.view ?? {};
      if (interrupted.length > 0) await this.begin(interrupted);
    }).catch((error: unknown) => this.services.log.warn(RpcError.from(error).message));
  }

  /** A setting has another value: what was planned with the old one is planned anew. */
  settingsChanged(): void {
    if (this.running || this.starting || this.other || (!this.planned && !this.planning)) return;
    this.states = {};
    this.lastReport = undefined;
    void this.makePlan()
      .catch((error: unknown) => this.services.log.warn(RpcError.from(error).message))
      .finally(() => this.listener({ kind: 'planned' }));
  }

  /** The view is gone. What runs or waits goes on. */
  rest(): void {
    if (this.other?.mode !== 'waits') this.forgetOther();
  }

  /** Ends what runs; it can go on when the window comes back. */
  dispose(): void {
    this.planning?.controller.abort();
    void this.begun().then(() => this.running?.run.abandon());
    this.forgetOther();
  }

  private init(): BatchInit {
    if (!this.planned) throw new RpcError({ code: 'cancelled', message: 'Canceled.' });
    const { standing } = this;
    return {
      plan: { ...this.planned.view, ...(this.other ? { other: this.other.view } : {}) },
      states: this.states,
      ...(standing ? { standing } : {}),
      ...(this.lastReport ? { report: this.lastReport } : {}),
    };
  }

  private makePlan(): Promise<void> {
    this.planning?.controller.abort();
    const controller = new AbortController();
    this.recipeProblem = undefined;
    const promise = this.services.engine
      .use((client) => this.plan(client, controller.signal))
      .catch((error: unknown) => {
        if (controller.signal.aborted)
          throw new RpcError({ code: 'cancelled', message: vscode.l10n.t('Stopped.') });
        if (error instanceof RecipeError) this.recipeProblem = error.position;
        throw planProblem(error);
      });
    const planning = { controller, promise };
    this.planning = planning;
    const over = (): void => {
      if (this.planning === planning) this.planning = undefined;
    };
    promise.then(over, over);
    return promise;
  }

  private async plan(client: EngineClient, signal: AbortSignal): Promise<void> {
    const { batch, plan, view, other } = await makePlanned(
      this.place,
      this.services,
      client,
      this.addressOf,
      signal,
    );
    if (!other && batch.unfinished && view.interrupted.length === 0)
      await batch
        .settle()
        .catch((error: unknown) => this.services.log.warn(RpcError.from(error).message));
    signal.throwIfAborted();
    // Nobody starts what is still being settled.
    this.planned = { batch, plan, view };
    if (other) this.attend(batch, plan, other);
  }

  private async start(ids: readonly string[]): Promise<void> {
    if (!this.running) await this.beginOnce(() => this.begin(ids));
  }

  /** What has been begun is waited for, and not begun again. */
  private beginOnce(begin: () => Promise<void>): Promise<void> {
    this.starting ??= begin().finally(() => {
      this.starting = undefined;
    });
    return this.starting;
  }

  /** Resolves when nothing is about to begin, whatever became of it. */
  private begun(): Promise<void> {
    return this.starting?.catch(() => undefined) ?? Promise.resolve();
  }

  private async begin(ids: readonly string[]): Promise<void> {
    if (!this.planned)
      throw new RpcError({ code: 'no-plan', message: vscode.l10n.t('There is no plan yet.') });
    const { batch, plan } = this.planned;
    const known = new Set(plan.items.filter(({ status }) => status === 'todo').map(({ id }) => id));
    const wanted = new Set(ids.filter((id) => known.has(id)));
    if (wanted.size === 0)
      throw new RpcError({
        code: 'nothing-ticked',
        message: vscode.l10n.t('Nothing is selected.'),
      });
    const meter = new BatchMeter(plan.items.filter(({ id }) => wanted.has(id)));
    const told = new Throttle<undefined>(STANDING_INTERVAL_MS, () => this.tellStanding());
    this.states = Object.fromEntries([...wanted].map((id) => [id, { state: 'waiting' as const }]));
    this.lastReport = undefined;
    const { run, report } = await batch
      .start(plan, wanted, (event) => {
        meter.add(event);
        this.tellRow(event);
        told.submit(undefined);
      })
      .catch((error: unknown) => {
        this.states = {};
        if (!(error instanceof RunBusyError)) throw error;
        this.attend(batch, plan, error.other);
        throw new RpcError({
          code: 'run-busy',
          message: otherRunText(error.other, this.place.root),
        });
      });
    this.forgetOther();
    this.running = { run, meter };
    this.onChange();
    // The client stays the same as long as the run needs it.
    void this.services.engine
      .use(() => report)
      .then((result) => this.ended(result))
      .catch((error: unknown) => {
        const problem = RpcError.from(error);
        this.ended({ outcomes: [], seconds: 0, cancelled: false, problem });
      })
      .finally(() => told.dispose());
  }

  private ended(made: Report): void {
    const { running } = this;
    this.running = undefined;
    if (running?.run.abandoned) return;
    this.planned = undefined;
    this.lastReport = reportView(made);
    logReport(this.services.log, made);
    const last = made.outcomes.findLast(({ device }) => device !== undefined);
    if (last?.device) this.services.status.computedOn(last.device, last.server);
    // The plan that is shown next knows what was made.
    const states = this.states;
    const report = this.lastReport;
    void this.makePlan()
      .catch((error: unknown) => this.services.log.error('batch', error))
      .finally(() => {
        this.states = states;
        this.listener({ kind: 'report', report });
        this.onChange();
      });
  }

  private tellRow(event: BatchEvent): void {
    if (event.kind !== 'started' && event.kind !== 'finished') return;
    const id = event.kind === 'started' ? event.id : event.outcome.id;
    const state: BatchRowState = event.kind === 'started' ? 'running' : event.outcome.state;
    const message =
      event.kind === 'finished' && event.outcome.message !== undefined
        ? sentences(event.outcome.message, event.outcome.hint)
        : undefined;
    this.states[id] = { state, ...(message === undefined ? {} : { message }) };
    this.listener({ kind: 'row', id, state, ...(message === undefined ? {} : { message }) });
  }

  private tellStanding(): void {
    const { standing } = this;
    if (!standing) return;
    this.listener({ kind: 'standing', standing });
    this.onChange();
  }

  /** Keeps an eye on a run that is in the way. */
  private attend(batch: Batch, { allowed }: Plan, other: RunEntry): void {
    if (this.other) return;
    const { root } = this.place;
    this.other = new OtherRun({ text: otherRunText(other, root), done: 0 }, root, {
      inTheWay: () => batch.inTheWay(),
      idOf: (file) => relativePath(allowed, file),
      tell: (event) => {
        if (event.kind === 'row') this.states[event.id] = { state: event.state };
        this.listener(event);
        if (event.kind === 'standing') this.onChange();
      },
      onEnd: () => void this.otherEnded(),
    });
  }

  private forgetOther(): void {
    this.other?.dispose();
    this.other = undefined;
  }

  /** Shows the run that is in the way instead of the plan. When it has ended already, all is well. */
  private follow(mode: OtherMode, ids: readonly string[] = []): void {
    if (this.running || !this.other || this.other.mode === mode) return;
    this.other.follow(mode, ids);
    this.states = mode === 'told' ? {} : this.other.states;
    this.listener({ kind: 'planned' });
    this.onChange();
  }

  /** What is left is another plan's. */
  private async otherEnded(): Promise<void> {
    const { mode = 'told', wanted = [] } = this.other ?? {};
    const before = this.planned?.plan;
    this.forgetOther();
    await this.begun();
    if (this.running) return;
    this.states = {};
    await this.makePlan()
      .then(() => (mode === 'waits' ? this.startLeft(wanted, before) : undefined))
      .catch((error: unknown) => this.services.log.error('batch', error));
    this.listener({ kind: 'planned' });
    this.onChange();
  }

  /**
   * Starts what is still to do of these and lies there as it did when it was ticked: what the other
   * run has made is not made again. A third run may have been quicker.
   */
  private async startLeft(ids: readonly string[], before: Plan | undefined): Promise<void> {
    const items = this.planned?.plan.items ?? [];
    const stateOf = (item: PlanItem | undefined): string =>
      `${item?.status ?? ''} ${item?.existingHash ?? ''}`;
    const was = new Map(before?.items.map((item) => [item.id, stateOf(item)]));
    const now = new Map(items.map((item) => [item.id, stateOf(item)]));
    const left = ids.filter((id) => now.has(id) && now.get(id) === was.get(id));
    if (left.length === 0) return;
    await this.start(left).catch((error: unknown) => {
      if (RpcError.from(error).code !== 'run-busy') throw error;
      this.follow('waits', left);
    });
  }

  private async compare(id: string, ids: readonly string[]): Promise<void> {
    const pair = this.planned && resultPair(this.planned.plan, id, ids);
    if (!pair)
      throw new RpcError({
        code: 'unknown-row',
        message: vscode.l10n.t('There is no such result.'),
      });
    await this.services.panels.show(pair);
  }
}
