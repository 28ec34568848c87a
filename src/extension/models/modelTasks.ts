import * as vscode from 'vscode';
import type { EngineClient } from '../../client/engineClient';
import { describeModelProgress } from '../../shared/installText';
import type { ModelProgress } from '../../shared/modelProtocol';
import { RpcError } from '../../shared/rpc';
import type { EngineSupervisor } from '../engineSupervisor';
import { abortSignalOf } from '../jobs/abortSignal';
import { Throttle } from '../jobs/throttle';
import type { Log } from '../log';

const PROGRESS_INTERVAL_MS = 250;

export type TaskContext = { readonly signal: AbortSignal; readonly onProgress: (progress: ModelProgress) => void };

/**
 * Runs what gets, checks or removes models, with a progress notification that can cancel. Each task has an engine process of its own, so
 * that a download of gigabytes does not keep pictures waiting.
 */
export class ModelTasks {
  constructor(
    private readonly createClient: () => EngineClient,
    private readonly engine: EngineSupervisor,
    private readonly log: Log,
  ) {}

  /** Resolves with what `work` yields; undefined when it failed or was cancelled, which the person then knows. */
  async run<T>(title: string, work: (client: EngineClient, context: TaskContext) => Promise<T>): Promise<T | undefined> {
    try {
      return await this.runOrThrow(title, work);
    } catch (error) {
      this.showFailure(title, RpcError.from(error));
      return undefined;
    }
  }

  /** Something short that changes nothing: its progress is in the status bar. Resolves with undefined when it failed, which the person then knows. */
  async lookUp<T>(title: string, work: (client: EngineClient) => Promise<T>): Promise<T | undefined> {
    const client = this.createClient();
    try {
      return await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, () => work(client));
    } catch (error) {
      this.showFailure(title, RpcError.from(error));
      return undefined;
    } finally {
      await client.dispose();
    }
  }

  /** The same as `run`, but rejects with the failure: for callers that handle it, and for other code that runs the commands. */
  runOrThrow<T>(title: string, work: (client: EngineClient, context: TaskContext) => Promise<T>): Promise<T> {
    const options = { location: vscode.ProgressLocation.Notification, cancellable: true, title };
    return Promise.resolve(
      vscode.window.withProgress(options, async (notification, token) => {
        const { signal, dispose } = abortSignalOf(token);
        const client = this.createClient();
        let shown = 0;
        const throttle = new Throttle<ModelProgress>(PROGRESS_INTERVAL_MS, (progress) => {
          const percent = progress.totalBytes > 0 ? (progress.bytes / progress.totalBytes) * 100 : 0;
          notification.report({ message: describeModelProgress(progress), increment: Math.max(0, percent - shown) });
          shown = Math.max(shown, percent);
        });
        const onProgress = (progress: ModelProgress): void => {
          if (progress.note !== undefined) this.log.warn(progress.note);
          throttle.submit(progress);
        };
        try {
          return await work(client, { signal, onProgress });
        } finally {
          throttle.dispose();
          dispose();
          await client.dispose();
        }
      }),
    );
  }

  /** What runs pictures opens its models anew from now on. */
  modelsChanged(): void {
    this.engine.replace();
  }

  showFailure(title: string, error: RpcError): void {
    if (error.code === 'cancelled') {
      vscode.window.setStatusBarMessage(`$(circle-slash) ${vscode.l10n.t('{0}: cancelled. What has arrived is kept.', title)}`, 8000);
      return;
    }
    this.log.error(title, error);
    const showLog = vscode.l10n.t('Show Log');
    // A notification shows one paragraph; a list of what is missing reads better in the log.
    const [first = '', ...more] = error.message.split('\n');
    const text = more.length === 0 ? [error.message, error.hint ?? ''] : [first, more.slice(0, 3).join(' '), more.length > 3 ? vscode.l10n.t('The log has all of it.') : '', error.hint ?? ''];
    void vscode.window.showErrorMessage(text.filter((part) => part !== '').join(' '), showLog).then((chosen) => {
      if (chosen === showLog) this.log.show();
    });
  }
}
