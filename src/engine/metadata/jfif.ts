import { open, type FileHandle } from 'node:fs/promises';
import { splice } from './splice';

/** Version 1.02, without a density and a thumbnail. */
const JFIF = Buffer.from('\xff\xe0\0\x10JFIF\0\x01\x02\0\0\x01\0\x01\0\0', 'latin1');
const [BEGIN, HEAD, EXIF] = [2, 10, 'Exif\0\0'];

/**
 * Gives a finished JPEG whose source has no EXIF none either: its encoder makes up a block, with a
 * colour space and a density that nobody said. Where a density is known, the segment of JFIF takes its
 * place, for `setFileDensity` to fill.
 */
export async function putJfif(file: string, hasDensity: boolean): Promise<void> {
  const handle = await open(file, 'r');
  let madeUp: Place | undefined;
  try {
    madeUp = await exifPlace(handle);
  } finally {
    await handle.close();
  }
  // JFIF's own must be the first segment, and so is the encoder's.
  const { from, to } = madeUp ?? { from: BEGIN, to: BEGIN };
  if (hasDensity || to > from) await splice(file, from, to, hasDensity ? JFIF : Buffer.alloc(0));
}

type Place = { readonly from: number; readonly to: number };

/** Where the encoder's EXIF lies: first of all, if there is any. */
async function exifPlace(handle: FileHandle): Promise<Place | undefined> {
  const head = Buffer.alloc(HEAD);
  await handle.read(head, 0, HEAD, BEGIN);
  return head[0] === 0xff && head[1] === 0xe1 && head.toString('latin1', 4) === EXIF
    ? { from: BEGIN, to: BEGIN + 2 + head.readUInt16BE(2) }
    : undefined;
}
