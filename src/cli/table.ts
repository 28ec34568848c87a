import { alignColumns } from '../shared/columns';
import { print } from './terminal';

/** Prints rows in columns as wide as their widest cell. */
export function printTable(header: readonly string[], rows: readonly (readonly string[])[]): void {
  for (const line of alignColumns([header, ...rows])) print(line);
}
