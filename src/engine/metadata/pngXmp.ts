import { crc32 } from 'node:zlib';
import { splice } from './splice';

/** Signature and IHDR, which come first in every PNG. */
const HEADER_BYTES = 33;
/** Not packed, of no language, without a translated keyword. */
const BEFORE_TEXT = 'iTXtXML:com.adobe.xmp\0\0\0\0\0';

/**
 * Puts XMP into a finished PNG as its specification wants it: as it is, in an iTXt. The encoder packs
 * it into a zTXt, where few programs look for it, and whose letters are Latin ones.
 */
export async function putPngXmp(file: string, xmp: string): Promise<void> {
  const data = Buffer.concat([Buffer.from(BEFORE_TEXT, 'latin1'), Buffer.from(xmp)]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length - 4);
  checksum.writeUInt32BE(crc32(data));
  await splice(file, HEADER_BYTES, HEADER_BYTES, Buffer.concat([length, data, checksum]));
}
