import { randomUUID } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import type { Exif } from 'sharp';
import {
  directoryBytes,
  directoryLength,
  LONG,
  LONG8,
  numberEntry,
  swapped,
  writeNumber,
  type TiffEntry,
} from '../image/containers/tiffDirectory';
import type { OutputFormat } from '../../shared/settings';
import { exifBytes, exifLength, GPS_DIRECTORY, PHOTO_DIRECTORY, type ExifData } from './exifBlock';
import { nameOfTag } from './exifTexts';
import { writtenDirectory } from './writtenTiff';

/** No file can know it, and hold another one. */
const TOKEN = `~${randomUUID()}~`;
/** What the encoder's library begins its block with, and how far behind that the token can be. */
const BLOCK_BEGIN = Buffer.from('II*\0\x08\0\0\0', 'latin1');
const BEFORE_TOKEN = 4096;
const PIECE = 8 * 2 ** 20;
const PNG_SIGNATURE = '\x89PNG\r\n\x1a\n';
/** The encoder's library writes no more, what it adds to the placeholder counted. */
const MOST_BYTES = 65_000;
/** Tags that go on, the longest left out until they fit, and the names of those. */
export function fittingExif(
  exif: ExifData,
  format: OutputFormat,
): { readonly exif: ExifData; readonly tooLong: readonly string[] } {
  const tooLong: string[] = [];
  const { image, photo, gps } = exif;
  const longest = [...image, ...photo, ...gps].sort((a, b) => b.value.length - a.value.length);
  const dropped = new Set<TiffEntry>();
  const kept = (entries: readonly TiffEntry[]): TiffEntry[] =>
    entries.filter((entry) => !dropped.has(entry));
  let fitting = exif;
  for (const entry of format === 'tiff' ? [] : longest) {
    if (exifLength(fitting) <= MOST_BYTES) break;
    dropped.add(entry);
    tooLong.push(nameOfTag(entry.tag));
    fitting = { ...exif, image: kept(image), photo: kept(photo), gps: kept(gps) };
  }
  return { exif: fitting, tooLong };
}

/**
 * What makes the encoder write a block in which another one has room. Its library knows some tags only,
 * turns others into texts of digits, and every letter beyond ASCII into another one.
 */
export const exifPlaceholder = (exif: ExifData): Exif => ({
  IFD0: { ImageDescription: TOKEN.padEnd(exifLength(exif), '~') },
});

/** Puts EXIF into a finished file: in the place of its placeholder, or into a TIFF's directory. */
export async function putExif(file: string, format: OutputFormat, exif: ExifData): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    const { size } = await handle.stat();
    if (format === 'tiff') await intoTiff(handle, size, exif);
    else {
      await overPlaceholder(handle, size, exifBytes(exif));
      await rightChecksum(handle, size);
    }
  } finally {
    await handle.close();
  }
}

async function overPlaceholder(handle: FileHandle, size: number, block: Buffer): Promise<void> {
  const overlap = block.length + BEFORE_TOKEN;
  for (let from = 0; from < size; from += PIECE) {
    const piece = Buffer.alloc(Math.min(PIECE + overlap, size - from));
    await handle.read(piece, 0, piece.length, from);
    const at = piece.indexOf(TOKEN, 0, 'latin1');
    const begin = at < 0 ? -1 : piece.lastIndexOf(BLOCK_BEGIN, at);
    if (begin < 0) continue;
    const whole = Buffer.alloc(at - begin + Math.max(TOKEN.length, block.length));
    block.copy(whole);
    await handle.write(whole, 0, whole.length, from + begin);
    return;
  }
}

async function rightChecksum(handle: FileHandle, size: number): Promise<void> {
  const start = Buffer.alloc(8);
  await handle.read(start, 0, 8, 0);
  if (start.toString('latin1') !== PNG_SIGNATURE) return;
  const head = Buffer.alloc(8);
  for (let at = 8; at + 12 <= size;) {
    await handle.read(head, 0, 8, at);
    const length = head.readUInt32BE(0);
    if (head.toString('latin1', 4) === 'eXIf') {
      const chunk = Buffer.alloc(4 + length);
      await handle.read(chunk, 0, chunk.length, at + 4);
      const checksum = Buffer.alloc(4);
      checksum.writeUInt32BE(crc32(chunk));
      await handle.write(checksum, 0, 4, at + 8 + length);
      return;
    }
    at += 12 + length;
  }
}

/** A TIFF of the encoder's, little-endian: gets a directory at its end that has the tags, too. */
async function intoTiff(handle: FileHandle, size: number, exif: ExifData): Promise<void> {
  const written = await writtenDirectory(handle);
  if (!written) return;
  const { isBig, pointerAt, entries: own } = written;
  const layout = { isLittle: true, isBig };
  const inOrder = (entries: readonly TiffEntry[]): readonly TiffEntry[] =>
    exif.isLittle ? entries : entries.map(swapped);
  const [image, photo, gps] = [inOrder(exif.image), inOrder(exif.photo), inOrder(exif.gps)];
  const pointer = (tag: number, at: number): TiffEntry =>
    numberEntry(tag, isBig ? LONG8 : LONG, at, layout);
  const photoAt = size + (size % 2);
  const gpsAt = photoAt + (photo.length > 0 ? directoryLength(photo, layout) : 0);
  const imageAt = gpsAt + (gps.length > 0 ? directoryLength(gps, layout) : 0);
  const entries = [
    ...own,
    ...image.filter(({ tag }) => !own.some((each) => each.tag === tag)),
    ...(photo.length > 0 ? [pointer(PHOTO_DIRECTORY, photoAt)] : []),
    ...(gps.length > 0 ? [pointer(GPS_DIRECTORY, gpsAt)] : []),
  ];
  const added = Buffer.concat([
    Buffer.alloc(photoAt - size),
    ...(photo.length > 0 ? [directoryBytes(photo, photoAt, layout)] : []),
    ...(gps.length > 0 ? [directoryBytes(gps, gpsAt, layout)] : []),
    directoryBytes(entries, imageAt, layout),
  ]);
  await handle.write(added, 0, added.length, size);
  const place = Buffer.alloc(isBig ? 8 : 4);
  writeNumber(place, imageAt, 0, place.length, layout);
  await handle.write(place, 0, place.length, pointerAt);
}
