import { isObject } from '../manifestFields';
import table from './openModelDb.json';

/** What OpenModelDB says of a file. */
export type KnownModel = {
  readonly name: string;
  readonly author: string | undefined;
  /** SPDX name; undefined where the authors state none. */
  readonly licence: string | undefined;
  /** What it is for, in a few words. */
  readonly purpose: string | undefined;
};

/**
 * Looks a file up by its SHA-256 in the table that `scripts/openModelDb.mjs` makes; undefined for a
 * file that nobody published there.
 */
export function knownModel(sha256: string): KnownModel | undefined {
  const models: unknown = table.models;
  const entry = isObject(models) && Object.hasOwn(models, sha256) ? models[sha256] : undefined;
  if (!Array.isArray(entry)) return undefined;
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
