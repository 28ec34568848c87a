import { FORMAT_LABELS } from './formatLabels';
import type { OutputFormat } from './settings';

/** What is asked of a file that only some formats can honour; `lossy`: never without loss. */
export type FormatOption = 'quality' | 'lossless' | 'lossy';

export const FORMATS_WITH: Readonly<Record<FormatOption, readonly OutputFormat[]>> = {
  quality: ['jpeg', 'webp', 'avif'],
  lossless: ['png', 'tiff', 'webp', 'avif'],
  lossy: ['jpeg', 'webp', 'avif'],
};

/** Which of them are asked for. */
export const formatOptionsOf = ({
  quality,
  lossless,
}: {
  readonly quality?: number | undefined;
  readonly lossless?: boolean | undefined;
}): readonly FormatOption[] => [
  ...(quality === undefined ? [] : (['quality'] as const)),
  ...(lossless === undefined ? [] : ([lossless ? 'lossless' : 'lossy'] as const)),
];

/** Whether none of these formats can honour it. */
export const isIdleIn = (option: FormatOption, formats: readonly OutputFormat[]): boolean =>
  !formats.some((format) => FORMATS_WITH[option].includes(format));

/** "JPEG, WebP" */
export const formatNames = (formats: Iterable<OutputFormat>): string =>
  [...formats].map((format) => FORMAT_LABELS[format]).join(', ');
