import path from 'node:path';
import * as vscode from 'vscode';
import { Batch } from '../../batch/batch';
import { liesIn } from '../../files/paths';
import type { BatchRun } from '../../batch/batchRun';
import { TASK_TYPE } from '../contributedIds';
import type { EngineSupervisor } from '../engineSupervisor';
import { LineTerminal } from '../ui/lineTerminal';
import { requestFor, type BatchPlace, type BatchSurroundings } from './batchPlace';

type Services = BatchSurroundings & { readonly engine: EngineSupervisor };

/**
 * Tasks of the type `pisa-upscale`: they upscale a folder of the workspace as its plan says, in a
 * terminal.
 */
export class BatchTaskProvider implements vscode.TaskProvider {
  constructor(private readonly services: Services) {}

  provideTasks(): vscode.Task[] {
    return (vscode.workspace.workspaceFolders ?? [])
      .filter(({ uri }) => uri.scheme === 'file')
      .map((folder) => this.task({ type: TASK_TYPE }, folder, vscode.l10n.t('Upscale Images')));
  }

  resolveTask(task: vscode.Task): vscode.Task | undefined {
    const scope =
      typeof task.scope === 'object' ? task.scope : vscode.workspace.workspaceFolders?.[0];
    return scope && this.task(task.definition, scope, task.name);
  }

  private task(
    definition: vscode.TaskDefinition,
    folder: vscode.WorkspaceFolder,
    name: string,
  ): vscode.Task {
    const execution = new vscode.CustomExecution(
      async (resolved) => new BatchTerminal(resolved, folder, this.services),
    );
    const task = new vscode.Task(definition, folder, name, TASK_TYPE, execution);
    task.group = vscode.TaskGroup.Build;
    return task;
  }
}

/** A terminal that runs one batch and prints what the command line would. */
class BatchTerminal extends LineTerminal {
  private readonly controller = new AbortController();
  private run: BatchRun | undefined;

  constructor(
    private readonly definition: vscode.TaskDefinition,
    private readonly folder: vscode.WorkspaceFolder,
    private readonly services: Services,
  ) {
    super();
  }

  override open(): void {
    void this.work().then(
      (succeeded) => this.end(succeeded ? 0 : 1),
      (error: unknown) => {
        this.print(error instanceof Error ? error.message : String(error));
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
      throw new Error(vscode.l10n.t('The task’s folder must be a text.'));
    const input = path.resolve(root, folder);
    if (!liesIn(root, input))
      throw new Error(vscode.l10n.t('The task’s folder {0} lies outside the workspace.', folder));
    return { root, inputs: [input] };
  }

  private async work(): Promise<boolean> {
    const request = {
      ...(await requestFor(this.place(), this.services)),
      ...(this.definition.force === true ? { force: true } : {}),
    };
    return this.services.engine.use(async (client) => {
      const batch = new Batch(
        { ...request, onWarning: ({ message }) => this.print(message) },
        client,
      );
      const plan = await batch.plan(this.controller.signal);
      const ids = plan.items
        .filter(({ status, selected }) => status === 'todo' && selected)
        .map(({ id }) => id);
      const upToDate = plan.items.filter(({ status }) => status === 'done').length;
      this.print(
        vscode.l10n.t(
          '{0} to do, {1} up to date, {2} left alone',
          ids.length,
          upToDate,
          plan.items.length - ids.length - upToDate,
        ),
      );
      if (ids.length === 0) return true;
      const { run, report } = await batch.start(plan, new Set(ids), (event) => {
        if (event.kind !== 'finished') return;
        const { output, input, state, message, hint, size, seconds } = event.outcome;
        if (state === 'done')
          this.print(
            `${output}  ${size?.width ?? 0}×${size?.height ?? 0}  ${seconds.toFixed(1)} s`,
          );
        else if (state === 'failed') this.print(`${input}: ${message ?? ''} ${hint ?? ''}`);
      });
      this.run = run;
      if (this.controller.signal.aborted) run.cancel();
      const { outcomes, cancelled, seconds } = await report;
      const failed = outcomes.filter(({ state }) => state === 'failed').length;
      this.print(
        vscode.l10n.t(
          '{0} upscaled in {1} s, {2} failed',
          outcomes.filter(({ state }) => state === 'done').length,
          seconds.toFixed(1),
          failed,
        ),
      );
      return !cancelled && failed === 0;
    });
  }
}
