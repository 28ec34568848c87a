import type { OutputFormat } from './settings';

/** What people call the formats; the same in every language. */
export const FORMAT_LABELS: Readonly<Record<OutputFormat, string>> = {
  png: 'PNG',
  jpeg: 'JPEG',
  webp: 'WebP',
  avif: 'AVIF',
  tiff: 'TIFF',
  gif: 'GIF',
};
