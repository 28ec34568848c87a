import type { TiffEntry } from '../image/containers/tiffDirectory';

/** Tags that people and programs fill with texts. */
const NAMES: { readonly [tag: number]: string } = {
  269: 'DocumentName',
  270: 'ImageDescription',
  285: 'PageName',
  315: 'Artist',
  316: 'HostComputer',
  33_432: 'Copyright',
  37_510: 'UserComment',
  40_091: 'XPTitle',
  40_092: 'XPComment',
  40_093: 'XPAuthor',
  40_094: 'XPKeywords',
  40_095: 'XPSubject',
};

/** What a person may know a tag by. */
export const nameOfTag = (tag: number): string => NAMES[tag] ?? String(tag);

/** Tags of TIFF 6.0, EXIF 3.0 and Windows: what they are is known, text or not. */
const STANDARD = [
  [254, 343],
  [512, 532],
  [18_246, 18_249],
  [33_432, 33_437],
  [34_850, 34_869],
  [36_864, 36_882],
  [37_121, 37_122],
  [37_377, 37_396],
  [37_500, 37_522],
  [37_888, 37_893],
  [40_091, 40_095],
  [40_960, 42_240],
] as const;
/** A pair of numbers, packed, has that many bytes at least. */
const LEAST_BYTES = 8;
/** What a user's comment begins with: how its letters are stored, as its writer says. */
const [USER_COMMENT, MARK_BYTES] = [37_510, 8];
const [TEXT, TEXT_IN_UTF8] = [2, 129];
const NONE_OF_A_TEXT = /[^\P{C}\s\0\u00ad\u200b-\u200f\u2060\ufeff]|\ufffd/u;
const ALL_NONE_OF_A_TEXT = new RegExp(NONE_OF_A_TEXT, 'gu');
/** Of so many signs one may be none of a text's: of random bytes, a quarter are. */
const SIGNS_A_FAULT = 8;
/** Letters that stand together between bytes which are none, as many as say a place. */
const LETTERS_AMONG_BYTES = /[ -~]{8,}/g;

/**
 * All that a tag may say as a text, whatever its type and its letters: programs write texts as bytes,
 * as numbers, and in the other byte order than the block's. Of a reading that is no text, only letters
 * that stand together.
 */
export function textsOfTag({
  tag,
  value: whole,
}: Partial<TiffEntry> & Pick<TiffEntry, 'value'>): readonly string[] {
  const value = tag === USER_COMMENT ? whole.subarray(MARK_BYTES) : whole;
  const isWide = value.includes(0) || value.includes(0xff);
  return [
    ...new Set([
      value.toString('utf8'),
      value.toString('latin1'),
      ...(isWide
        ? ['utf-16le', 'utf-16be'].map((name) => new TextDecoder(name).decode(value))
        : []),
    ]),
  ].flatMap(saidIn);
}

function saidIn(reading: string): readonly string[] {
  const faults = reading.match(ALL_NONE_OF_A_TEXT)?.length ?? 0;
  if (faults === 0) return [reading];
  const signs = reading.replaceAll(/[\s\0]/g, '').length;
  return faults * SIGNS_A_FAULT <= signs ? [reading] : (reading.match(LETTERS_AMONG_BYTES) ?? []);
}

/** Whether nobody can tell what a tag says: one of no standard, long enough for a place, and no text. */
export const isUnreadable = ({ tag, type, value }: TiffEntry): boolean =>
  value.length >= LEAST_BYTES &&
  type !== TEXT &&
  type !== TEXT_IN_UTF8 &&
  !STANDARD.some(([from, to]) => tag >= from && tag <= to) &&
  !isText(value);

/** Whether bytes are letters, in UTF-8 or UTF-16. */
export const isText = (bytes: Buffer): boolean =>
  !NONE_OF_A_TEXT.test(bytes.toString('utf8')) ||
  ['utf-16le', 'utf-16be'].some((name) => {
    const text = new TextDecoder(name).decode(bytes);
    return !NONE_OF_A_TEXT.test(text) && /[\p{sc=Latin}\d]{2}/u.test(text);
  });

/**
 * Whether bytes that are a text by their standard hold none but signs of one, in whatever encoding: no
 * control characters but those of lines and tabs, and zeros behind the text.
 */
export const isTextOfAnyEncoding = (bytes: Buffer): boolean =>
  /^[^\0-\x08\v\f\x0e-\x1f]*\0*$/.test(bytes.toString('latin1')) || isText(bytes);
