import type { PlanItem } from './types';

/**
 * Of several inputs with one output the first keeps it; nothing may be written over an input. Names
 * that differ in case only, or in how an accent is written, are one on many machines.
 */
export function withCollisions(items: readonly PlanItem[], isSameRoot: boolean): PlanItem[] {
  const key = (name: string): string => name.normalize('NFC').toLowerCase();
  const inputs = new Map(
    items
      .filter(({ status, reason }) => status !== 'skip' || reason === 'not-readable')
      .map(({ input }) => [key(input), input]),
  );
  const outputs = new Map<string, string>();
  return items.map((item) => {
    if (item.output === '') return item;
    const refuse = (message: string): PlanItem => ({
      ...item,
      id: `?${item.id} ${item.input}`,
      status: 'skip',
      selected: false,
      reason: 'collision',
      message,
    });
    const taken = outputs.get(key(item.output));
    if (taken !== undefined) return refuse(`${item.output} is the output of ${taken}, too.`);
    const victim = isSameRoot ? inputs.get(key(item.output)) : undefined;
    if (victim !== undefined && item.status === 'todo')
      return refuse(
        `Its output ${item.output} is ` +
          `${victim === item.input ? 'the file itself' : 'another input'}.`,
      );
    outputs.set(key(item.output), item.input);
    return item;
  });
}
