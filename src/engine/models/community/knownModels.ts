import path from 'node:path';
import { readSmallText } from '../../../files/readSmall';
import { CATALOGUE } from './catalogue';
import table from './openModelDb.json';
import { isObject } from '../../../shared/json';

/** What OpenModelDB, or the catalogue, says of a file. */
export type KnownModel = {
  readonly name: string;
  readonly author: string | undefined;
  /** SPDX name; undefined where the authors state none. */
  readonly licence: string | undefined;
  /** What it is for, in a few words. */
  readonly purpose: string | undefined;
};

/** A table of the whole database that a person made (`scripts/openModelDb.mjs`), in the store. */
const OWN_TABLE = 'known-models.json';
/** Ten times what 755 files take. */
const LIMIT = 4 * 2 ** 20;

let own: { readonly store: string; readonly models: unknown } | undefined;

/** Reads the person's own table, once for a store. One that is missing or damaged is none. */
export async function readOwnTable(store: string | undefined): Promise<void> {
  if (store === undefined || own?.store === store) return;
  try {
    const text = await readSmallText(path.join(store, OWN_TABLE), { limit: LIMIT });
    const json: unknown = JSON.parse(text);
    own = { store, models: isObject(json) ? json.models : undefined };
  } catch {
    own = { store, models: undefined };
  }
}

/**
 * Looks a file up by its SHA-256 in the program's own table, in the person's, and among the models
 * that are offered; undefined for a file that none of them knows.
 */
export function knownModel(sha256: string): KnownModel | undefined {
  const [entry] = [table.models, own?.models]
    .filter((models) => isObject(models) && Object.hasOwn(models, sha256))
    .map((models) => (models as Record<string, unknown>)[sha256])
    .filter((one) => Array.isArray(one) && textOf(one[0]) !== undefined);
  if (!Array.isArray(entry)) return CATALOGUE.find((one) => one.sha256 === sha256);
  const [name, author, licence, purpose] = entry as unknown[];
  return {
    name: String(name),
    author: textOf(author),
    licence: textOf(licence),
    purpose: textOf(purpose),
  };
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;
