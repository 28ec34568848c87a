import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { openRegular } from './openRegular';

/**
 * Copies a regular file, as long as it was when it was opened. Anything else is refused, also what
 * has taken the place of a file that was looked at before: copying a pipe would never end.
 */
export async function copyRegular(file: string, copy: string): Promise<void> {
  const { handle, size } = await openRegular(file, { followLinks: true });
  try {
    await pipeline(
      size === 0 ? [] : handle.createReadStream({ autoClose: false, start: 0, end: size - 1 }),
      createWriteStream(copy),
    );
  } finally {
    await handle.close();
  }
}
