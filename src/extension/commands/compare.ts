import * as vscode from 'vscode';
import type { ComparePanels } from '../comparison/comparePanel';
import { isMadeBy } from '../comparison/panes';

/** Opens the comparison of an original with its result. For buttons and other code: it needs both. See `CompareArguments`. */
export async function compare(panels: ComparePanels, original: unknown, result: unknown, made: unknown): Promise<void> {
  if (!(original instanceof vscode.Uri) || !(result instanceof vscode.Uri)) throw new TypeError('The comparison needs the original and the result.');
  await panels.show({ original, result, made: isMadeBy(made) ? made : undefined });
}
