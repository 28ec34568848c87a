/** An output that the graph declares is there. */
export function need<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('The network lacks an output.');
  return value;
}
