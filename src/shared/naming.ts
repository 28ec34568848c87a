import type { OutputFormat } from './settings';

export type NameParts = {
  /** The source's file name without its extension. */
  readonly name: string;
  /** The source's own extension as written ("JPG"), or '' when it has none. */
  readonly sourceExtension: string;
  readonly format: OutputFormat;
  readonly scale: number;
  readonly model: string;
  readonly pixel: number;
  readonly semantic: number;
};

const EXTENSIONS: Record<OutputFormat, readonly string[]> = {
  png: ['png'],
  jpeg: ['jpg', 'jpeg', 'jfif'],
  webp: ['webp'],
  avif: ['avif'],
  tiff: ['tif', 'tiff'],
  gif: ['gif'],
};

/**
 * The extension to write for `format`: the source's own spelling when it means the same format,
 * else the usual one.
 */
export function extensionFor(format: OutputFormat, sourceExtension: string): string {
  const known = EXTENSIONS[format];
  if (known.includes(sourceExtension.toLowerCase())) return sourceExtension;
  return known[0] ?? format;
}

/** The format that a file name asks for by its extension, if it is one that can be written. */
export function formatFromName(fileName: string): OutputFormat | undefined {
  const extension = /\.([^./\\]+)$/.exec(fileName)?.[1]?.toLowerCase() ?? '';
  return (Object.keys(EXTENSIONS) as OutputFormat[]).find((format) =>
    EXTENSIONS[format].includes(extension),
  );
}

const PLACEHOLDERS = ['name', 'scale', 'ext', 'model', 'pixel', 'semantic'] as const;

/**
 * Expands a name pattern such as `{name}@{scale}x.{ext}` or `upscaled/{name}.{ext}` into a path
 * relative to the source's folder, with `/` between folders. Throws when the pattern is empty,
 * names an unknown placeholder, or leaves the folder.
 */
export function expandNamePattern(pattern: string, parts: NameParts): string {
  const values: Record<(typeof PLACEHOLDERS)[number], string> = {
    name: parts.name,
    scale: trimNumber(parts.scale),
    ext: extensionFor(parts.format, parts.sourceExtension),
    model: parts.model,
    pixel: trimNumber(parts.pixel),
    semantic: trimNumber(parts.semantic),
  };
  checkNamePattern(pattern);
  return pattern
    .trim()
    .replace(/\{(\w+)\}/g, (_, key: string) => values[key as keyof typeof values]);
}

/** Throws an error that says what is wrong with a name pattern; returns when it is usable. */
export function checkNamePattern(pattern: string): void {
  const text = pattern.trim();
  if (text === '') throw new Error('The name pattern is empty.');
  for (const [, key] of text.matchAll(/\{([^}]*)\}/g)) {
    if (!(PLACEHOLDERS as readonly string[]).includes(key ?? '')) {
      const known = PLACEHOLDERS.map((p) => `{${p}}`).join(', ');
      throw new Error(
        `The name pattern has an unknown placeholder {${key ?? ''}}. Known: ${known}.`,
      );
    }
  }
  if (!text.includes('{name}')) throw new Error('The name pattern must contain {name}.');
  const segments = text.split('/');
  if (
    /^([A-Za-z]:|[\\/])/.test(text) ||
    text.includes('\\') ||
    segments.includes('..') ||
    segments.at(-1) === ''
  ) {
    throw new Error('The name pattern must stay inside the picture’s folder: use "/" and no "..".');
  }
}

/**
 * `a@4x.png` → `a@4x-2.png`: the n-th candidate for a name that is taken (n = 1 is the name
 * itself).
 */
export function numberedName(fileName: string, n: number): string {
  if (n <= 1) return fileName;
  const dot = fileName.lastIndexOf('.');
  return dot <= 0 ? `${fileName}-${n}` : `${fileName.slice(0, dot)}-${n}${fileName.slice(dot)}`;
}

const trimNumber = (value: number): string => String(Math.round(value * 100) / 100);
