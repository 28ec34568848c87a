import path from 'node:path';
import * as vscode from 'vscode';
import type { UpscaleCall } from '../../client/engineClient';
import { allowedFolder } from '../../files/allowance';
import { patternPlace } from '../../files/patternPlace';
import { workspaceRoot } from '../workspaceRoot';
import type { UpscaleProgress, UpscaleResult } from '../../shared/engineProtocol';
import { progressAfter } from '../../shared/liveProgress';
import type { Remedy } from '../../shared/remedies';
import { RpcError } from '../../shared/rpc';
import type { OutputFormat } from '../../shared/settings';
import { withAsked } from '../comparison/madeBy';
import type { Config } from '../config';
import type { EngineSupervisor } from '../engineSupervisor';
import type { Log } from '../log';
import type { WorkStatus } from '../status/workStatus';
import { notify } from '../ui/notifications';
import { withProgress, type ProgressReport } from '../ui/progress';
import { abortSignalOf } from './abortSignal';
import { runBatch, type BatchReport, type BatchStep } from './batch';
import { FasterOffer } from './fasterOffer';
import { JobQueue } from './jobQueue';
import { againFor, mergedOverrides } from './again';
import { batchFraction, progressMessage } from './progressText';
import { refusedJobs } from './refusedJobs';
import { describeResult, summarize } from './summary';
import { showSummary } from './summaryNotification';
import { Throttle } from './throttle';

const PROGRESS_INTERVAL_MS = 100;
/** The engine is silent while a tile runs; the notification is not. */
const TICK_MS = 1000;

/** What differs from the settings. */
export type UpscaleOverrides = Partial<
  Pick<
    UpscaleCall,
    | 'model'
    | 'guidance'
    | 'scale'
    | 'format'
    | 'quality'
    | 'output'
    | 'device'
    | 'target'
    | 'overwrite'
    | 'size'
    | 'asset'
    | 'prompt'
  >
> & {
  /** Missing for what the setting says, undefined for no restorer. */
  readonly restore?: string | undefined;
  /** Instead of a target: a path that follows from the source's, and the folder it belongs to. */
  readonly beside?: { readonly path: string; readonly folder: string };
};

/** The same for every picture, or each picture's own, by its index. */
export type OverridesFor = UpscaleOverrides | ((index: number) => UpscaleOverrides);

/**
 * Upscales pictures with one progress notification and one summary per command, one command at a
 * time.
 */
export class UpscaleJobs {
  private readonly queue = new JobQueue();

  constructor(
    private readonly engine: EngineSupervisor,
    private readonly config: Config,
    private readonly log: Log,
    private readonly status: Pick<WorkStatus, 'begin' | 'computedOn'>,
  ) {}

  /**
   * Resolves with what was written when all is done; failures are shown, not thrown. `ignored` were
   * chosen but are no pictures.
   */
  async upscale(
    pictures: readonly vscode.Uri[],
    ignored: number,
    overrides: OverridesFor = {},
  ): Promise<readonly UpscaleResult[]> {
    const report = pictures.length === 0 ? EMPTY : await this.runWithProgress(pictures, overrides);
    const summary = summarize(report, ignored, vscode.l10n.t, (folder) =>
      vscode.workspace.asRelativePath(folder),
    );
    this.log.info(summary.text);
    // The summary stays until it is closed; who called the command must not wait for that.
    const again = (remedy: Remedy): void => {
      const rest = againFor(remedy, report);
      void this.upscale(
        rest.flatMap(({ index }) => pictures[index] ?? []),
        0,
        (position) => mergedOverrides(overrides, rest[position]),
      );
    };
    void showSummary(summary, { again }).catch((error: unknown) =>
      this.log.error('summary', error),
    );
    return report.results;
  }

  /**
   * Upscales one picture in its turn, for a panel that tells of progress and failures itself. While
   * the panel is hidden, the status bar is where it can be seen and ended.
   */
  async render(
    picture: vscode.Uri,
    overrides: UpscaleOverrides,
    closed: AbortSignal,
    onProgress: (progress: UpscaleProgress) => void,
  ): Promise<UpscaleResult> {
    const title = vscode.l10n.t('Upscaling {0}', path.posix.basename(picture.path));
    const cancelled = new AbortController();
    const signal = AbortSignal.any([closed, cancelled.signal]);
    const status = this.status.begin({ cancel: () => cancelled.abort() });
    status.tell(title);
    const tell = (progress: UpscaleProgress): void => {
      const step = { index: 0, input: picture.fsPath, progress };
      status.tell(`${title} · ${percentText(batchFraction(step, 1))}`);
      onProgress(progress);
    };
    try {
      return await this.queue.run(() => this.upscaleOne(picture, overrides, signal, tell), signal);
    } finally {
      status.end();
    }
  }

  /** The formats of pictures by their bytes, before anything is made; undefined where it can't be told. */
  async formats(pictures: readonly vscode.Uri[]): Promise<readonly (OutputFormat | undefined)[]> {
    if (pictures.length === 0) return [];
    const { maxInputMegapixels } = this.config.upscale(pictures[0]);
    const inputs = pictures.map(({ fsPath }) => fsPath);
    const facts = await this.engine
      .use((client) => client.inspect({ inputs, maxInputMegapixels }))
      .catch(() => []);
    return facts.map((fact) => (fact.ok ? fact.format : undefined));
  }

  /** Why pictures of one command can't be upscaled beside each other, by their index. */
  async refused(
    pictures: readonly (vscode.Uri | undefined)[],
    overrides: OverridesFor,
    signal: AbortSignal,
  ): Promise<readonly (RpcError | undefined)[]> {
    const calls = await Promise.all(
      pictures.map(async (picture, index) => {
        const own = typeof overrides === 'function' ? overrides(index) : overrides;
        // What is wrong with a picture is told when its turn comes.
        return picture && this.callFor(picture, own).catch(() => undefined);
      }),
    );
    return this.engine.use((client) => refusedJobs(calls, client, signal));
  }

  private runWithProgress(
    pictures: readonly vscode.Uri[],
    overrides: OverridesFor,
  ): Promise<BatchReport> {
    const [first] = pictures;
    const title =
      pictures.length === 1 && first
        ? vscode.l10n.t('Upscaling {0}', path.posix.basename(first.path))
        : vscode.l10n.t('Upscaling {0} images', pictures.length);
    return withProgress({ where: 'notification', title }, async (report, token) => {
      const { signal: closed, dispose } = abortSignalOf(token);
      const cancelled = new AbortController();
      const signal = AbortSignal.any([closed, cancelled.signal]);
      const status = this.status.begin({ cancel: () => cancelled.abort() });
      status.tell(title);
      const both: ProgressReport = (step) => {
        report(step);
        told += step.increment ?? 0;
        status.tell(`${title} · ${percentText(told / 100)}`);
      };
      let told = 0;
      if (this.queue.isBusy)
        report({ message: vscode.l10n.t('waiting for the upscaling before this one') });
      try {
        return await this.queue.run(
          () => this.runPictures(pictures, overrides, both, signal),
          signal,
        );
      } catch (error) {
        if (RpcError.from(error).code === 'cancelled')
          return { ...EMPTY, total: pictures.length, cancelled: true };
        throw error;
      } finally {
        status.end();
        dispose();
      }
    });
  }

  private async runPictures(
    pictures: readonly vscode.Uri[],
    overrides: OverridesFor,
    report: ProgressReport,
    signal: AbortSignal,
  ): Promise<BatchReport> {
    let shown = 0;
    const throttle = new Throttle<BatchStep>(PROGRESS_INTERVAL_MS, (step) => {
      const percent = batchFraction(step, pictures.length) * 100;
      // Increments add up, and a retry after a fallback starts its tiles again: never go back.
      report({
        message: progressMessage(step, pictures.length, vscode.l10n.t),
        increment: Math.max(0, percent - shown),
      });
      shown = Math.max(shown, percent);
    });
    let last: { readonly step: BatchStep; readonly at: number } | undefined;
    const ticks = setInterval(() => {
      if (last?.step.progress)
        throttle.submit({
          ...last.step,
          progress: progressAfter(last.step.progress, (performance.now() - last.at) / 1000),
        });
    }, TICK_MS);
    const names = pictures.map((picture) => picture.fsPath);
    const refused = await this.refused(pictures, overrides, signal);
    const offer = new FasterOffer({
      show: (text, button) => notify('information', text, button),
      t: vscode.l10n.t,
    });
    try {
      return await runBatch(names, {
        signal,
        onStep: (step) => {
          last = { step, at: performance.now() };
          throttle.submit(step);
        },
        upscale: (index, onProgress) => {
          const picture = pictures[index];
          const clash = refused[index];
          if (clash) return Promise.reject(clash);
          const own = typeof overrides === 'function' ? overrides(index) : overrides;
          const models = { ...this.config.upscale(picture), ...own };
          const name = path.basename(names[index] ?? '');
          return offer.run(name, own, models, signal, (wanted, ended, see) =>
            this.upscaleOne(picture, wanted, ended, (progress) => {
              see(progress);
              onProgress(progress);
            }),
          );
        },
      });
    } finally {
      clearInterval(ticks);
      throttle.dispose();
    }
  }

  private async upscaleOne(
    picture: vscode.Uri | undefined,
    overrides: UpscaleOverrides,
    signal: AbortSignal,
    onProgress: (progress: UpscaleProgress) => void,
  ): Promise<UpscaleResult> {
    if (!picture) throw new RangeError('No such picture.');
    try {
      const call = await this.callFor(picture, overrides);
      const result = await this.engine.use((client) =>
        client.upscale(call, { signal, onProgress }),
      );
      const { skipped, model, tiles, peakRssMB } = result;
      if (!skipped) this.status.computedOn(result.device, result.server);
      this.log.info(
        `${result.input}: ` +
          (skipped
            ? 'skipped'
            : `${describeResult(result, vscode.l10n.t)} · ${model} · ` +
              `tiles: ${tiles} · ${peakRssMB} MB`),
      );
      for (const note of result.notes) this.log.warn(`${result.input}: ${note}`);
      return withAsked(result, call);
    } catch (error) {
      if (RpcError.from(error).code !== 'cancelled') this.log.error(picture.toString(), error);
      throw error;
    }
  }

  private async callFor(
    picture: vscode.Uri,
    { beside, ...wanted }: UpscaleOverrides,
  ): Promise<UpscaleCall> {
    if (picture.scheme !== 'file') {
      throw new RpcError({
        code: 'input-not-on-disk',
        message: vscode.l10n.t('It is not a file on disk ({0}).', picture.scheme),
        hint: vscode.l10n.t('Save it to a folder, then upscale that file.'),
      });
    }
    const { namePattern, restore: usual, ...settings } = this.config.upscale(picture);
    const { restore = 'restore' in wanted ? undefined : usual, ...overrides } = wanted;
    const { directory, folder } = patternPlace(namePattern, picture.fsPath, workspaceRoot(picture));
    const within = await allowedFolder({
      file: picture.fsPath,
      results: beside?.folder ?? directory,
      openFolders: (vscode.workspace.workspaceFolders ?? [])
        .filter(({ uri }) => uri.scheme === 'file')
        .map(({ uri }) => uri.fsPath),
      isTrusted: vscode.workspace.isTrusted,
    });
    return {
      ...settings,
      input: picture.fsPath,
      target:
        beside === undefined
          ? { kind: 'pattern', directory, pattern: namePattern, folder, within }
          : { kind: 'file', path: beside.path, within },
      ...overrides,
      ...(restore === undefined ? {} : { restore }),
      asset: { ...settings.asset, ...overrides.asset },
    };
  }
}

const percentText = (share: number): string => vscode.l10n.t('{0}%', Math.round(share * 100));

const EMPTY: BatchReport = { total: 0, results: [], failures: [], cancelled: false };
