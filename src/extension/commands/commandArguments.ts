/**
 * Reads a text field of an argument that other code gave to a command; undefined when there is
 * none. Throws a TypeError for anything else.
 */
export function textOf(options: unknown, key: string): string | undefined {
  const value = fieldOf(options, key);
  if (value === undefined || (typeof value === 'string' && value !== '')) return value;
  throw new TypeError(`"${key}" must be a text that is not empty.`);
}

/** Whether a field of a command's argument is exactly true. */
export const isTrue = (options: unknown, key: string): boolean => fieldOf(options, key) === true;

/** Reads a list of texts. Throws a TypeError for anything else. */
export function textsOf(options: unknown, key: string): readonly string[] | undefined {
  const value = fieldOf(options, key);
  if (
    value === undefined ||
    (Array.isArray(value) && value.every((entry) => typeof entry === 'string'))
  )
    return value;
  throw new TypeError(`"${key}" must be a list of texts.`);
}

function fieldOf(options: unknown, key: string): unknown {
  return typeof options === 'object' && options !== null && Object.hasOwn(options, key)
    ? (options as Record<string, unknown>)[key]
    : undefined;
}
