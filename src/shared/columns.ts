import stringWidth from 'string-width';

/**
 * Rows as lines, each column as wide as its widest cell. Chinese and Japanese characters are two
 * wide, combining ones none, as a terminal and an editor's font draw them.
 */
export function alignColumns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths: number[] = [];
  for (const row of rows)
    for (const [column, cell] of row.entries())
      widths[column] = Math.max(widths[column] ?? 0, stringWidth(cell));
  const padded = (cell: string, column: number): string =>
    cell + ' '.repeat((widths[column] ?? 0) - stringWidth(cell));
  return rows.map((row) => row.map(padded).join('  ').trimEnd());
}
