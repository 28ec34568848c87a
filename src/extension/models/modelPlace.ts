import { getLocation } from 'jsonc-parser';

/** Keys that name a model, in settings and in recipes, and whether it is one that restores. */
const KEYS: ReadonlyMap<string, boolean> = new Map([
  ['pisaUpscale.model', false],
  ['pisaUpscale.restore', true],
  ['model', false],
  ['restore', true],
]);

/** A place in a JSON text where the id of a model stands or is to stand. */
export type ModelPlace = {
  readonly restores: boolean;
  /** What is replaced. */
  readonly offset: number;
  readonly length: number;
};

/** Whether the value at an offset is the id of a model; undefined elsewhere. */
export function modelPlaceAt(text: string, offset: number): ModelPlace | undefined {
  const { path, isAtPropertyKey, previousNode } = getLocation(text, offset);
  const key = path.at(-1);
  const restores = typeof key === 'string' ? KEYS.get(key) : undefined;
  if (restores === undefined || isAtPropertyKey) return undefined;
  const value =
    previousNode?.type === 'string' && offset <= previousNode.offset + previousNode.length
      ? previousNode
      : undefined;
  return { restores, offset: value?.offset ?? offset, length: value?.length ?? 0 };
}
