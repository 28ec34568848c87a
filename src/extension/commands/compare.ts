import * as vscode from 'vscode';
import { describeGuidance } from '../../shared/guidance';
import { pairOf, previewOf } from '../comparison/comparison';
import type { ComparisonPanels } from '../comparison/comparisonPanels';
import { isMadeBy, wishFor } from '../comparison/madeBy';
import type { Config } from '../config';

/**
 * Opens the comparison of an original with its result, for buttons and other code: see
 * `CompareArguments`. With how it was made, the panel shows the two files and computes the
 * same again so that it can be tuned; without, or where the panel can't make the same, it shows the
 * two files.
 */
export async function compare(
  { panels, config }: { readonly panels: ComparisonPanels; readonly config: Config },
  original: unknown,
  result: unknown,
  made: unknown,
): Promise<void> {
  if (!(original instanceof vscode.Uri) || !(result instanceof vscode.Uri))
    throw new TypeError('The comparison needs the original and the result.');
  if (!isMadeBy(made)) {
    await panels.show(pairOf(original, result));
    return;
  }
  const isInPlace = original.toString() === result.toString();
  const wish = isInPlace ? undefined : wishFor(made, config.upscale(original).asset);
  await panels.show(
    wish
      ? previewOf(original, wish, [], result)
      : pairOf(original, result, describeGuidance(made.guidance, made.branches)),
  );
}
