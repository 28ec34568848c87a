import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/** Configurations and manifests have some kilobytes. */
const LARGEST = 1_000_000;

/**
 * The text of a small regular file. What is larger than `limit` bytes, or no file (a pipe, a
 * device), is refused before anything of it is read, and nothing can make this wait.
 */
export async function readSmallFile(file: string, limit = LARGEST): Promise<string> {
  // Windows has no such flag, and no pipes among files.
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const info = await handle.stat();
    if (!info.isFile()) throw new Error('it is no regular file');
    if (info.size > limit)
      throw new Error(`it has ${info.size} bytes where at most ${limit} are expected`);
    const buffer = Buffer.alloc(Math.min(info.size, limit) + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await handle.read(buffer, length, buffer.length - length, length);
      length += bytesRead;
      if (bytesRead === 0 || length === buffer.length) break;
    }
    if (length === buffer.length) throw new Error('it grows while it is read');
    return buffer.toString('utf8', 0, length);
  } finally {
    await handle.close();
  }
}
