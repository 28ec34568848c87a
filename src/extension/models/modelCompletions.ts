import * as vscode from 'vscode';
import type { ModelSummary } from '../../shared/engineProtocol';
import { shownText } from '../../shared/safeText';
import { plainMarkdown } from '../ui/markdown';
import { modelPlaceAt } from './modelPlace';

/** Offers the ids of models where a setting or a recipe names one. */
export class ModelCompletions {
  constructor(private readonly models: () => Promise<readonly ModelSummary[]>) {}

  async provideCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.CompletionItem[]> {
    const place = modelPlaceAt(document.getText(), document.offsetAt(position));
    if (!place) return [];
    const models = await this.models();
    if (token.isCancellationRequested) return [];
    const range = new vscode.Range(
      document.positionAt(place.offset),
      document.positionAt(place.offset + place.length),
    );
    return models
      .filter(({ scale }) => (scale === 1) === place.restores)
      .map(({ id, name, scale, description }) => {
        const item = new vscode.CompletionItem(
          { label: shownText(id), description: shownText(`${name} · ×${scale}`) },
          vscode.CompletionItemKind.Value,
        );
        item.insertText = JSON.stringify(id);
        item.filterText = JSON.stringify(id);
        item.documentation = plainMarkdown([{ text: description }]);
        item.range = range;
        return item;
      });
  }
}
