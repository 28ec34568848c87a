import * as vscode from 'vscode';
import type { PanelCommand } from '../../shared/panelCommands';
import type {
  PanelInit,
  PanelSideNames,
  PanelWebviewApi,
  SourceChange,
} from '../../shared/panelProtocol';
import { RpcEndpoint, RpcError, type CallContext, type RpcApi } from '../../shared/rpc';
import { byteText } from '../../shared/byteText';
import { Disposable } from '../disposable';
import { openRevision } from '../revisions/revision';
import type { Log } from '../log';
import { setPanelIcon, setPanelTitle } from '../ui/panels';
import { loadPage } from '../ui/webviewPage';
import {
  pairOf,
  revisionName,
  titleOf,
  type Comparison,
  type PairComparison,
  type PreviewComparison,
  type RevisionComparison,
} from './comparison';
import { PairHost } from './pairHost';
import { PreviewHost, type PreviewServices } from './previewHost';
import { PreviewSession } from './previewSession';
import { pairAfter } from './pairSeries';
import { ShownFiles } from './sourceWatcher';
import { phrase } from '../../shared/phrase';

export type PanelServices = PreviewServices & { readonly extensionUri: vscode.Uri };

/** Brings one comparison into one webview panel, whoever made the panel, and ends with it. */
export class ComparisonPanel extends Disposable {
  private rpc: RpcEndpoint<RpcApi & PanelWebviewApi> | undefined;

  private constructor(
    private readonly panel: vscode.WebviewPanel,
    private readonly services: PanelServices,
    private readonly onStep: (next: PairComparison) => Promise<void> = () => Promise.resolve(),
  ) {
    super();
    this.register(panel.onDidDispose(() => this.dispose()));
  }

  /**
   * `word`: by which the comparison is found again after a restart; undefined where the editor
   * remembers it by itself. `onStep`: before the panel goes on to another pair of its series.
   */
  static async show(
    panel: vscode.WebviewPanel,
    comparison: Comparison,
    services: PanelServices,
    word: string | undefined,
    onStep?: (next: PairComparison) => Promise<void>,
  ): Promise<ComparisonPanel> {
    const shown = new ComparisonPanel(panel, services, onStep);
    await shown.start(comparison, word);
    return shown;
  }

  /** A panel whose comparison is not known any more says so. */
  static showLost(panel: vscode.WebviewPanel, services: PanelServices): ComparisonPanel {
    const shown = new ComparisonPanel(panel, services);
    shown.serve({
      init: () =>
        Promise.reject(
          new RpcError({
            code: 'comparison-lost',
            message: vscode.l10n.t('What this comparison showed is not known any more.'),
            hint: vscode.l10n.t('Close it and open the image again.'),
          }),
        ),
      showLog: async () => services.log.show(),
    });
    shown.render('preview', []);
    return shown;
  }

  /** Whether its panel is gone. */
  get isClosed(): boolean {
    return this.isDisposed;
  }

  /** Whether it is the editor in front. */
  get isActive(): boolean {
    return !this.isDisposed && this.panel.active;
  }

  /** Does what a key of the page does. */
  command(command: PanelCommand): void {
    this.rpc?.call('command', command).catch(this.logged('command'));
  }

  reveal(): void {
    this.panel.reveal();
  }

  close(): void {
    this.panel.dispose();
  }

  override dispose(): void {
    this.rpc?.close({ code: 'cancelled', message: phrase`The comparison was closed.` });
    super.dispose();
  }

  private async start(comparison: Comparison, word: string | undefined): Promise<void> {
    setPanelTitle(this.panel, titleOf(comparison));
    setPanelIcon(this.panel, this.services.extensionUri, 'compare');
    if (comparison.kind === 'revision') await this.startRevision(comparison, word);
    else await this.startFiles(comparison, word);
  }

  /** The commit's version as a file, which is there for as long as the panel. */
  private async startRevision(
    { picture, ref }: RevisionComparison,
    word: string | undefined,
  ): Promise<void> {
    try {
      const revision = this.register(await openRevision(picture, ref));
      const now = await vscode.workspace.fs.stat(picture).then(
        ({ size }) => byteText(size),
        () => vscode.l10n.t('deleted'),
      );
      const facts = vscode.l10n.t(
        '{0}: {1} · now: {2}',
        revision.name,
        byteText(revision.bytes),
        now,
      );
      if (!this.isDisposed)
        await this.startFiles(pairOf(revision.file, picture, facts), word, {
          original: revisionName(ref),
          upscaled: vscode.l10n.t('Now'),
        });
    } catch (error) {
      this.services.log.error('revision', error);
      if (this.isDisposed) return;
      const { log } = this.services;
      this.serve({
        init: () => Promise.reject(RpcError.from(error)),
        showLog: async () => log.show(),
      });
      this.render('pair', []);
    }
  }

  private async startFiles(
    comparison: PreviewComparison | PairComparison,
    word: string | undefined,
    names?: PanelSideNames,
  ): Promise<void> {
    const { webview } = this.panel;
    const files =
      comparison.kind === 'pair' ? [comparison.original, comparison.result] : [comparison.source];
    const made = comparison.kind === 'preview' && comparison.result ? [comparison.result] : [];
    const shown = this.register(new ShownFiles((change) => this.sourceChanged(change)));
    shown.watch(files);
    const onShown = (): void => shown.seen();
    const folders = [...files, ...made].map((file) => vscode.Uri.joinPath(file, '..'));
    if (comparison.kind === 'pair') {
      const onStep = async (next: PairComparison): Promise<PanelInit> => {
        await this.onStep(next);
        setPanelTitle(this.panel, titleOf(next));
        shown.watch([next.original, next.result]);
        return host.show(next);
      };
      const host: PairHost = new PairHost(comparison, webview, word, onShown, this.services, {
        names,
        step: (by) => this.step(pairAfter(host.shown, by), onStep),
      });
      this.serve(host.api());
      this.render('pair', [...folders, ...(comparison.series?.folders ?? [])]);
      return;
    }
    const session = await PreviewSession.create(this.services.engine, () => webview);
    this.register({
      dispose: () =>
        void session.dispose().catch((error: unknown) => this.services.log.error('preview', error)),
    });
    if (this.isDisposed) return;
    const title = titleOf(comparison);
    // Panels have no mark of their own for what is not saved.
    const onUnsaved = (unsaved: boolean): void =>
      setPanelTitle(this.panel, unsaved ? `● ${title}` : title);
    const host = this.register(
      new PreviewHost(comparison, webview, session, this.services, { word, onShown, onUnsaved }),
    );
    // A hidden webview has no page any more.
    this.register(this.panel.onDidChangeViewState(() => this.panel.visible || host.leave()));
    this.serve(host.api());
    this.render('preview', [...folders, vscode.Uri.file(session.directory)]);
  }

  private serve(local: RpcApi): void {
    const { webview } = this.panel;
    this.rpc = new RpcEndpoint<RpcApi & PanelWebviewApi>(
      // False means that the webview is hidden: it asks anew when it comes back.
      {
        post: (message) => void webview.postMessage(message),
        onMessage: (listener) => this.register(webview.onDidReceiveMessage(listener)),
      },
      logged(local, this.services.log),
    );
  }

  private async step(
    next: PairComparison | undefined,
    show: (next: PairComparison) => Promise<PanelInit>,
  ): Promise<void> {
    if (next) await this.rpc?.call('restart', await show(next));
  }

  /** `kind`: so that nothing flashes up that a pair does not have. */
  private render(kind: PanelInit['kind'], folders: readonly vscode.Uri[]): void {
    loadPage(this.panel.webview, this.services.extensionUri, {
      page: 'panel',
      folders,
      title: vscode.l10n.t('Comparison'),
      state: { kind },
      connects: true,
    });
  }

  /** A hidden webview has no page; the one that starts later reads the file anew. */
  private sourceChanged(change: SourceChange): void {
    if (this.panel.visible)
      this.rpc?.call('sourceChanged', change).catch(this.logged('sourceChanged'));
  }

  /** What fails is in the log, but for what a page did not answer before it went. */
  private logged(method: keyof PanelWebviewApi): (error: unknown) => void {
    return (error) => {
      if (RpcError.from(error).code !== 'cancelled') this.services.log.error(method, error);
    };
  }
}

/** Every failure of a request is in the log, too. */
function logged(local: RpcApi, log: Log): RpcApi {
  return Object.fromEntries(
    Object.entries(local).map(([method, handler]) => [
      method,
      async (params: never, context: CallContext) => {
        try {
          return await handler(params, context);
        } catch (error) {
          if (RpcError.from(error).code !== 'cancelled') log.error(`comparison: ${method}`, error);
          throw error;
        }
      },
    ]),
  );
}
