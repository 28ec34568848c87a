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

const [BYTE, ASCII, UNDEFINED, UTF8] = [1, 2, 7, 129];
const USER_COMMENT = 37_510;
/** Windows' own texts, in UTF-16 whichever the order of the block. */
const isOfWindows = (tag: number): boolean => tag >= 40_091 && tag <= 40_095;
/** What a user's comment begins with: how its letters are stored. */
const [MARK_BYTES, UNICODE] = [8, 'UNICODE\0'];

/** What a tag says, where it is a text. */
export function textOfTag({ tag, type, value }: TiffEntry, isLittle: boolean): string | undefined {
  if (type === ASCII || type === UTF8) return value.toString('utf8');
  if (type !== BYTE && type !== UNDEFINED) return undefined;
  if (isOfWindows(tag)) return utf16(value, true);
  if (tag !== USER_COMMENT) return undefined;
  const letters = value.subarray(MARK_BYTES);
  return value.toString('latin1', 0, MARK_BYTES) === UNICODE
    ? utf16(letters, isLittle)
    : letters.toString('utf8');
}

const utf16 = (bytes: Buffer, isLittle: boolean): string =>
  new TextDecoder(isLittle ? 'utf-16le' : 'utf-16be').decode(bytes);
