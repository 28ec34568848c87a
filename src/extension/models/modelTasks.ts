import * as vscode from 'vscode';
import type { EngineClient } from '../../client/engineClient';
import { describeModelProgress } from '../../shared/installText';
import type { Consent, ModelProgress } from '../../shared/modelProtocol';
import { RpcError } from '../../shared/rpc';
import type { EngineSupervisor } from '../engineSupervisor';
import { abortSignalOf } from '../jobs/abortSignal';
import { JobQueue } from '../jobs/jobQueue';
import { Throttle } from '../jobs/throttle';
import type { Log } from '../log';
import { showFailure } from '../errors/showFailure';
import type { PlainDocuments } from '../ui/plainDocuments';
import { withProgress } from '../ui/progress';
import { passingStatus } from '../ui/statusBar';
import { withConsent } from './consent';
import { TaskClients } from './taskClients';

const PROGRESS_INTERVAL_MS = 250;

export type TaskContext = {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ModelProgress) => void;
};

export type TaskWork<T> = (client: EngineClient, context: TaskContext) => Promise<T>;

export type RunOptions = {
  /** What the button "Retry" does; without it there is none. */
  readonly again?: () => void;
};

export type ChangeOptions = RunOptions & {
  /** Whether other code runs the command: then a failure is thrown on instead of shown. */
  readonly automatic: boolean;
};

/**
 * Runs what gets, checks or removes models, with a progress notification that can cancel. Each task
 * has an engine process of its own, so that a download of gigabytes does not keep pictures waiting.
 */
export class ModelTasks {
  private readonly clients: TaskClients;
  private readonly changes = new JobQueue();

  constructor(
    createClient: () => EngineClient,
    private readonly engine: EngineSupervisor,
    private readonly log: Log,
    private readonly documents: PlainDocuments,
  ) {
    this.clients = new TaskClients(createClient);
  }

  /**
   * Something that changes no model. Resolves with what `work` yields; undefined when it failed or
   * was cancelled, which the person then knows.
   */
  run<T>(title: string, work: TaskWork<T>, options: RunOptions = {}): Promise<T | undefined> {
    return this.shown(title, this.withNotification(title, work), options);
  }

  /**
   * Something that changes the models: one at a time, since two would write the same files. What
   * runs pictures opens its models anew afterwards. Resolves as `run` does, unless it is
   * `automatic`.
   */
  change<T>(
    title: string,
    { automatic, ...options }: ChangeOptions,
    work: TaskWork<T>,
  ): Promise<T | undefined> {
    const outcome = this.withNotification(title, work, this.changes);
    return automatic ? outcome : this.shown(title, outcome, options);
  }

  /**
   * A change that may find files which nothing vouches for: the person is asked about them, unless
   * it is `automatic`; then only `acceptUnverified` accepts them.
   */
  changeWithConsent<T>(
    title: string,
    {
      automatic,
      acceptUnverified,
      ...options
    }: ChangeOptions & { readonly acceptUnverified: boolean },
    work: (consent: Consent) => TaskWork<T>,
  ): Promise<T | undefined> {
    const once = (consent: Consent): Promise<T> =>
      this.withNotification(title, work(consent), this.changes);
    if (automatic) return once(acceptUnverified ? { acceptUnverified: 'all' } : {});
    return this.shown(title, withConsent(once), options);
  }

  /**
   * Something short that changes nothing: its progress is in the status bar. Resolves with
   * undefined when it failed, which the person then knows.
   */
  lookUp<T>(title: string, work: (client: EngineClient) => Promise<T>): Promise<T | undefined> {
    return this.shown(
      title,
      withProgress({ where: 'statusBar', title }, () => this.clients.use(work)),
    );
  }

  /** What runs pictures opens its models anew from now on. */
  modelsChanged(): void {
    this.engine.replace();
  }

  /** Ends what runs; resolves when no process of it is left. */
  dispose(): Promise<void> {
    return this.clients.dispose();
  }

  private async shown<T>(
    title: string,
    outcome: Promise<T>,
    options: RunOptions = {},
  ): Promise<T | undefined> {
    try {
      return await outcome;
    } catch (error) {
      this.showFailure(title, RpcError.from(error), options);
      return undefined;
    }
  }

  private withNotification<T>(title: string, work: TaskWork<T>, queue?: JobQueue): Promise<T> {
    return withProgress({ where: 'notification', title }, async (report, token) => {
      const { signal, dispose } = abortSignalOf(token);
      let shown = 0;
      const throttle = new Throttle<ModelProgress>(PROGRESS_INTERVAL_MS, (progress) => {
        const percent = progress.totalBytes > 0 ? (progress.bytes / progress.totalBytes) * 100 : 0;
        report({
          message: describeModelProgress(progress),
          increment: Math.max(0, percent - shown),
        });
        shown = Math.max(shown, percent);
      });
      const onProgress = (progress: ModelProgress): void => {
        if (progress.note !== undefined) this.log.warn(progress.note);
        throttle.submit(progress);
      };
      const perform = (): Promise<T> =>
        this.clients.use((client) => work(client, { signal, onProgress }));
      try {
        if (!queue) return await perform();
        if (queue.isBusy)
          report({ message: vscode.l10n.t('waiting for the change before this one') });
        return await queue.run(() => perform().finally(() => this.modelsChanged()), signal);
      } finally {
        throttle.dispose();
        dispose();
      }
    });
  }

  private showFailure(title: string, error: RpcError, { again }: RunOptions): void {
    if (error.code === 'cancelled') {
      passingStatus(
        'circle-slash',
        vscode.l10n.t('{0}: canceled. What has arrived is kept.', title),
      );
      return;
    }
    this.log.error(title, error);
    void showFailure(error, {
      ...(again ? { again } : {}),
      details: () => this.documents.show(vscode.l10n.t('{0}.txt', title), detailsOf(error)),
    }).catch((failure: unknown) => this.log.error(title, failure));
  }
}

/** All that an error knows, for a document. */
const detailsOf = ({ message, list, hint, detail }: RpcError): string =>
  [
    message,
    ...list.map((item) => `- ${item}`),
    '',
    hint ?? '',
    '',
    list.length > 0 ? (detail ?? '') : '',
  ]
    .join('\n')
    .trimEnd();
