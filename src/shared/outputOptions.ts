import { isOneOf } from './oneOf';
import { phrase, type Words } from './phrase';

/**
 * What becomes of EXIF, XMP and IPTC. Profiles are always kept: without them the colours would be
 * others.
 */
export const METADATA_CHOICES = ['keep', 'withoutLocation', 'strip'] as const;
export type MetadataChoice = (typeof METADATA_CHOICES)[number];

/** Whether WebP and AVIF are written without loss; `auto`: as the source, for a WebP. */
export const LOSSLESS_CHOICES = ['auto', 'always', 'never'] as const;
export type LosslessChoice = (typeof LOSSLESS_CHOICES)[number];

/** How the result is written, besides format and quality. */
export type OutputOptions = {
  /**
   * `keep` unless given. The orientation is applied and reset, the density grows with the picture,
   * thumbnails go.
   */
  readonly metadata?: MetadataChoice;
  /** Writes the model and the guidance into the file's XMP. False unless given. */
  readonly provenance?: boolean;
  /** WebP and AVIF without loss. Unless given: as the source, for a WebP. */
  readonly lossless?: boolean;
  /**
   * Writes a PNG with a palette when the source has one and nothing visible is lost by it. True
   * unless given.
   */
  readonly palette?: boolean;
  /** Largest file in bytes: the quality is lowered until it fits. */
  readonly maxBytes?: number;
};

/** What is wrong with output options that came over a boundary; undefined when nothing is. */
export function outputOptionsProblem(options: OutputOptions): Words | undefined {
  const { metadata, maxBytes } = options;
  if (metadata !== undefined && !isOneOf(METADATA_CHOICES, metadata))
    return phrase`The metadata choice is ${String(metadata)}; it must be one of ${METADATA_CHOICES.join(', ')}.`;
  for (const name of ['provenance', 'lossless', 'palette'] as const) {
    const value: unknown = options[name];
    if (value !== undefined && typeof value !== 'boolean')
      return phrase`The option ${name} must be true or false.`;
  }
  if (maxBytes !== undefined && !(Number.isInteger(maxBytes) && maxBytes >= 100))
    return phrase`The largest file size is ${String(maxBytes)} bytes; it must be a whole number from 100 on.`;
  return undefined;
}
