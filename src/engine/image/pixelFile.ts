import { open } from 'node:fs/promises';
import type { Rect, Size } from '../../shared/geometry';
import { addTags, bigTiffHeader, type TiffTags } from './bigTiff';
import { MemoryStore, type PixelStore } from './pixelStore';
import type { Depth, Samples } from './samples';

export type PixelFileInfo = Size & {
  /** Interleaved samples a pixel: 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA. */
  readonly bands: number;
  /** Bits of a sample; 8 unless given. */
  readonly depth?: Depth;
  /** Pictures of one size below each other (frames); 1 unless given. */
  readonly pages?: number;
};

/**
 * An uncompressed picture on disk, rows in order: how pixels pass between sharp and the engine
 * without a whole picture ever being in memory. Any rows can be read and written.
 *
 * Two layouts: libvips' own (`.v`), which sharp writes as it decodes, and BigTIFF, which `create`
 * writes for sharp to encode. (libvips maps a whole `.v` file into memory when it reads one, but
 * reads a TIFF strip by strip.)
 */
export class PixelFile {
  readonly depth: Depth;

  private constructor(
    readonly path: string,
    readonly info: PixelFileInfo,
    private readonly file: PixelStore,
    private readonly dataOffset: number,
  ) {
    this.depth = info.depth ?? 8;
  }

  /** Creates a BigTIFF of the given size; its rows are written afterwards, in any order. */
  static async create(path: string, info: PixelFileInfo): Promise<PixelFile> {
    return PixelFile.begin(path, info, await open(path, 'w+'));
  }

  /** The same for nobody but this process: a small one stays in memory, and there is no file. */
  static async scratch(path: string, info: PixelFileInfo): Promise<PixelFile> {
    const { width, height, bands, depth = 8, pages = 1 } = info;
    const isSmall = width * height * pages * bands * (depth / 8) <= SMALL_BYTES;
    return isSmall ? PixelFile.begin(path, info, new MemoryStore()) : PixelFile.create(path, info);
  }

  /** Samples that are in memory already: interleaved rows, 16 bits in the machine's order. */
  static fromRows(path: string, info: PixelFileInfo, rows: Buffer): PixelFile {
    return new PixelFile(path, info, new MemoryStore(rows), 0);
  }

  private static async begin(
    path: string,
    info: PixelFileInfo,
    store: PixelStore,
  ): Promise<PixelFile> {
    const header = bigTiffHeader({ depth: 8, pages: 1, ...info });
    const created = new PixelFile(path, info, store, header.length);
    await created.writeFully(header, 0);
    return created;
  }

  /** Opens a `.v` file that sharp wrote, of 8 or 16 bits a sample. */
  static async openVips(path: string): Promise<PixelFile> {
    const file = await open(path, 'r');
    try {
      const header = Buffer.alloc(VIPS_HEADER_BYTES);
      await file.read(header, 0, VIPS_HEADER_BYTES, 0);
      const depth = VIPS_DEPTHS.get(header.readUInt32LE(VIPS_FORMAT_AT));
      if (header.readUInt32LE(0) !== VIPS_MAGIC || depth === undefined)
        throw new Error(`${path} is not a libvips file of 8 or 16 bits.`);
      const info = {
        width: header.readUInt32LE(4),
        height: header.readUInt32LE(8),
        bands: header.readUInt32LE(12),
        depth,
      };
      return new PixelFile(path, info, file, VIPS_HEADER_BYTES);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Opens a file that `create` made of the same size, to be read. */
  static async openCreated(path: string, info: PixelFileInfo): Promise<PixelFile> {
    const header = bigTiffHeader({ depth: 8, pages: 1, ...info });
    return new PixelFile(path, info, await open(path, 'r'), header.length);
  }

  /** What sharp reads: the file, or what it would hold. Not for what `fromRows` made. */
  get source(): string | Buffer {
    return this.file instanceof MemoryStore ? this.file.bytes : this.path;
  }

  /** The bytes of rows [from, to), interleaved. For 8-bit pictures they are the samples. */
  async rows(from: number, to: number): Promise<Uint8Array> {
    const bytes = Buffer.allocUnsafe((to - from) * this.stride);
    await this.readFully(bytes, this.offsetOf(from));
    return bytes;
  }

  /** The samples of rows [from, to), interleaved: (to − from) · width · bands. */
  async samples(from: number, to: number): Promise<Samples> {
    if (this.depth === 8) return this.rows(from, to);
    const bytes = Buffer.alloc((to - from) * this.stride);
    await this.readFully(bytes, this.offsetOf(from));
    return new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
  }

  /** The bytes of a part of the picture, interleaved. */
  async area({ x, y, width, height }: Rect): Promise<Uint8Array> {
    if (width === this.info.width) return this.rows(y, y + height);
    const bytes = Buffer.allocUnsafe(width * height * this.pixelBytes);
    const line = width * this.pixelBytes;
    for (let row = 0; row < height; row++)
      await this.readFully(
        bytes.subarray(row * line, (row + 1) * line),
        this.offsetOf(y + row) + x * this.pixelBytes,
      );
    return bytes;
  }

  /** Writes whole rows, beginning with row `from`. */
  async writeRows(from: number, samples: Samples): Promise<void> {
    await this.writeFully(
      new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength),
      this.offsetOf(from),
    );
  }

  /** Writes the bytes of a part of the picture. */
  async writeArea({ x, y, width, height }: Rect, bytes: Uint8Array): Promise<void> {
    if (width === this.info.width) {
      await this.writeFully(bytes, this.offsetOf(y));
      return;
    }
    const line = width * this.pixelBytes;
    for (let row = 0; row < height; row++)
      await this.writeFully(
        bytes.subarray(row * line, (row + 1) * line),
        this.offsetOf(y + row) + x * this.pixelBytes,
      );
  }

  /**
   * Puts a colour profile, IPTC and the density into a created file, for sharp to hand on. Once,
   * after the last row.
   */
  addTags(tags: TiffTags): Promise<void> {
    return addTags(this.file, tags);
  }

  close(): Promise<void> {
    return this.file.close();
  }

  private get pixelBytes(): number {
    return (this.info.bands * this.depth) / 8;
  }

  private get stride(): number {
    return this.info.width * this.pixelBytes;
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
      const { bytesWritten } = await this.file.write(
        bytes,
        done,
        bytes.length - done,
        position + done,
      );
      done += bytesWritten;
    }
  }
}

/** Of samples; a larger picture is on disk. */
const SMALL_BYTES = 2 ** 21;
/** libvips' header (little-endian): magic, width, height, bands, bits, band format, … */
const VIPS_HEADER_BYTES = 64;
const VIPS_MAGIC = 0x08f2a6b6;
const VIPS_FORMAT_AT = 20;
/** Band format → bits: `uchar`, `ushort`. */
const VIPS_DEPTHS: ReadonlyMap<number, Depth> = new Map([
  [0, 8],
  [2, 16],
]);
