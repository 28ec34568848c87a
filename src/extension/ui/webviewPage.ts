import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { webviewShell, type WebviewShell } from './webviewShell';
import { languageOfWords } from './languageOfWords';

export type WebviewPage = Pick<WebviewShell, 'title' | 'state' | 'connects'> & {
  /** The name of its script and of its style sheet in dist/webview. */
  readonly page: 'batch' | 'panel';
  /** What it may show files of. */
  readonly folders: readonly vscode.Uri[];
};

/** Loads a page into a webview, in the person's language. */
export function loadPage(
  webview: vscode.Webview,
  extensionUri: vscode.Uri,
  { page, folders, ...shell }: WebviewPage,
): void {
  const assets = vscode.Uri.joinPath(extensionUri, 'dist', 'webview');
  const address = (name: string): string =>
    webview.asWebviewUri(vscode.Uri.joinPath(assets, name)).toString();
  webview.options = { enableScripts: true, localResourceRoots: [assets, ...folders] };
  webview.html = webviewShell({
    ...shell,
    cspSource: webview.cspSource,
    nonce: randomBytes(16).toString('base64url'),
    scriptUri: address(`${page}.js`),
    styleUri: address(`${page}.css`),
    codiconUri: address('codicon.css'),
    language: languageOfWords(),
    words: vscode.l10n.bundle ?? {},
  });
}
