import { phrase, type Words } from '../../shared/phrase';
/**
 * What decoders say. libvips hands on the words of the libraries below it; only these tell a picture
 * that is not there from a remark about a tag.
 */

/** libtiff's errors about strips, tiles and codecs: what they are about stays black. */
const REAL_FAULTS = /^tiff2vips: |^tiffload[^:]*: /;
/** Says nothing by itself. */
const EMPTY = [/^Warning treated as error/, /read gave \d+ warnings/, /^\s*$/];

/** About a tag whose value is none, which says nothing of the pixels; what is needed is missed later. */
const BAD_VALUE = /Bad value .* for "\w+" tag/;

/** Whether a decoder's error means that pixels are missing. */
export const isRealFault = (error: Error): boolean =>
  error.message.split('\n').some((line) => REAL_FAULTS.test(line) && !BAD_VALUE.test(line));

/**
 * Whether a TIFF's directory is out of order, which no writer leaves: a tag that was needed may have
 * become one that nobody knows.
 */
export const isDisordered = (error: Error): boolean => /not sorted/i.test(error.message);

/** Whether a decoder came to the end of a JPEG without its end mark, with all pixels or not. */
export const isPrematureEnd = (error: Error): boolean =>
  /premature end of JPEG/i.test(error.message);

/** A note for a picture that is shown in spite of what its decoder said: its first words, if any. */
export function damageNote(error: Error): Words {
  const said = (wordsOf(error) ?? 'warning').slice(0, 160);
  return phrase`The decoder of this file says "${said}": a part of the picture may be wrong or missing.`;
}

const wordsOf = (error: Error): string | undefined =>
  error.message
    .split('\n')
    .find((line) => !EMPTY.some((is) => is.test(line)))
    ?.replace(/^\w+: /, '')
    .trim();
