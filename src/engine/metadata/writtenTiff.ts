import type { FileHandle } from 'node:fs/promises';
import type { PlacedEntry } from '../image/containers/tiffDirectory';

const [CLASSIC_HEADER_AT, BIG_HEADER_AT] = [4, 8];
const BIG = 43;

/** The first directory of a TIFF that the encoder wrote. */
export type WrittenDirectory = {
  readonly isBig: boolean;
  /** Where the file says where the directory lies. */
  readonly pointerAt: number;
  /** Each with the place in the file of its values, or of what says where these are. */
  readonly entries: readonly (PlacedEntry & { readonly fieldAt: number })[];
};

/** Undefined for what is not little-endian, as the encoder's TIFFs are. (TIFF 6.0, 2; BigTIFF.) */
export async function writtenDirectory(handle: FileHandle): Promise<WrittenDirectory | undefined> {
  const read = async (at: number, length: number): Promise<Buffer> => {
    const buffer = Buffer.alloc(length);
    await handle.read(buffer, 0, length, at);
    return buffer;
  };
  const head = await read(0, 16);
  if (head.toString('latin1', 0, 2) !== 'II') return undefined;
  const isBig = head.readUInt16LE(2) === BIG;
  const place = isBig ? 8 : 4;
  const offset = (data: Buffer, at: number): number =>
    isBig ? Number(data.readBigUInt64LE(at)) : data.readUInt32LE(at);
  const pointerAt = isBig ? BIG_HEADER_AT : CLASSIC_HEADER_AT;
  const first = offset(head, pointerAt);
  const begin = await read(first, 8);
  const count = isBig ? offset(begin, 0) : begin.readUInt16LE(0);
  const [start, bytes] = [first + (isBig ? 8 : 2), 4 + 2 * place];
  const directory = await read(start, count * bytes);
  return {
    isBig,
    pointerAt,
    entries: Array.from({ length: count }, (_, i) => {
      const entry = directory.subarray(i * bytes, (i + 1) * bytes);
      return {
        tag: entry.readUInt16LE(0),
        type: entry.readUInt16LE(2),
        count: offset(entry, 4),
        field: entry.subarray(4 + place),
        fieldAt: start + i * bytes + 4 + place,
      };
    }),
  };
}
