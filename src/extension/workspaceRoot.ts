import * as vscode from 'vscode';

/** The path of the workspace folder that a file lies in; undefined for one outside. */
export const workspaceRoot = (file: vscode.Uri): string | undefined =>
  vscode.workspace.getWorkspaceFolder(file)?.uri.fsPath;
