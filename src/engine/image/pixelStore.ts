/** Where the bytes of a picture lie; a `FileHandle` is one. */
export type PixelStore = {
  read(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesRead: number }>;
  write(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesWritten: number }>;
  stat(): Promise<{ readonly size: number }>;
  close(): Promise<void>;
};

/**
 * A picture that is small enough to stay in memory: what a file costs to make, to open and to
 * remove is more than all else that is done with an icon. What is not written of it is zero, as in a
 * file.
 */
export class MemoryStore implements PixelStore {
  private space: Buffer;
  private end: number;

  constructor(content: Buffer = Buffer.alloc(0)) {
    this.space = content;
    this.end = content.length;
  }

  /** What has been written. Not to be changed. */
  get bytes(): Buffer {
    return this.space.subarray(0, this.end);
  }

  async read(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ bytesRead: number }> {
    const part = this.bytes.subarray(position, position + length);
    buffer.set(part, offset);
    return { bytesRead: part.length };
  }

  async write(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ bytesWritten: number }> {
    this.reserve(position + length);
    this.space.set(buffer.subarray(offset, offset + length), position);
    this.end = Math.max(this.end, position + length);
    return { bytesWritten: length };
  }

  async stat(): Promise<{ size: number }> {
    return { size: this.end };
  }

  /** The bytes stay: whoever encodes them comes after that. */
  async close(): Promise<void> {
    // Nothing is held but memory.
  }

  private reserve(size: number): void {
    if (size <= this.space.length) return;
    const larger = Buffer.alloc(Math.max(size, 2 * this.space.length));
    this.bytes.copy(larger);
    this.space = larger;
  }
}
