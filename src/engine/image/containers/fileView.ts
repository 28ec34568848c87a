import type { FileHandle } from 'node:fs/promises';
import { openRegular } from '../../../files/openRegular';

const WINDOW_BYTES = 32_768;

/**
 * Random access to a file for walks from one length to the next, wherever these lead. What lies
 * close together is read once.
 */
export class FileView {
  private window = Buffer.alloc(0);
  private windowAt = 0;

  private constructor(
    private readonly handle: FileHandle,
    readonly size: number,
  ) {}

  /** Opens a file, hands it to `work`, and closes it. */
  static async use<T>(file: string, work: (view: FileView) => Promise<T>): Promise<T> {
    const { handle } = await openRegular(file, { followLinks: true });
    try {
      return await work(new FileView(handle, (await handle.stat()).size));
    } finally {
      await handle.close();
    }
  }

  /** Up to `length` bytes from `at` on; fewer where the file ends. */
  async bytes(at: number, length: number): Promise<Buffer> {
    if (at < 0 || at >= this.size || length <= 0) return Buffer.alloc(0);
    const end = at + length;
    if (at >= this.windowAt && end <= this.windowAt + this.window.length)
      return this.window.subarray(at - this.windowAt, end - this.windowAt);
    const buffer = Buffer.alloc(Math.min(Math.max(length, WINDOW_BYTES), this.size - at));
    let done = 0;
    while (done < buffer.length) {
      const { bytesRead } = await this.handle.read(buffer, done, buffer.length - done, at + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    this.window = buffer.subarray(0, done);
    this.windowAt = at;
    return this.window.subarray(0, length);
  }
}

/** A walk through a damaged file ends after so many steps. */
export const MOST_STEPS = 200_000;
/** Texts and packets beyond this are not read. */
export const MOST_TEXT_BYTES = 1_000_000;
