import { createReadStream, createWriteStream } from 'node:fs';
import { link, mkdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { cancelled } from '../../errors';

/**
 * Gives a file a second name in the store: a hard link when both lie on one volume, so that
 * gigabytes exist once, else a copy. (A symbolic link would be refused by ONNX Runtime.) `onBytes`
 * learns of what is copied.
 */
export async function placeFile(
  source: string,
  destination: string,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<'linked' | 'copied'> {
  const real = await realpath(source);
  await mkdir(path.dirname(destination), { recursive: true });
  try {
    await link(real, destination);
    return 'linked';
  } catch {
    const reader = createReadStream(real, { highWaterMark: 2 ** 20 });
    reader.on('data', (chunk) => onBytes(chunk.length));
    try {
      await pipeline(reader, createWriteStream(destination, { flags: 'wx' }), { signal });
    } catch (error) {
      throw signal.aborted ? cancelled() : error;
    }
    return 'copied';
  }
}
