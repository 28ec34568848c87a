import { open } from 'node:fs/promises';

/** Names of gain maps: Adobe's and Ultra HDR's, ISO 21496-1's, Apple's. */
const NAMES = [
  'http://ns.adobe.com/hdr-gain-map/',
  'urn:iso:std:iso:ts:21496:-1',
  'urn:com:apple:photo:2020:aux:hdrgainmap',
  'HDRGainMap:HDRGainMapVersion',
];
/** A JPEG with several pictures says so at its beginning. */
const MULTI_PICTURE = 'MPF\0';
/** An AVIF with a gain map says so in its first box. */
const TONE_MAPPED = 'tmap';
const BRANDS_END = 64;

const PIECE = 2 ** 20;
const OVERLAP = 64;

/**
 * Whether a JPEG or an AVIF has a gain map: a second picture that brightens the first on HDR
 * screens.
 */
export async function hasGainMap(file: string, head: Buffer): Promise<boolean> {
  if (head.toString('latin1', 4, 8) === 'ftyp')
    return head
      .toString('latin1', 8, Math.min(BRANDS_END, head.readUInt32BE()))
      .includes(TONE_MAPPED);
  if (head.readUInt16BE() !== 0xffd8) return false;
  if (names(head)) return true;
  // The second picture names itself, far behind.
  return head.includes(MULTI_PICTURE) && (await anyPiece(file, names));
}

const names = (bytes: Buffer): boolean => NAMES.some((name) => bytes.includes(name));

async function anyPiece(file: string, is: (piece: Buffer) => boolean): Promise<boolean> {
  const handle = await open(file, 'r');
  try {
    const buffer = Buffer.alloc(PIECE + OVERLAP);
    for (let from = 0; ; from += PIECE) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, from);
      if (is(buffer.subarray(0, bytesRead))) return true;
      if (bytesRead < buffer.length) return false;
    }
  } finally {
    await handle.close();
  }
}
