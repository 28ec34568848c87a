import path from 'node:path';
import { PlaceKeys } from '../files/placeKeys';
import type { PlanItem } from './types';
import { say } from '../shared/phrase';

/** Where inputs and outputs of items really lie, as a key that is the same for the same file. */
export type Places = {
  readonly input: (item: PlanItem) => string;
  readonly output: (item: PlanItem) => string;
};

/** Where the items' files lie; see `PlaceKeys`. */
export async function placesOfItems(
  items: readonly PlanItem[],
  root: string,
  outputRoot: string,
): Promise<Places> {
  const keys = new PlaceKeys();
  const known = new Map<string, string>();
  for (const { input, output } of items) {
    const files = [
      path.join(root, input),
      ...(output === '' ? [] : [path.join(outputRoot, output)]),
    ];
    for (const file of files) known.set(file, await keys.of(file));
  }
  const key = (file: string): string => known.get(file) ?? file;
  return {
    input: ({ input }) => key(path.join(root, input)),
    output: ({ output }) => key(path.join(outputRoot, output)),
  };
}

/** Of several inputs with one output the first keeps it; nothing may be written over an input. */
export function withCollisions(items: readonly PlanItem[], places: Places): PlanItem[] {
  const inputs = new Map(
    items
      .filter(({ status, reason }) => status !== 'skip' || reason === 'not-readable')
      .map((item) => [places.input(item), item.input]),
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
      hint: say`Rename one of them, change the name pattern, or leave one out.`,
    });
    const place = places.output(item);
    const taken = outputs.get(place);
    if (taken !== undefined) return refuse(say`${item.output} is the output of ${taken}, too.`);
    const victim = inputs.get(place);
    if (victim !== undefined && item.status === 'todo')
      return refuse(
        victim === item.input
          ? say`Its output ${item.output} is the file itself.`
          : say`Its output ${item.output} is another input.`,
      );
    outputs.set(place, item.input);
    return item;
  });
}
