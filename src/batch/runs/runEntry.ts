import path from 'node:path';
import { holderFrom, type Holder } from '../../files/holder';
import type { RunScope } from './scope';
import { isObject } from '../../shared/json';

/** Where a run was started. */
export const RUN_PLACES = ['window', 'terminal'] as const;
export type RunPlace = (typeof RUN_PLACES)[number];

/** A run that is under way, as it tells others of itself. */
export type RunEntry = {
  readonly holder: Holder;
  readonly place: RunPlace;
  /** What a person chose, absolute. */
  readonly root: string;
  readonly scope: RunScope;
  /** Where its journal lies, once there is one. Absolute. */
  readonly stateFolder: string;
};

/** Reads an entry from JSON; undefined when it is none. */
export function runEntryFrom(value: unknown): RunEntry | undefined {
  if (!isObject(value)) return undefined;
  const { place, root, stateFolder } = value;
  const holder = holderFrom(value.holder);
  const scope = scopeFrom(value.scope);
  const known = RUN_PLACES.find((one) => one === place);
  return holder && scope && known !== undefined && isPath(root) && isPath(stateFolder)
    ? { holder, place: known, root, scope, stateFolder }
    : undefined;
}

function scopeFrom(value: unknown): RunScope | undefined {
  if (!isObject(value)) return undefined;
  const { sources, outputRoot, shard } = value;
  if (!Array.isArray(sources) || !sources.every(isPath) || !isPath(outputRoot)) return undefined;
  const { index, count } = isObject(shard) ? shard : {};
  return {
    sources,
    outputRoot,
    ...(typeof index === 'number' && typeof count === 'number' ? { shard: { index, count } } : {}),
  };
}

const isPath = (value: unknown): value is string =>
  typeof value === 'string' && path.isAbsolute(value);
