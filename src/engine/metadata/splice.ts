import { createReadStream, createWriteStream } from 'node:fs';
import { rename } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { PALETTE_SUFFIX } from '../../shared/temporaryFiles';

/** Puts bytes in the place of a file's bytes from `from` up to `to`, which is not among them. */
export async function splice(file: string, from: number, to: number, bytes: Buffer): Promise<void> {
  const other = file + PALETTE_SUFFIX;
  const target = createWriteStream(other, { flags: 'wx' });
  await pipeline(createReadStream(file, { end: from - 1 }), target, { end: false });
  target.write(bytes);
  await pipeline(createReadStream(file, { start: to }), target);
  await rename(other, file);
}
