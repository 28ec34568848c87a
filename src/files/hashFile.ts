import { createHash } from 'node:crypto';
import { FileTooLargeError } from './kinds';
import { openRegular } from './openRegular';

export type HashOptions = {
  readonly signal?: AbortSignal;
  /** Whether the path itself may be a link. Not unless told. */
  readonly followLinks?: boolean;
  /** Most bytes that such a file has. */
  readonly limit?: number;
};

const CHUNK = 2 ** 20;

/**
 * SHA-256 of a regular file's bytes, in hexadecimal. Rejects with `NotAFileError`,
 * `FileTooLargeError`, the signal's reason, or as the system does.
 */
export async function hashFile(
  file: string,
  { signal, followLinks = false, limit = Number.POSITIVE_INFINITY }: HashOptions = {},
): Promise<string> {
  signal?.throwIfAborted();
  const { handle, size } = await openRegular(file, { followLinks });
  try {
    if (size > limit) throw new FileTooLargeError(file, limit);
    const hash = createHash('sha256');
    const buffer = Buffer.allocUnsafe(Math.min(CHUNK, Math.max(size, 2 ** 12)));
    for (let total = 0; ;) {
      signal?.throwIfAborted();
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, total);
      if (bytesRead === 0) return hash.digest('hex');
      total += bytesRead;
      if (total > limit) throw new FileTooLargeError(file, limit);
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await handle.close();
  }
}
