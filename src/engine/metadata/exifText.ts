import { open, stat } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import type { Exif } from 'sharp';

/** EXIF as it can be written, and what must be put into the file afterwards. */
export type WritableExif = { readonly exif: Exif; readonly texts: readonly DeferredText[] };

/** A text beyond ASCII, and what stands in its place: of the same length in bytes. */
export type DeferredText = { readonly token: Buffer; readonly bytes: Buffer };

/** Tokens are at least that long; shorter texts are padded with zeros, which end a text in EXIF. */
const LEAST_TOKEN = 10;
const IS_ASCII = /^[\x20-\x7e]*$/;

/**
 * The library that writes EXIF turns every letter beyond ASCII into another one or a question mark.
 * So placeholders are written, and `restoreTexts` puts the texts, in UTF-8 as nearly all software
 * writes them, into the finished file.
 */
export function writableExif(exif: Exif): WritableExif {
  const texts: DeferredText[] = [];
  const group = (values: Record<string, string> = {}): Record<string, string> =>
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => {
        if (IS_ASCII.test(value)) return [name, value];
        const bytes = Buffer.from(value, 'utf8');
        const length = Math.max(LEAST_TOKEN, bytes.length);
        const token = `~pisa${texts.length}~`.padEnd(length, '~');
        texts.push({
          token: Buffer.from(token, 'latin1'),
          bytes: Buffer.concat([bytes, Buffer.alloc(length - bytes.length)]),
        });
        return [name, token];
      }),
    );
  const groups = Object.fromEntries(
    Object.entries(exif).map(([name, values]) => [name, group(values as Record<string, string>)]),
  );
  return { exif: groups, texts };
}

const PIECE = 8 * 2 ** 20;
const PNG_SIGNATURE = '\x89PNG\r\n\x1a\n';

/**
 * Puts texts in the place of their tokens, wherever these stand in a file, and makes a PNG's
 * checksum right again.
 */
export async function restoreTexts(file: string, texts: readonly DeferredText[]): Promise<void> {
  if (texts.length === 0) return;
  const handle = await open(file, 'r+');
  try {
    const { size } = await stat(file);
    const overlap = Math.max(...texts.map(({ token }) => token.length));
    let missing = texts.length;
    for (let from = 0; from < size && missing > 0; from += PIECE) {
      const piece = Buffer.alloc(Math.min(PIECE + overlap, size - from));
      await handle.read(piece, 0, piece.length, from);
      for (const { token, bytes } of texts) {
        const at = piece.indexOf(token);
        if (at < 0) continue;
        missing--;
        await handle.write(bytes, 0, bytes.length, from + at);
      }
    }
    await rightChecksum(handle, size);
  } finally {
    await handle.close();
  }
}

async function rightChecksum(
  handle: Awaited<ReturnType<typeof open>>,
  size: number,
): Promise<void> {
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
