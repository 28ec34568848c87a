import type { PixelStore } from './pixelStore';
import type { Density } from './containers/facts';

/**
 * How a picture lies in the file: `pages` pictures of the same size below each other, each `height
 * / pages` rows.
 */
export type TiffLayout = {
  readonly width: number;
  readonly height: number;
  readonly bands: number;
  readonly depth: 8 | 16;
  readonly pages: number;
};

const STRIP_BYTES = 4 * 2 ** 20;
const SHORT = 3;
const LONG = 4;
const RATIONAL = 5;
const UNDEFINED = 7;
const LONG8 = 16;

const FIRST_DIRECTORY = 16;
const ENTRY_BYTES = 20;
/** Room for entries that `addTags` puts into the first directory. */
const SPARE_ENTRIES = 5;
const COUNT_BYTES = 8;
const NEXT_BYTES = 8;

const TAGS = {
  xResolution: 282,
  yResolution: 283,
  resolutionUnit: 296,
  iptc: 33_723,
  icc: 34_675,
} as const;
const INCH = Buffer.from([2, 0]);
const RESOLUTION_DENOMINATOR = 1000;

/**
 * Everything before the pixels: header, one directory a page, and where each strip lies. BigTIFF,
 * since results pass 4 GB.
 */
export function bigTiffHeader(layout: TiffLayout): Buffer {
  const { width, bands, depth, pages } = layout;
  const height = layout.height / pages;
  if (!Number.isInteger(height))
    throw new RangeError(`${layout.height} rows can't be cut into ${pages} pages.`);
  const stride = (width * bands * depth) / 8;
  const rowsPerStrip = Math.max(1, Math.min(height, Math.floor(STRIP_BYTES / stride)));
  const strips = Math.ceil(height / rowsPerStrip);
  const hasAlpha = bands === 2 || bands === 4;
  const entries = hasAlpha ? 11 : 10;
  const directoryBytes = COUNT_BYTES + (entries + SPARE_ENTRIES) * ENTRY_BYTES + NEXT_BYTES;
  const arrays = FIRST_DIRECTORY + pages * directoryBytes;
  const arrayBytes = strips * 16;
  const data = arrays + pages * arrayBytes;

  const buffer = Buffer.alloc(data);
  buffer.write('II', 0, 'latin1');
  buffer.writeUInt16LE(43, 2);
  buffer.writeUInt16LE(8, 4);
  buffer.writeBigUInt64LE(BigInt(FIRST_DIRECTORY), 8);
  for (let page = 0; page < pages; page++) {
    const directory = FIRST_DIRECTORY + page * directoryBytes;
    const offsets = arrays + page * arrayBytes;
    const pixels = data + page * height * stride;
    buffer.writeBigUInt64LE(BigInt(entries), directory);
    let at = directory + COUNT_BYTES;
    const entry = (tag: number, type: number, values: readonly number[]): void => {
      buffer.writeUInt16LE(tag, at);
      buffer.writeUInt16LE(type, at + 2);
      buffer.writeBigUInt64LE(BigInt(values.length), at + 4);
      values.forEach((value, i) => {
        if (type === SHORT) buffer.writeUInt16LE(value, at + 12 + 2 * i);
        else buffer.writeUInt32LE(value, at + 12);
      });
      at += ENTRY_BYTES;
    };
    // With one strip its offset and length stand in the entry itself, else the entry points to the
    // arrays.
    const stripEntry = (tag: number, arrayAt: number, single: number): void => {
      buffer.writeUInt16LE(tag, at);
      buffer.writeUInt16LE(LONG8, at + 2);
      buffer.writeBigUInt64LE(BigInt(strips), at + 4);
      buffer.writeBigUInt64LE(BigInt(strips === 1 ? single : arrayAt), at + 12);
      at += ENTRY_BYTES;
    };
    entry(256, LONG, [width]);
    entry(257, LONG, [height]);
    entry(
      258,
      SHORT,
      Array.from({ length: bands }, () => depth),
    );
    entry(259, SHORT, [1]); // no compression
    entry(262, SHORT, [bands < 3 ? 1 : 2]); // black is zero, or RGB
    stripEntry(273, offsets, pixels);
    entry(277, SHORT, [bands]);
    entry(278, LONG, [rowsPerStrip]);
    stripEntry(279, offsets + strips * 8, height * stride);
    entry(284, SHORT, [1]); // interleaved
    if (hasAlpha) entry(338, SHORT, [2]); // alpha is not premultiplied
    if (page + 1 < pages) buffer.writeBigUInt64LE(BigInt(directory + directoryBytes), at);
    for (let strip = 0; strip < strips; strip++) {
      const first = strip * rowsPerStrip;
      buffer.writeBigUInt64LE(BigInt(pixels + first * stride), offsets + strip * 8);
      buffer.writeBigUInt64LE(
        BigInt(Math.min(rowsPerStrip, height - first) * stride),
        offsets + (strips + strip) * 8,
      );
    }
  }
  return buffer;
}

/** What a picture may be given after its pixels. */
export type TiffTags = {
  /** A colour profile. */
  readonly icc?: Buffer | undefined;
  readonly iptc?: Buffer | undefined;
  /** Pixels per inch. */
  readonly density?: Density | undefined;
};

/** Adds tags to the first page of a file that begins with `bigTiffHeader`, once. */
export async function addTags(file: PixelStore, { icc, iptc, density }: TiffTags): Promise<void> {
  const count = Buffer.alloc(COUNT_BYTES);
  await file.read(count, 0, COUNT_BYTES, FIRST_DIRECTORY);
  const length = Number(count.readBigUInt64LE()) * ENTRY_BYTES;
  const directory = Buffer.alloc(length + NEXT_BYTES);
  await file.read(directory, 0, directory.length, FIRST_DIRECTORY + COUNT_BYTES);
  const entries = Array.from({ length: length / ENTRY_BYTES }, (_, i) =>
    directory.subarray(i * ENTRY_BYTES, (i + 1) * ENTRY_BYTES),
  );
  let { size } = await file.stat();
  const add = async (tag: number, type: number, values: number, data: Buffer): Promise<void> => {
    const entry = Buffer.alloc(ENTRY_BYTES);
    entry.writeUInt16LE(tag, 0);
    entry.writeUInt16LE(type, 2);
    entry.writeBigUInt64LE(BigInt(values), 4);
    // Up to eight bytes stand in the entry itself.
    if (data.length <= 8) data.copy(entry, 12);
    else {
      size += size % 2;
      entry.writeBigUInt64LE(BigInt(size), 12);
      await file.write(data, 0, data.length, size);
      size += data.length;
    }
    entries.push(entry);
  };
  if (density !== undefined) {
    const perInch = (value: number): Buffer => {
      const data = Buffer.alloc(8);
      data.writeUInt32LE(Math.round(value * RESOLUTION_DENOMINATOR), 0);
      data.writeUInt32LE(RESOLUTION_DENOMINATOR, 4);
      return data;
    };
    await add(TAGS.xResolution, RATIONAL, 1, perInch(density.x));
    await add(TAGS.yResolution, RATIONAL, 1, perInch(density.y));
    await add(TAGS.resolutionUnit, SHORT, 1, INCH);
  }
  if (iptc) await add(TAGS.iptc, UNDEFINED, iptc.length, iptc);
  if (icc) await add(TAGS.icc, UNDEFINED, icc.length, icc);
  // A directory's entries stand in the order of their tags.
  entries.sort((a, b) => a.readUInt16LE() - b.readUInt16LE());
  count.writeBigUInt64LE(BigInt(entries.length));
  await file.write(
    Buffer.concat([count, ...entries, directory.subarray(length)]),
    0,
    COUNT_BYTES + entries.length * ENTRY_BYTES + NEXT_BYTES,
    FIRST_DIRECTORY,
  );
}
