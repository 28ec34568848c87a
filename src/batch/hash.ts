import { createHash } from 'node:crypto';
import path from 'node:path';
import { hashFile } from '../files/hashFile';
import { isMissing, NotAFileError } from '../files/kinds';
import { reallyLiesIn } from '../files/paths';
import { named } from '../files/systemError';

/** Larger files are no pictures that can be upscaled. */
const LARGEST_PICTURE = 8 * 2 ** 30;

/** SHA-256 of a source, which may be a link to a file. Rejects with what is wrong with it. */
export const hashSource = (file: string, signal?: AbortSignal): Promise<string> =>
  hashFile(file, { limit: LARGEST_PICTURE, followLinks: true, ...(signal ? { signal } : {}) });

/**
 * SHA-256 of a file that really lies in a folder; undefined when there is none, something else, or
 * one that can't be read. Rejects only when the signal aborts.
 */
export async function hashInside(
  folder: string,
  relative: string,
  signal?: AbortSignal,
  hashOf = hashSource,
): Promise<string | undefined> {
  const hash = await resultHash(folder, relative, signal, hashOf).catch(() => undefined);
  signal?.throwIfAborted();
  return hash;
}

/**
 * The same of a result that may be replaced or removed: one that can't be read may be anybody's, so
 * it rejects with what is wrong with it.
 */
export async function resultHash(
  folder: string,
  relative: string,
  signal?: AbortSignal,
  hashOf = hashSource,
): Promise<string | undefined> {
  const file = path.join(folder, relative);
  if (!(await reallyLiesIn(folder, file))) return undefined;
  try {
    return await hashOf(file, signal);
  } catch (error) {
    signal?.throwIfAborted();
    if (isMissing(error) || error instanceof NotAFileError) return undefined;
    throw named(error, file);
  }
}

/**
 * SHA-256 of a value's JSON with its keys in order, so that the same settings have the same hash
 * however they were written.
 */
export const hashValue = (value: unknown): string =>
  createHash('sha256').update(canonical(value)).digest('hex');

/** JSON with the keys of every object in order; what is undefined is left out. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item)).join(',')}]`;
  if (value === undefined) return 'null';
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(',')}}`;
}
