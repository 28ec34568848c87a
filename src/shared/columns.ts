import type stringWidth from 'string-width';

/** What bundling makes of it evaluates the module where it is called, not before. */
declare function require(name: 'string-width'): { readonly default: typeof stringWidth };

/** What terminals draw one wide, and most cells hold nothing else. */
const ONE_WIDE = /^[ -~]*$/;

/**
 * Rows as lines, each column as wide as its widest cell. Chinese and Japanese characters are two
 * wide, combining ones none, as a terminal and an editor's font draw them.
 */
export function alignColumns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths: number[] = [];
  for (const row of rows)
    for (const [column, cell] of row.entries())
      widths[column] = Math.max(widths[column] ?? 0, widthOf(cell));
  const padded = (cell: string, column: number): string =>
    cell + ' '.repeat((widths[column] ?? 0) - widthOf(cell));
  return rows.map((row) => row.map(padded).join('  ').trimEnd());
}

/** The library's patterns take a fifth of a short command's time to be made: only where needed. */
function widthOf(cell: string): number {
  if (ONE_WIDE.test(cell)) return cell.length;
  return require('string-width').default(cell);
}
