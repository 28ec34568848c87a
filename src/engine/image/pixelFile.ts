import { open, type FileHandle } from 'node:fs/promises';
import type { Rect, Size } from '../../shared/geometry';

export type PixelFileInfo = Size & {
  /** Interleaved 8-bit samples a pixel: 1 grey, 3 RGB, 4 RGBA. */
  readonly bands: number;
};

/**
 * An uncompressed 8-bit picture on disk, rows in order: how pixels pass between sharp and the engine without a whole
 * picture ever being in memory. Any rows can be read and written.
 *
 * Two layouts: libvips' own (`.v`), which sharp writes as it decodes, and BigTIFF, which `create` writes for sharp to
 * encode. (libvips maps a whole `.v` file into memory when it reads one, but reads a TIFF strip by strip.)
 */
export class PixelFile {
  private constructor(
    readonly path: string,
    readonly info: PixelFileInfo,
    private readonly file: FileHandle,
    private readonly dataOffset: number,
  ) {}

  /** Creates a BigTIFF of the given size; its rows are written afterwards, in any order. */
  static async create(path: string, info: PixelFileInfo): Promise<PixelFile> {
    const header = bigTiffHeader(info);
    const file = await open(path, 'w+');
    const created = new PixelFile(path, info, file, header.length);
    await created.writeFully(header, 0);
    return created;
  }

  /** Opens a `.v` file that sharp wrote. */
  static async openVips(path: string): Promise<PixelFile> {
    const file = await open(path, 'r');
    try {
      const header = Buffer.alloc(VIPS_HEADER_BYTES);
      await file.read(header, 0, VIPS_HEADER_BYTES, 0);
      if (header.readUInt32LE(0) !== VIPS_MAGIC || header.readUInt32LE(VIPS_FORMAT_AT) !== VIPS_UCHAR) throw new Error(`${path} is not an 8-bit libvips file.`);
      const info = { width: header.readUInt32LE(4), height: header.readUInt32LE(8), bands: header.readUInt32LE(12) };
      return new PixelFile(path, info, file, VIPS_HEADER_BYTES);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** The rows [from, to), interleaved: (to − from) · width · bands bytes. */
  async rows(from: number, to: number): Promise<Uint8Array> {
    const bytes = Buffer.allocUnsafe((to - from) * this.stride);
    await this.readFully(bytes, this.offsetOf(from));
    return bytes;
  }

  /** A part of the picture, interleaved: width · height · bands bytes. */
  async area({ x, y, width, height }: Rect): Promise<Uint8Array> {
    if (width === this.info.width) return this.rows(y, y + height);
    const { bands } = this.info;
    const bytes = Buffer.allocUnsafe(width * height * bands);
    const line = width * bands;
    for (let row = 0; row < height; row++) await this.readFully(bytes.subarray(row * line, (row + 1) * line), this.offsetOf(y + row) + x * bands);
    return bytes;
  }

  /** Writes whole rows, beginning with row `from`. */
  async writeRows(from: number, bytes: Uint8Array): Promise<void> {
    await this.writeFully(bytes, this.offsetOf(from));
  }

  close(): Promise<void> {
    return this.file.close();
  }

  private get stride(): number {
    return this.info.width * this.info.bands;
  }

  private offsetOf(row: number): number {
    return this.dataOffset + row * this.stride;
  }

  private async readFully(bytes: Buffer, position: number): Promise<void> {
    let done = 0;
    while (done < bytes.length) {
      const { bytesRead } = await this.file.read(bytes, done, bytes.length - done, position + done);
      if (bytesRead === 0) throw new Error(`${this.path} ends early.`);
      done += bytesRead;
    }
  }

  private async writeFully(bytes: Uint8Array, position: number): Promise<void> {
    let done = 0;
    while (done < bytes.length) {
      const { bytesWritten } = await this.file.write(bytes, done, bytes.length - done, position + done);
      done += bytesWritten;
    }
  }
}

/** libvips' header (little-endian): magic, width, height, bands, bits, band format, … */
const VIPS_HEADER_BYTES = 64;
const VIPS_MAGIC = 0x08f2a6b6;
const VIPS_FORMAT_AT = 20;
const VIPS_UCHAR = 0;

const STRIP_BYTES = 4 * 2 ** 20;
const SHORT = 3;
const LONG = 4;
const LONG8 = 16;

/** Everything before the pixels: header, directory, and where each strip lies. BigTIFF, since results pass 4 GB. */
function bigTiffHeader({ width, height, bands }: PixelFileInfo): Buffer {
  const stride = width * bands;
  const rowsPerStrip = Math.max(1, Math.min(height, Math.floor(STRIP_BYTES / stride)));
  const strips = Math.ceil(height / rowsPerStrip);
  const hasAlpha = bands === 4;
  const entries = hasAlpha ? 11 : 10;
  const directory = 16;
  const arrays = directory + 8 + entries * 20 + 8;
  const data = arrays + strips * 16;

  const buffer = Buffer.alloc(data);
  buffer.write('II', 0, 'latin1');
  buffer.writeUInt16LE(43, 2);
  buffer.writeUInt16LE(8, 4);
  buffer.writeBigUInt64LE(BigInt(directory), 8);
  buffer.writeBigUInt64LE(BigInt(entries), directory);
  let at = directory + 8;
  const entry = (tag: number, type: number, values: readonly number[]): void => {
    buffer.writeUInt16LE(tag, at);
    buffer.writeUInt16LE(type, at + 2);
    buffer.writeBigUInt64LE(BigInt(values.length), at + 4);
    values.forEach((value, i) => {
      if (type === SHORT) buffer.writeUInt16LE(value, at + 12 + 2 * i);
      else buffer.writeUInt32LE(value, at + 12);
    });
    at += 20;
  };
  // With one strip its offset and length stand in the entry itself, else the entry points to the arrays.
  const stripEntry = (tag: number, arrayAt: number, single: number): void => {
    buffer.writeUInt16LE(tag, at);
    buffer.writeUInt16LE(LONG8, at + 2);
    buffer.writeBigUInt64LE(BigInt(strips), at + 4);
    buffer.writeBigUInt64LE(BigInt(strips === 1 ? single : arrayAt), at + 12);
    at += 20;
  };
  entry(256, LONG, [width]);
  entry(257, LONG, [height]);
  entry(258, SHORT, Array.from({ length: bands }, () => 8));
  entry(259, SHORT, [1]); // no compression
  entry(262, SHORT, [bands < 3 ? 1 : 2]); // black is zero, or RGB
  stripEntry(273, arrays, data);
  entry(277, SHORT, [bands]);
  entry(278, LONG, [rowsPerStrip]);
  stripEntry(279, arrays + strips * 8, height * stride);
  entry(284, SHORT, [1]); // interleaved
  if (hasAlpha) entry(338, SHORT, [2]); // alpha is not premultiplied
  for (let strip = 0; strip < strips; strip++) {
    const first = strip * rowsPerStrip;
    buffer.writeBigUInt64LE(BigInt(data + first * stride), arrays + strip * 8);
    buffer.writeBigUInt64LE(BigInt(Math.min(rowsPerStrip, height - first) * stride), arrays + (strips + strip) * 8);
  }
  return buffer;
}
