import * as vscode from 'vscode';
import { setTimeout as delay } from 'node:timers/promises';
import { othersRun, unfinishedRuns, type Unfinished } from '../../batch/journal';
import { resumeInputs } from '../../batch/resumeInputs';
import { stateFolder } from '../../batch/stateRoot';
import type { BatchEventView, BatchWebviewApi } from '../../shared/batchProtocol';
import { RpcEndpoint, type RpcApi } from '../../shared/rpc';
import { BATCH_VIEW } from '../contributedIds';
import { Disposable } from '../disposable';
import { formatSeconds } from '../../shared/longRun';
import { notify } from '../ui/notifications';
import { createPanel, setPanelTitle } from '../ui/panels';
import { loadPage } from '../ui/webviewPage';
import type { WorkEntry } from '../status/workStatus';
import { BatchHost, type BatchHostServices } from './batchHost';
import { nameOf, type BatchPlace } from './batchPlace';
import { phrase } from '../../shared/phrase';
import { byCount } from '../../shared/locale';
import { sentences } from '../../shared/sentences';

/** How often it is looked whether another process is still at an interrupted batch. */
const LOOK_MS = 2000;

export type BatchPanelServices = BatchHostServices & { readonly extensionUri: vscode.Uri };

type Open = {
  readonly host: BatchHost;
  panel: vscode.WebviewPanel | undefined;
  tell: (event: BatchEventView) => void;
};

/**
 * The batches of this window: one view for each folder, and their runs, which go on when a view is
 * closed.
 */
export class BatchPanels extends Disposable implements vscode.WebviewPanelSerializer {
  private readonly open = new Map<string, Open>();
  private isOver = false;
  private readonly status: WorkEntry;

  constructor(private readonly services: BatchPanelServices) {
    super();
    this.status = services.status.begin({
      reveal: () => this.revealRunning(),
      cancel: () => this.cancelRunning(),
    });
    this.register(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('pisaUpscale'))
          for (const { host, panel } of this.open.values()) if (panel) host.settingsChanged();
      }),
    );
  }

  /** The host of a place's view; for tests. */
  hostOf(root: string): BatchHost | undefined {
    return this.open.get(root)?.host;
  }

  /** Opens the plan of a place; a run of the same folder is shown instead. */
  show(place: BatchPlace): BatchHost {
    const existing = this.open.get(place.root);
    if (existing?.host.isRunning) {
      this.reveal(existing);
      return existing.host;
    }
    existing?.panel?.dispose();
    return this.fill(createPanel(BATCH_VIEW, this.titleOf(place)), place);
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const place = placeFrom(state);
    if (place) this.fill(panel, place);
    else panel.dispose();
  }

  /**
   * Offers to go on with batches that were interrupted. Cheap: it looks for a few files only, not in
   * the workspace. The window before this one may still be ending, and another may be at it.
   */
  async offerResume(): Promise<void> {
    const folders = (vscode.workspace.workspaceFolders ?? []).filter(
      ({ uri }) => uri.scheme === 'file',
    );
    await Promise.all(folders.map(({ uri }) => this.offerResumeOf(uri.fsPath)));
  }

  override dispose(): void {
    this.isOver = true;
    for (const { host } of this.open.values()) host.dispose();
    super.dispose();
  }

  private async offerResumeOf(root: string): Promise<void> {
    const folder = stateFolder(root, root);
    while (!this.isOver) {
      const unfinished = await unfinishedRuns(folder, root).catch(() => undefined);
      // The command line goes on by itself, with options that only it knows.
      if (unfinished?.header.place === 'terminal') return;
      if (unfinished) return this.offer(root, unfinished);
      if (!(await othersRun(folder))) return;
      await delay(LOOK_MS, undefined, { ref: false });
    }
  }

  private async offer(root: string, { header, records }: Unfinished): Promise<void> {
    const resume = vscode.l10n.t('Resume');
    const place = { root, inputs: await resumeInputs(root, header.inputs) };
    const answer = await notify(
      'information',
      interruptedText(
        nameOf(place),
        header.ids.filter((id) => id in records).length,
        header.ids.length,
      ),
      resume,
      vscode.l10n.t('Later'),
    );
    if (answer === resume) await this.show(place).goOn();
  }

  private titleOf(place: BatchPlace): string {
    return vscode.l10n.t('Upscale {0}', nameOf(place));
  }

  /** `kept`: the batch that the view is of, as one that has ended, whose report is to be shown. */
  private fill(panel: vscode.WebviewPanel, place: BatchPlace, kept?: Open): BatchHost {
    const { webview } = panel;
    setPanelTitle(panel, this.titleOf(place));
    const open = this.open.get(place.root);
    const entry: Open = kept ??
      (open?.host.isRunning ? open : undefined) ?? {
        host: new BatchHost(
          place,
          this.services,
          (file) => webview.asWebviewUri(vscode.Uri.file(file)).toString(),
          () => this.showStatus(),
        ),
        panel: undefined,
        tell: () => undefined,
      };
    entry.panel = panel;
    this.open.set(place.root, entry);
    const rpc = new RpcEndpoint<RpcApi & BatchWebviewApi>(
      {
        post: (message) => void webview.postMessage(message),
        onMessage: (listener) => this.register(webview.onDidReceiveMessage(listener)),
      },
      entry.host.api(),
    );
    // A hidden webview has no page; it asks anew when it comes back. A closed one may not even be
    // asked whether it is visible.
    entry.host.listen((event) => {
      if (entry.panel === panel && panel.visible) rpc.call('event', event).catch(() => undefined);
      if (event.kind === 'report') this.tellEnd(entry, event);
    });
    panel.onDidDispose(() => {
      rpc.close({ code: 'cancelled', message: phrase`The view was closed.` });
      if (entry.panel !== panel) return;
      entry.panel = undefined;
      entry.host.rest();
    });
    loadPage(webview, this.services.extensionUri, {
      page: 'batch',
      folders: [vscode.Uri.file(place.root)],
      title: vscode.l10n.t('Upscale Images'),
      state: { place, folder: nameOf(place) },
    });
    return entry.host;
  }

  /** A notification only for who does not see the view. */
  private tellEnd(
    entry: Open,
    {
      report: { done, failed, seconds, cancelled, problem },
    }: Extract<BatchEventView, { kind: 'report' }>,
  ): void {
    if (entry.panel?.visible || (cancelled && problem === undefined)) return;
    const time = formatSeconds(seconds);
    const text = sentences([
      byCount(
        done,
        vscode.l10n.t('{0} image upscaled in {1}.', done, time),
        vscode.l10n.t('{0} images upscaled in {1}.', done, time),
      ),
      ...(failed > 0 ? [vscode.l10n.t('{0} failed.', failed)] : []),
      ...(problem === undefined ? [] : [problem]),
    ]);
    const show = vscode.l10n.t('Show Report');
    const told = notify(
      problem !== undefined ? 'error' : failed > 0 ? 'warning' : 'information',
      text,
      show,
    );
    void told.then((answer) => answer === show && this.reveal(entry));
  }

  private reveal(entry: Open): void {
    if (entry.panel) entry.panel.reveal();
    else
      this.fill(createPanel(BATCH_VIEW, this.titleOf(entry.host.place)), entry.host.place, entry);
  }

  private revealRunning(): void {
    const running =
      [...this.open.values()].find(({ host }) => host.isRunning) ?? [...this.open.values()].at(-1);
    if (running) this.reveal(running);
  }

  private cancelRunning(): void {
    for (const { host } of this.open.values())
      if (host.isRunning)
        void host
          .api()
          .cancel(undefined)
          .catch((error: unknown) => this.services.log.error('batch', error));
  }

  private showStatus(): void {
    const standing = [...this.open.values()]
      .map(({ host }) => host.standing)
      .find((one) => one !== undefined);
    if (!standing) {
      this.status.end();
      return;
    }
    const { done, total, secondsLeft, paused } = standing;
    const left = secondsLeft === undefined || paused ? '' : ` · ${formatSeconds(secondsLeft)}`;
    this.status.tell(`${vscode.l10n.t('Upscaling {0}/{1}', done, total)}${left}`, paused);
  }
}

/** What a view remembered, if it is a place in this workspace. */
function placeFrom(state: unknown): BatchPlace | undefined {
  if (typeof state !== 'object' || state === null || !('place' in state)) return undefined;
  const { place } = state;
  if (typeof place !== 'object' || place === null || !('root' in place) || !('inputs' in place))
    return undefined;
  const { root, inputs } = place;
  if (
    typeof root !== 'string' ||
    !Array.isArray(inputs) ||
    !inputs.every((input): input is string => typeof input === 'string')
  )
    return undefined;
  const isOpen = (file: string): boolean =>
    vscode.workspace.getWorkspaceFolder(vscode.Uri.file(file)) !== undefined;
  return isOpen(root) && inputs.every(isOpen) ? { root, inputs } : undefined;
}

const interruptedText = (name: string, done: number, total: number): string =>
  byCount(
    done,
    vscode.l10n.t('A batch in {0} was interrupted: {1} of {2} images is done.', name, done, total),
    vscode.l10n.t('A batch in {0} was interrupted: {1} of {2} images are done.', name, done, total),
  );
