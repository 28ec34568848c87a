import path from 'node:path';
import * as vscode from 'vscode';
import { Batch } from '../../batch/batch';
import type { BatchRun } from '../../batch/batchRun';
import { HashMemory } from '../../batch/hashMemory';
import { idleNote } from '../../batch/idleGlobs';
import { isMissing } from '../../batch/missing';
import { isUsual, type OutputRecord, type Plan, type PlanItem } from '../../batch/types';
import { TurnNews, watchLoop } from '../../batch/watch/watchLoop';
import { watchedPlaces } from '../../batch/watch/watchedPlaces';
import { RECIPE_NAME } from '../../batch/recipe';
import { RecordsError } from '../../batch/records';
import { liesIn } from '../../files/paths';
import { named } from '../../files/systemError';
import { RpcError } from '../../shared/rpc';
import type { EngineSupervisor } from '../engineSupervisor';
import { LineTerminal } from '../ui/lineTerminal';
import { sentences } from './batchPlanView';
import { lockProblem } from './batchReport';
import { requestFor, type BatchPlace, type BatchSurroundings } from './batchPlace';
import { decimal } from '../../shared/locale';

export type TaskServices = BatchSurroundings & { readonly engine: EngineSupervisor };

/** What one run of a watching task leaves to the next. */
type Memory = {
  readonly hashes: HashMemory;
  readonly remembered: Map<string, OutputRecord>;
  readonly news: TurnNews;
};

/**
 * A terminal that runs a batch, or one after each change, and prints what the command line would.
 * Lines that the problem matcher reads are the same in every language.
 */
export class BatchTerminal extends LineTerminal {
  private readonly controller = new AbortController();
  private run: BatchRun | undefined;
  private hasTold = true;

  constructor(
    private readonly definition: vscode.TaskDefinition,
    private readonly folder: vscode.WorkspaceFolder,
    private readonly services: TaskServices,
  ) {
    super();
  }

  override open(): void {
    const work = this.definition.watch === true ? this.watch() : this.once();
    void work.then(
      (succeeded) => this.end(succeeded ? 0 : 1),
      (error: unknown) => {
        this.print(textOf(error));
        this.end(1);
      },
    );
  }

  override close(): void {
    this.controller.abort();
    this.run?.cancel();
  }

  private place(): BatchPlace {
    const root = this.folder.uri.fsPath;
    const folder: unknown = this.definition.folder;
    if (folder === undefined || folder === '') return { root, inputs: [root] };
    if (typeof folder !== 'string')
      throw new Error(vscode.l10n.t("The task's folder must be a text."));
    const input = path.resolve(root, folder);
    if (!liesIn(root, input))
      throw new Error(vscode.l10n.t("The task's folder {0} lies outside the workspace.", folder));
    return { root, inputs: [input] };
  }

  /** Until it is ended: a change, then what is to do. */
  private async watch(): Promise<boolean> {
    const { signal } = this.controller;
    const { root, inputs } = this.place();
    const memory: Memory = {
      hashes: new HashMemory(),
      remembered: new Map(),
      news: new TurnNews(),
    };
    await watchLoop(
      {
        places: watchedPlaces(root, inputs, path.join(root, RECIPE_NAME)),
        turn: async () => {
          await this.once(memory);
        },
        onWaiting: () => {
          if (this.hasTold) this.print(`[waiting] ${vscode.l10n.t('Waiting for changes.')}`);
          this.hasTold = false;
        },
        onError: (error) => {
          this.begin();
          this.problem('error', RECIPE_NAME, textOf(error));
        },
      },
      signal,
    );
    return true;
  }

  /** Says, once a turn, that one has begun. */
  private begin(): void {
    if (this.definition.watch === true && !this.hasTold)
      this.print(`[changed] ${vscode.l10n.t('Looking at what has changed.')}`);
    this.hasTold = true;
  }

  private problem(severity: 'error' | 'warning', file: string, message: string): void {
    this.print(`${severity}: ${file}: ${message}`);
  }

  private async once(memory?: Memory): Promise<boolean> {
    const { signal } = this.controller;
    const request = {
      ...(await requestFor(this.place(), this.services)),
      ...(this.definition.force === true ? { force: true } : {}),
      ...(memory ? { hashes: memory.hashes, remembered: memory.remembered } : {}),
    };
    return this.services.engine.use(async (client) => {
      const batch = new Batch(
        {
          ...request,
          onWarning: ({ message }) => this.print(message),
          onOrphan: ({ output, removed }) =>
            removed
              ? this.print(vscode.l10n.t('{0} is removed: its source is gone.', output))
              : this.problem('warning', output, vscode.l10n.t('Its source is gone.')),
        },
        client,
      );
      try {
        // Of two that watch, one works and the other finds that nothing is left to do.
        if (memory) await batch.claim({ signal, onWait: () => undefined });
        const plan = await batch.plan(signal);
        const chosen = plan.items.filter(({ status, selected }) => status === 'todo' && selected);
        if (memory?.news.isNews(plan, chosen.length) === false) {
          await batch.tidy(plan);
          return true;
        }
        this.begin();
        return await this.carryOut(batch, plan, chosen);
      } finally {
        await batch.giveBack();
      }
    });
  }

  /** What the plan says that is no result to be made. Returns whether nothing is missing. */
  private tellLeftAlone({ items, notes, unmatchedRules = [] }: Plan): boolean {
    for (const note of notes) this.print(note);
    for (const item of items) {
      const { input, reason, message = '', hint, selected } = item;
      const text = sentences(message, hint);
      if (isMissing(item)) this.problem('error', input, text);
      else if (reason !== undefined && !isUsual(item) && !selected)
        this.print(`${vscode.l10n.t('Left alone')}: ${input}  ${text}`);
    }
    if (unmatchedRules.length > 0) this.problem('error', RECIPE_NAME, idleNote(unmatchedRules));
    return unmatchedRules.length === 0 && !items.some(isMissing);
  }

  private async carryOut(batch: Batch, plan: Plan, chosen: readonly PlanItem[]): Promise<boolean> {
    const upToDate = plan.items.filter(({ status }) => status === 'done').length;
    const isComplete = this.tellLeftAlone(plan);
    this.print(
      vscode.l10n.t(
        '{0} to do, {1} up to date, {2} left alone',
        chosen.length,
        upToDate,
        plan.items.length - chosen.length - upToDate,
      ),
    );
    if (chosen.length === 0) {
      await batch.tidy(plan);
      return isComplete;
    }
    const ids = new Set(chosen.map(({ id }) => id));
    const { run, report } = await batch.start(plan, ids, (event) => {
      if (event.kind !== 'finished') return;
      const { output, input, state, message = '', hint = '', size, seconds } = event.outcome;
      if (state === 'done')
        this.print(`${output}  ${size?.width ?? 0}×${size?.height ?? 0}  ${seconds.toFixed(1)} s`);
      else if (state === 'failed') this.problem('error', input, `${message} ${hint}`.trim());
    });
    this.run = run;
    if (this.controller.signal.aborted) run.cancel();
    const { outcomes, cancelled, seconds, problem } = await report;
    const failed = outcomes.filter(({ state }) => state === 'failed').length;
    this.print(
      vscode.l10n.t(
        '{0} upscaled in {1} s, {2} failed',
        outcomes.filter(({ state }) => state === 'done').length,
        decimal(seconds, 1),
        failed,
      ),
    );
    if (problem) this.print(sentences(problem.message, problem.hint));
    return isComplete && !cancelled && !problem && failed === 0;
  }
}

function textOf(error: unknown): string {
  const { message, hint } =
    error instanceof RecordsError ? lockProblem(error) : RpcError.from(named(error));
  return sentences(message, hint);
}
