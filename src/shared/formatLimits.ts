import type { Size } from './geometry';
import type { OutputFormat } from './settings';
import { phrase, type Words } from './phrase';

/** Largest side in pixels that a format, or the library that writes it, can hold. */
const LARGEST_SIDE: { readonly [F in OutputFormat]?: number } = {
  // libjpeg's own limit; the format itself could hold 35 more.
  jpeg: 65_500,
  webp: 16_383,
  avif: 16_384,
  gif: 65_535,
};

/** Why a format can't hold a picture of this size; undefined when it can. */
export function formatProblem(format: OutputFormat, { width, height }: Size): Words | undefined {
  const largest = LARGEST_SIDE[format];
  if (largest === undefined || Math.max(width, height) <= largest) return undefined;
  return phrase`Pictures of the format ${format.toUpperCase()} can be at most ${largest} pixels a side; the result would be ${width}×${height}.`;
}
