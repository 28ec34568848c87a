import * as vscode from 'vscode';

/** What is told about a range of a document: words that `plainMarkdown` made harmless. */
export type Told = { readonly content: vscode.MarkdownString; readonly range: vscode.Range };

/** Tells something where the pointer rests, in documents of these kinds. */
export const registerHovers = (
  selector: vscode.DocumentSelector,
  tell: (
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ) => Promise<Told | undefined>,
): vscode.Disposable =>
  vscode.languages.registerHoverProvider(selector, {
    async provideHover(document, position, token) {
      const told = await tell(document, position, token);
      return told && new vscode.Hover(told.content, told.range);
    },
  });
