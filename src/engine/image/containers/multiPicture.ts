import type { FileView } from './fileView';

/** Names of gain maps: Adobe's and Ultra HDR's, ISO 21496-1's, Apple's. */
const GAIN_MAPS = [
  'http://ns.adobe.com/hdr-gain-map/',
  'urn:iso:std:iso:ts:21496:-1',
  'urn:com:apple:photo:2020:aux:hdrgainmap',
  'http://ns.apple.com/HDRGainMap/',
  'HDRGainMap:HDRGainMapVersion',
];
const LONGEST = Math.max(...GAIN_MAPS.map((name) => name.length));
const PIECE = 2 ** 20;

/** Whether a piece of a file says that there is a gain map. */
export const namesGainMap = (bytes: Buffer): boolean =>
  GAIN_MAPS.some((name) => bytes.includes(name, 0, 'latin1'));

/**
 * Whether a picture behind the first one names itself a gain map. Indices of such pictures are often
 * wrong after an edit, so that the bytes themselves are looked through, once.
 */
export async function hasGainMapBehind(view: FileView, from: number): Promise<boolean> {
  for (let at = from; at < view.size; at += PIECE)
    if (namesGainMap(await view.bytes(at, PIECE + LONGEST))) return true;
  return false;
}
