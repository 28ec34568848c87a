import * as vscode from 'vscode';
import { describeGuidance } from '../../shared/guidance';
import { pairOf, previewOf } from '../comparison/comparison';
import type { ComparisonPanels } from '../comparison/comparisonPanels';
import { isMadeBy } from '../comparison/madeBy';

/**
 * Opens the comparison of an original with its result, for buttons and other code: see
 * `CompareArguments`. With how it was made, the panel shows the two files and computes the
 * same again so that it can be tuned; without, it shows the two files.
 */
export async function compare(
  panels: ComparisonPanels,
  original: unknown,
  result: unknown,
  made: unknown,
): Promise<void> {
  if (!(original instanceof vscode.Uri) || !(result instanceof vscode.Uri))
    throw new TypeError('The comparison needs the original and the result.');
  if (!isMadeBy(made)) await panels.show(pairOf(original, result));
  else if (original.toString() === result.toString())
    await panels.show(pairOf(original, result, describeGuidance(made.guidance, made.branches)));
  else {
    const { model, guidance, scale } = made;
    await panels.show(previewOf(original, { model, guidance, scale }, [], result));
  }
}
