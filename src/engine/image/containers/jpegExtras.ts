import type { Extra } from './facts';
import type { FileView } from './fileView';
import type { Segment } from './jpegSegments';

const [FIRST, LAST] = [0xe0, 0xef];
/** Long enough for each of the labels. */
const LABEL_BYTES = 40;
const LONGEST_NAME = 16;
/**
 * What segments of applications begin with that say how the pixels are stored, go on into results, are
 * told elsewhere, or repeat what the picture shows (previews, the quality of an export).
 */
const KNOWN: readonly (readonly [marker: number, label: RegExp])[] = [
  [0xe0, /^(?:JFIF|JFXX|AVI1)/],
  [0xe1, /^(?:Exif\0|http:\/\/ns\.adobe\.com\/(?:xap\/1\.0|xmp\/extension)\/\0)/],
  [0xe2, /^(?:ICC_PROFILE\0|MPF\0|FPXR\0|urn:iso:std:iso:ts:21496)/],
  [0xec, /^Ducky/],
  [0xed, /^(?:Photoshop 3\.0\0|Adobe_CM)/],
  [0xee, /^Adobe/],
];
const [BOXES, JUMBF] = [0xeb, 'JP'];

/**
 * The name of a segment of which no result has anything: its number, and what its program calls itself.
 * Undefined for other segments.
 */
export async function partOfProgram(
  view: FileView,
  { marker, from, length }: Segment,
  hasCredentials: boolean,
): Promise<string | undefined> {
  if (marker < FIRST || marker > LAST) return undefined;
  const label = (await view.bytes(from, Math.min(length, LABEL_BYTES))).toString('latin1');
  if (KNOWN.some(([known, begin]) => known === marker && begin.test(label))) return undefined;
  if (marker === BOXES && hasCredentials && label.startsWith(JUMBF)) return undefined;
  const name = /^[\w .:/-]{2,}/.exec(label)?.[0].trim().slice(0, LONGEST_NAME) ?? '';
  return `APP${marker - FIRST}${name === '' ? '' : ` ${name}`}`;
}

/** The same as what a file holds besides. */
export const extraOf = (parts: ReadonlySet<string>): readonly Extra[] =>
  parts.size > 0 ? [{ ofPrograms: [...parts] }] : [];
