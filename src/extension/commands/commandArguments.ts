/** Reads a text field of an argument that other code gave to a command; undefined when there is none. */
export function textOf(options: unknown, key: string): string | undefined {
  const value = fieldOf(options, key);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Whether a field of a command's argument is exactly true. */
export const isTrue = (options: unknown, key: string): boolean => fieldOf(options, key) === true;

/** Reads a list of texts. */
export function textsOf(options: unknown, key: string): readonly string[] | undefined {
  const value = fieldOf(options, key);
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string') ? value : undefined;
}

function fieldOf(options: unknown, key: string): unknown {
  return typeof options === 'object' && options !== null && Object.hasOwn(options, key) ? (options as Record<string, unknown>)[key] : undefined;
}
