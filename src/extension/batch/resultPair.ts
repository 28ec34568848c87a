import path from 'node:path';
import * as vscode from 'vscode';
import type { Plan } from '../../batch/types';
import { pairOf, type PairComparison } from '../comparison/comparison';
import { pairAt } from '../comparison/pairSeries';

/**
 * Source and result of the row `id`, as one of the rows `ids`, to which the comparison leads in
 * their order. What the plan doesn't have is left out; undefined when that is `id` itself.
 */
export function resultPair(
  { items, root, outputRoot }: Plan,
  id: string,
  ids: readonly string[],
): PairComparison | undefined {
  const results = new Map(
    items.filter(({ output }) => output !== '').map((item) => [item.output, item]),
  );
  const known = ids.filter((one) => results.has(one));
  const at = known.indexOf(id);
  const pairs = known.flatMap((one) => {
    const item = results.get(one);
    return item
      ? [
          pairOf(
            vscode.Uri.file(path.join(root, item.input)),
            vscode.Uri.file(path.join(outputRoot, item.output)),
          ),
        ]
      : [];
  });
  const folders = [...new Set([root, outputRoot])].map((folder) => vscode.Uri.file(folder));
  return pairAt({ pairs, folders, at }, at);
}
