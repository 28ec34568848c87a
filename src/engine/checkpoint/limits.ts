/**
 * What a checkpoint may hold. Real ones stay far below: `pisa_sr.pkl` has 1,032 tensors in a pickle
 * of 0.2 MB, Stable Diffusion's UNet 686 tensors in a header of 0.1 MB. More is an attack on memory
 * or time.
 */
export const LIMITS = {
  /** Values, list items, dictionary entries and kept values of a pickle; values of a JSON header. */
  values: 200_000,
  pickleBytes: 16 * 2 ** 20,
  headerBytes: 10_000_000,
  zipEntries: 20_000,
  /** Bytes of one name in an archive, and of the archive's directory in all. */
  nameBytes: 1024,
  directoryBytes: 16 * 2 ** 20,
  /** Dictionaries and lists within each other. */
  depth: 64,
} as const;

const LONGEST_QUOTE = 100;
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * A name or value out of a file, fit for a message: no control characters, at most 100 characters.
 */
export function quoted(text: string): string {
  const short = text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text;
  return short.replace(CONTROLS, '\ufffd');
}

/** A value from JSON in a message; what is within other values is left out. */
export function quotedJson(value: unknown): string {
  if (Array.isArray(value)) {
    const items = value.slice(0, 9).map((item: unknown) => quotedScalar(item));
    return quoted(`[${items.join(', ')}${value.length > items.length ? ', …' : ''}]`);
  }
  return quotedScalar(value);
}

function quotedScalar(value: unknown): string {
  if (Array.isArray(value)) return '[…]';
  if (typeof value === 'object' && value !== null) return '{…}';
  if (typeof value === 'string') return `"${quoted(value)}"`;
  return String(value);
}
