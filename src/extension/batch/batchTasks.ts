import * as vscode from 'vscode';
import { TASK_TYPE, WATCH_MATCHER } from '../contributedIds';
import { BatchTerminal, type TaskServices } from './batchTerminal';

/**
 * Tasks of the type `pisa-upscale`: they upscale a folder of the workspace as its plan says, in a
 * terminal.
 */
export class BatchTaskProvider implements vscode.TaskProvider {
  constructor(private readonly services: TaskServices) {}

  provideTasks(): vscode.Task[] {
    return (vscode.workspace.workspaceFolders ?? [])
      .filter(({ uri }) => uri.scheme === 'file')
      .flatMap((folder) => [
        this.task({ type: TASK_TYPE }, folder, vscode.l10n.t('Upscale Images')),
        this.task({ type: TASK_TYPE, watch: true }, folder, vscode.l10n.t('Watch Images')),
      ]);
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
    const isWatching = definition.watch === true;
    const matchers = isWatching ? [WATCH_MATCHER] : [];
    const task = new vscode.Task(definition, folder, name, TASK_TYPE, execution, matchers);
    task.isBackground = isWatching;
    task.group = vscode.TaskGroup.Build;
    return task;
  }
}
