import { randomBytes } from 'node:crypto';
import path from 'node:path';
import * as vscode from 'vscode';
import { RpcEndpoint, type RpcApi } from '../../shared/rpc';
import type { CompareHostApi, ComparePictures, CompareWebviewApi } from '../../shared/webviewProtocol';
import { Disposable } from '../disposable';
import { compareHtml } from './compareHtml';
import { originalPane, resultPane, type MadeBy } from './panes';

export type Comparison = {
  readonly original: vscode.Uri;
  readonly result: vscode.Uri;
  /** How the result was made, when that is known. */
  readonly made: MadeBy | undefined;
};

const VIEW_TYPE = 'pisaUpscale.compare';

/** The open comparisons, one panel for each pair of files. */
export class ComparePanels extends Disposable {
  private readonly open = new Map<string, ComparePanel>();

  constructor(private readonly extensionUri: vscode.Uri) {
    super();
  }

  /** Opens a panel, or brings the pair's panel to the front and shows its files as they are now. */
  async show(comparison: Comparison): Promise<void> {
    const key = `${comparison.original.toString()} ${comparison.result.toString()}`;
    const existing = this.open.get(key);
    if (existing) {
      await existing.update(comparison);
      return;
    }
    const panel = new ComparePanel(this.extensionUri, comparison, () => this.open.delete(key));
    this.open.set(key, panel);
  }

  override dispose(): void {
    for (const panel of [...this.open.values()]) panel.dispose();
    super.dispose();
  }
}

class ComparePanel extends Disposable {
  private readonly panel: vscode.WebviewPanel;
  private readonly rpc: RpcEndpoint<RpcApi & CompareWebviewApi>;

  constructor(
    extensionUri: vscode.Uri,
    private comparison: Comparison,
    onClosed: () => void,
  ) {
    super();
    const { original, result } = comparison;
    const assets = vscode.Uri.joinPath(extensionUri, 'dist', 'webview');
    this.panel = this.register(
      vscode.window.createWebviewPanel(VIEW_TYPE, `${baseName(original)} ↔ ${baseName(result)}`, vscode.ViewColumn.Active, {
        enableScripts: true,
        localResourceRoots: [assets, vscode.Uri.joinPath(original, '..'), vscode.Uri.joinPath(result, '..')],
      }),
    );
    const { webview } = this.panel;
    const host: CompareHostApi = { pictures: () => this.pictures() };
    this.rpc = new RpcEndpoint<RpcApi & CompareWebviewApi>(
      // False means that the webview is hidden: it asks for the pictures when it comes back.
      { post: (message) => void webview.postMessage(message), onMessage: (listener) => this.register(webview.onDidReceiveMessage(listener)) },
      host,
    );
    this.register(
      this.panel.onDidDispose(() => {
        onClosed();
        this.dispose();
      }),
    );
    webview.html = compareHtml(
      {
        cspSource: webview.cspSource,
        nonce: randomBytes(16).toString('base64url'),
        scriptUri: webview.asWebviewUri(vscode.Uri.joinPath(assets, 'compare.js')).toString(),
        styleUri: webview.asWebviewUri(vscode.Uri.joinPath(assets, 'compare.css')).toString(),
        language: vscode.env.language,
      },
      vscode.l10n.t,
    );
  }

  /** Comes to the front with the files as they are now. */
  async update(comparison: Comparison): Promise<void> {
    this.comparison = comparison;
    const wasVisible = this.panel.visible;
    this.panel.reveal();
    // A hidden webview has no page; the one that starts now asks by itself.
    if (wasVisible) await this.rpc.call('show', await this.pictures());
  }

  override dispose(): void {
    this.rpc.close({ code: 'cancelled', message: 'The comparison was closed.' });
    super.dispose();
  }

  private async pictures(): Promise<ComparePictures> {
    const { original, result, made } = this.comparison;
    const [originalSource, resultSource] = await Promise.all([this.address(original), this.address(result)]);
    return {
      original: originalPane({ fileName: baseName(original), source: originalSource }, made, vscode.l10n.t),
      result: resultPane({ fileName: baseName(result), source: resultSource }, made, vscode.l10n.t),
    };
  }

  /** The file's address inside the webview. Its time is part of it, or the browser would show what it has in its cache. */
  private async address(file: vscode.Uri): Promise<string> {
    const time = await vscode.workspace.fs.stat(file).then(
      (stat) => stat.mtime,
      () => 0,
    );
    return this.panel.webview.asWebviewUri(file).with({ query: `v=${time}` }).toString();
  }
}

const baseName = (uri: vscode.Uri): string => path.posix.basename(uri.path);
