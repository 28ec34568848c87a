import * as vscode from 'vscode';

/** The language that words are told in: English where the editor's has no bundle. */
export const languageOfWords = (): string =>
  vscode.l10n.bundle === undefined ? 'en' : vscode.env.language;
