import * as vscode from 'vscode';
import { shownText } from '../../shared/safeText';

/** A webview panel in the active column, with a title that is only words. */
export const createPanel = (viewType: string, title: string): vscode.WebviewPanel =>
  vscode.window.createWebviewPanel(viewType, shownText(title), vscode.ViewColumn.Active);

export function setPanelTitle(panel: vscode.WebviewPanel, title: string): void {
  panel.title = shownText(title);
}
