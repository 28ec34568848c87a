import * as vscode from 'vscode';

/** Below "Refactor…", so that no light bulb shines at every path. */
export const IMAGE_ACTION = vscode.CodeActionKind.Refactor.append('image');
