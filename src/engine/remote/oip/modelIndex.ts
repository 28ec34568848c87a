import { nonsense } from './tensors';
import { phrase } from '../../../shared/phrase';
import { fieldsOf, type Json } from '../../../shared/json';

/** A model that a server's index names. */
export type IndexEntry = { readonly name: string };

/** So many models of an index are looked at; nobody chooses among more. */
const MOST_MODELS = 200;
const LONGEST_NAME = 200;

/** The models of an index, and how many more there are. */
export type ModelIndex = { readonly entries: readonly IndexEntry[]; readonly more: number };

/**
 * Whether a model of that name can be asked for: of a name that is a step in a path, or that no
 * address can hold, another model would answer, or none.
 */
export const isAskable = (name: string): boolean =>
  name !== '' &&
  name.length <= LONGEST_NAME &&
  name !== '.' &&
  name !== '..' &&
  !/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(name);

/**
 * Reads an index: a list of `{name, version, state}`, or of names as KServe has it. Each name once,
 * in order; versions only tell that there are some. Throws a `RemoteFailure` for what is no list.
 */
export function readModelIndex(list: unknown): ModelIndex {
  if (!Array.isArray(list)) throw nonsense(phrase`about its models is not a list`);
  const names = new Set<string>();
  for (const entry of list as readonly unknown[]) {
    const { name, state } = entryOf(entry);
    // MLServer says "State.READY" over gRPC.
    const ready = typeof state !== 'string' || state === '' || /^(State\.)?READY$/.test(state);
    if (typeof name === 'string' && ready && isAskable(name)) names.add(name);
  }
  const sorted = [...names].sort();
  return {
    entries: sorted.slice(0, MOST_MODELS).map((name) => ({ name })),
    more: Math.max(0, sorted.length - MOST_MODELS),
  };
}

/** Some list names alone. */
const entryOf = (entry: unknown): Json =>
  typeof entry === 'string' ? { name: entry } : fieldsOf(entry);
