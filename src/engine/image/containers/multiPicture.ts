import type { FileView } from './fileView';

/** Names of gain maps: Adobe's and Ultra HDR's, ISO 21496-1's, Apple's. */
const GAIN_MAPS = [
  'http://ns.adobe.com/hdr-gain-map/',
  'urn:iso:std:iso:ts:21496:-1',
  'urn:com:apple:photo:2020:aux:hdrgainmap',
  'http://ns.apple.com/HDRGainMap/',
  'HDRGainMap:HDRGainMapVersion',
];
/** Google's list of what lies in a file, as an attribute in either quotes or as an element. */
const LISTED = /Semantic(?:\s{0,16}=\s{0,16}["']|\s{0,16}>\s{0,16})GainMap\b/;
const LONGEST = Math.max(96, ...GAIN_MAPS.map((name) => name.length));
const PIECE = 2 ** 20;

/** Whether a piece of a file says that there is a gain map. */
export const namesGainMap = (bytes: Buffer): boolean =>
  GAIN_MAPS.some((name) => bytes.includes(name, 0, 'latin1')) ||
  (bytes.includes('GainMap') && LISTED.test(bytes.toString('latin1')));

/**
 * Whether a picture behind the first one names itself a gain map. Indices of such pictures are often
 * wrong after an edit, so that the bytes themselves are looked through, once.
 */
export async function hasGainMapBehind(view: FileView, from: number): Promise<boolean> {
  for (let at = from; at < view.size; at += PIECE)
    if (namesGainMap(await view.bytes(at, PIECE + LONGEST))) return true;
  return false;
}

const [TRAILER_BYTES, ENTRY_IN_TRAILER, MOTION_PHOTO] = [8, 12, 0x0a30];
const MOST_TRAILER = 65_536;

/** Whether Samsung's directory at the end of a JPEG names the video of a motion photo. */
export async function hasVideoBehind(view: FileView): Promise<boolean> {
  const end = Buffer.from(await view.bytes(view.size - TRAILER_BYTES, TRAILER_BYTES));
  if (end.length < TRAILER_BYTES || end.toString('latin1', 4) !== 'SEFT') return false;
  const length = end.readUInt32LE(0);
  if (length < 12 || length > MOST_TRAILER) return false;
  const directory = await view.bytes(view.size - TRAILER_BYTES - length, length);
  if (directory.toString('latin1', 0, 4) !== 'SEFH') return false;
  const count = directory.readUInt32LE(8);
  for (let i = 0, at = 12; i < count && at + ENTRY_IN_TRAILER <= directory.length; i++, at += 12)
    if (directory.readUInt16LE(at + 2) === MOTION_PHOTO) return true;
  return false;
}

const [NUMBER_OF_IMAGES, ENTRIES] = [0xb001, 0xb002];
const ENTRY_BYTES = 16;
const MOST_PICTURES = 1000;
/** The types of previews of the first picture: "large thumbnail", of two sizes. */
const PREVIEWS = [0x010001, 0x010002];

/**
 * Pictures behind the first one that are no previews of it, by a JPEG's index: what follows `MPF\0`
 * in its segment. (CIPA DC-007, 5.2.)
 */
export function picturesBehind(index: Buffer): number {
  const isLittle = index.toString('latin1', 0, 2) === 'II';
  const short = (at: number): number =>
    isLittle ? index.readUInt16LE(at) : index.readUInt16BE(at);
  const long = (at: number): number => (isLittle ? index.readUInt32LE(at) : index.readUInt32BE(at));
  const directory = long(4);
  let [pictures, entries] = [0, 0];
  for (let i = 0, at = directory + 2; i < short(directory); i++, at += 12) {
    if (short(at) === NUMBER_OF_IMAGES) pictures = Math.min(MOST_PICTURES, long(at + 8));
    if (short(at) === ENTRIES) entries = long(at + 8);
  }
  let count = 0;
  for (let picture = 1; picture < pictures; picture++)
    if (!PREVIEWS.includes(long(entries + picture * ENTRY_BYTES) & 0xffffff)) count++;
  return count;
}
