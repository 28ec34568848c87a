import type { OutputFormat } from './settings';

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
  if (format === 'png' && sourceExtension.toLowerCase() === '9.png') return sourceExtension;
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
