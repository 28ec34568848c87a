import * as vscode from 'vscode';
import { nameText } from '../../shared/safeText';

/** A webview panel in the active column, with a title that is only words. */
export const createPanel = (viewType: string, title: string): vscode.WebviewPanel =>
  vscode.window.createWebviewPanel(viewType, nameText(title), vscode.ViewColumn.Active);

export function setPanelTitle(panel: vscode.WebviewPanel, title: string): void {
  panel.title = nameText(title);
}

/** An icon of our own in the tab, as the buttons have it that open the panel. */
export function setPanelIcon(
  panel: vscode.WebviewPanel,
  extensionUri: vscode.Uri,
  name: 'compare' | 'upscale',
): void {
  const icon = (theme: 'light' | 'dark'): vscode.Uri =>
    vscode.Uri.joinPath(extensionUri, 'media', 'icons', `${name}-${theme}.svg`);
  panel.iconPath = { light: icon('light'), dark: icon('dark') };
}
