import path from 'node:path';
import * as vscode from 'vscode';
import { Batch } from '../../batch/batch';
import type { BatchEvent, BatchRun } from '../../batch/batchRun';
import { BatchMeter } from '../../batch/meter';
import { RecipeError } from '../../batch/recipe';
import { RecordsError } from '../../batch/records';
import type { Plan, PlanItem, Report } from '../../batch/types';
import type { EngineClient } from '../../client/engineClient';
import type {
  BatchEventView,
  BatchHostApi,
  BatchInit,
  BatchPlanView,
  BatchReportView,
  BatchRow,
  BatchRowState,
  BatchStanding,
} from '../../shared/batchProtocol';
import { RpcError } from '../../shared/rpc';
import { pairOf } from '../comparison/comparison';
import type { ComparisonPanels } from '../comparison/comparisonPanels';
import { deviceName } from '../devices/deviceNames';
import type { EngineSupervisor } from '../engineSupervisor';
import { Throttle } from '../jobs/throttle';
import type { Log } from '../log';
import {
  hasRecipe,
  nameOf,
  requestFor,
  type BatchPlace,
  type BatchSurroundings,
} from './batchPlace';
import { idParam, idsParam, nothing } from './batchRequests';

export type BatchHostServices = BatchSurroundings & {
  readonly engine: EngineSupervisor;
  readonly log: Log;
  readonly panels: ComparisonPanels;
};

const STANDING_INTERVAL_MS = 150;

/** One batch from plan to report. It goes on without a view; `listen` brings one up to date. */
export class BatchHost {
  private planned:
    { readonly batch: Batch; readonly plan: Plan; readonly view: BatchPlanView } | undefined;
  private planning:
    { readonly controller: AbortController; readonly promise: Promise<void> } | undefined;
  private running: { readonly run: BatchRun; readonly meter: BatchMeter } | undefined;
  private states: Record<string, { readonly state: BatchRowState; readonly message?: string }> = {};
  private lastReport: BatchReportView | undefined;
  private listener: (event: BatchEventView) => void = () => undefined;

  constructor(
    readonly place: BatchPlace,
    private readonly services: BatchHostServices,
    /** The address of a file for the view's `img`. */
    private readonly addressOf: (file: string) => string,
    private readonly onChange: () => void,
  ) {}

  get isRunning(): boolean {
    return this.running !== undefined;
  }

  /** Where the run is; undefined when none runs. */
  get standing(): BatchStanding | undefined {
    if (!this.running) return undefined;
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
    return {
      init: async (params) => {
        nothing(params);
        if (!this.planned) await (this.planning?.promise ?? this.makePlan());
        return this.init();
      },
      replan: async (params) => {
        nothing(params);
        if (this.running) return this.init();
        this.states = {};
        this.lastReport = undefined;
        await this.makePlan();
        return this.init();
      },
      start: async (params) => this.start(idsParam(params)),
      pause: async (params) => {
        nothing(params);
        this.running?.run.pause();
      },
      resume: async (params) => {
        nothing(params);
        this.running?.run.resume();
      },
      cancel: async (params) => {
        nothing(params);
        this.planning?.controller.abort();
        this.running?.run.cancel();
      },
      skip: async (params) => {
        const id = idParam(params);
        this.running?.run.skip(id);
      },
      compare: async (params) => this.compare(idParam(params)),
      openSourceControl: async (params) => {
        nothing(params);
        await vscode.commands.executeCommand('workbench.view.scm');
      },
      openRecipe: async (params) => {
        nothing(params);
        await vscode.window.showTextDocument(
          vscode.Uri.file(path.join(this.place.root, '.pisa-upscale.json')),
        );
      },
      manageTrust: async (params) => {
        nothing(params);
        await vscode.commands.executeCommand('workbench.trust.manage');
      },
      showLog: async (params) => {
        nothing(params);
        this.services.log.show();
      },
    };
  }

  /** Ends what runs; it can go on when the window comes back. */
  dispose(): void {
    this.planning?.controller.abort();
    this.running?.run.abandon();
  }

  private init(): BatchInit {
    if (!this.planned) throw new RpcError({ code: 'cancelled', message: 'Cancelled.' });
    const { standing } = this;
    return {
      plan: this.planned.view,
      states: this.states,
      ...(standing ? { standing } : {}),
      ...(this.lastReport ? { report: this.lastReport } : {}),
    };
  }

  private makePlan(): Promise<void> {
    this.planning?.controller.abort();
    const controller = new AbortController();
    const promise = this.services.engine
      .use((client) => this.plan(client, controller.signal))
      .catch((error: unknown) => {
        if (controller.signal.aborted)
          throw new RpcError({ code: 'cancelled', message: vscode.l10n.t('Stopped.') });
        if (error instanceof RecipeError)
          throw new RpcError({
            code: 'recipe',
            message: error.message,
            hint: vscode.l10n.t('Correct the recipe, then look again.'),
          });
        if (error instanceof RecordsError)
          throw new RpcError({ code: 'lock', message: error.message });
        throw error;
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
    const request = await requestFor(this.place, this.services);
    const batch = new Batch(request, client);
    const plan = await batch.plan(signal);
    const todo = plan.items.some(({ status }) => status === 'todo');
    const { model } = request.settingsFor('');
    const pace = todo
      ? await client.pace({ model, device: request.device }, { signal }).catch(() => undefined)
      : undefined;
    signal.throwIfAborted();
    const open = new Set(plan.items.filter(({ status }) => status === 'todo').map(({ id }) => id));
    this.planned = {
      batch,
      plan,
      view: {
        folder: nameOf(this.place),
        rows: plan.items.map((item) => this.row(item, plan)),
        otherFiles: plan.otherFiles,
        hasRecipe: plan.recipe !== undefined,
        hasUnreadRecipe: !this.services.isTrusted() && (await hasRecipe(this.place)),
        orphans: plan.orphans.length,
        ...(pace?.secondsPerPixel === undefined
          ? {}
          : { secondsPerPixel: pace.secondsPerPixel, device: deviceName(pace.device) }),
        interrupted: batch.unfinished?.header.ids.filter((id) => open.has(id)) ?? [],
      },
    };
  }

  private row(
    {
      id,
      input,
      output,
      inputBytes,
      size,
      outputSize,
      frames,
      status,
      selected,
      reason,
      message,
    }: PlanItem,
    { root }: Plan,
  ): BatchRow {
    return {
      id,
      input,
      output,
      bytes: inputBytes,
      frames: frames ?? 1,
      status,
      selected,
      picture: reason === 'outside' ? '' : this.addressOf(path.join(root, input)),
      ...(size ? { size } : {}),
      ...(outputSize ? { outputSize } : {}),
      ...(reason === undefined ? {} : { reason }),
      ...(message === undefined ? {} : { message }),
    };
  }

  private async start(ids: readonly string[]): Promise<void> {
    if (this.running) return;
    if (!this.planned)
      throw new RpcError({ code: 'no-plan', message: vscode.l10n.t('There is no plan yet.') });
    const { batch, plan } = this.planned;
    const known = new Set(plan.items.filter(({ status }) => status === 'todo').map(({ id }) => id));
    const wanted = new Set(ids.filter((id) => known.has(id)));
    if (wanted.size === 0)
      throw new RpcError({ code: 'nothing-ticked', message: vscode.l10n.t('Nothing is ticked.') });
    const meter = new BatchMeter(plan.items.filter(({ id }) => wanted.has(id)));
    const told = new Throttle<undefined>(STANDING_INTERVAL_MS, () => this.tellStanding());
    this.states = Object.fromEntries([...wanted].map((id) => [id, { state: 'waiting' as const }]));
    this.lastReport = undefined;
    const { run, report } = await batch.start(plan, wanted, (event) => {
      meter.add(event);
      this.tellRow(event);
      told.submit(undefined);
    });
    this.running = { run, meter };
    this.onChange();
    // The client stays the same as long as the run needs it.
    void this.services.engine
      .use(() => report)
      .then((result) => this.ended(result))
      .catch((error: unknown) => {
        this.services.log.error('batch', error);
        this.ended({ outcomes: [], seconds: 0, cancelled: true });
      })
      .finally(() => told.dispose());
  }

  private ended({ outcomes, seconds, cancelled }: Report): void {
    const count = (state: string): number =>
      outcomes.filter((outcome) => outcome.state === state).length;
    const { running } = this;
    this.running = undefined;
    if (running?.run.abandoned) return;
    this.planned = undefined;
    this.lastReport = {
      done: count('done'),
      failed: count('failed'),
      skipped: count('skipped'),
      cancelled,
      seconds,
    };
    for (const { input, state, message, hint, notes } of outcomes) {
      if (state === 'failed')
        this.services.log.warn(`batch: ${input}: ${message ?? ''} ${hint ?? ''}`);
      for (const note of notes) this.services.log.warn(`batch: ${input}: ${note}`);
    }
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
        ? `${event.outcome.message}${event.outcome.hint === undefined ? '' : ` ${event.outcome.hint}`}`
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

  private async compare(id: string): Promise<void> {
    const item = this.planned?.plan.items.find((one) => one.output === id && one.output !== '');
    if (!item || !this.planned)
      throw new RpcError({
        code: 'unknown-row',
        message: vscode.l10n.t('There is no such result.'),
      });
    const { root, outputRoot } = this.planned.plan;
    await this.services.panels.show(
      pairOf(
        vscode.Uri.file(path.join(root, item.input)),
        vscode.Uri.file(path.join(outputRoot, item.output)),
      ),
    );
  }
}
