import { open, type FileHandle } from 'node:fs/promises';
import type { Size } from '../../shared/geometry';
import type { DecodedPart } from './vaeDecode';

const BYTES = 4;

/** A picture of interleaved RGB floats on disk, written in parts and read by rows. */
export class FloatPicture {
  private constructor(
    readonly size: Size,
    private readonly file: FileHandle,
  ) {}

  static async create(path: string, size: Size): Promise<FloatPicture> {
    return new FloatPicture(size, await open(path, 'w+'));
  }

  async write({ rect, samples }: DecodedPart): Promise<void> {
    const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
    const stride = rect.width * 3 * BYTES;
    for (let y = 0; y < rect.height; y++) {
      const position = ((rect.y + y) * this.size.width + rect.x) * 3 * BYTES;
      await this.file.write(bytes, y * stride, stride, position);
    }
  }

  /** The rows [from, to): 3 · width · (to − from) samples. */
  async rows(from: number, to: number): Promise<Float32Array> {
    const samples = new Float32Array((to - from) * this.size.width * 3);
    await this.file.read(
      new Uint8Array(samples.buffer),
      0,
      samples.byteLength,
      from * this.size.width * 3 * BYTES,
    );
    return samples;
  }

  close(): Promise<void> {
    return this.file.close();
  }
}
