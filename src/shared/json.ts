/** An object of JSON, of which nothing is known yet. */
export type Json = { readonly [key: string]: unknown };

/** Whether a value from elsewhere (a file, a message) is an object, and no list. */
export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The fields of an object; none of anything else. */
export const fieldsOf = (value: unknown): Json => (isObject(value) ? value : {});
