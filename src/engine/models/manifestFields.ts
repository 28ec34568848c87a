import { quoted } from '../checkpoint/limits';
import { phrase, WordedError } from '../../shared/phrase';
import { isObject, type Json } from '../../shared/json';

/** A field that is an object. Like the others here it throws an error that names the field. */
export function object(json: Json, key: string): Json {
  const value = json[key];
  if (!isObject(value)) throw new WordedError(phrase`"${key}" must be an object`);
  return value;
}

export function list(json: Json, key: string): readonly unknown[] {
  const value = json[key];
  if (!Array.isArray(value)) throw new WordedError(phrase`"${key}" must be a list`);
  return value as readonly unknown[];
}

export function text(json: Json, key: string): string {
  const value = json[key];
  if (typeof value !== 'string' || value === '')
    throw new WordedError(phrase`"${key}" must be text`);
  return value;
}

/** A text that may be missing. */
export const textIfAny = (json: Json, key: string): string | undefined =>
  json[key] === undefined ? undefined : text(json, key);

export function whole(json: Json, key: string, minimum: number): number {
  const value = json[key];
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < minimum) {
    throw new WordedError(phrase`"${key}" must be a whole number of at least ${minimum}`);
  }
  return value;
}

export function hash(json: Json, key: string): string {
  const value = text(json, key);
  if (!/^[0-9a-f]{64}$/.test(value)) throw new WordedError(phrase`"${key}" must be a SHA-256`);
  return value;
}

/** Throws unless `id` can be the name of a model and of its folder. */
export function requireId(id: string): string {
  if (!/^[a-z0-9][a-z0-9-]*$/.test(id))
    throw new WordedError(
      phrase`the id "${quoted(id)}" must be lower-case letters, digits and "-"`,
    );
  return id;
}
