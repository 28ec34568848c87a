import { open } from 'node:fs/promises';
import { copyRegular } from '../../../files/copyRegular';

/** An index that no pixel of a picture of at most 7 bits can have. */
const UNUSED_INDEX = 255;
const HAS_TRANSPARENCY = 1;
/** Behind the flags stands the time, then the index. */
const INDEX_BEHIND = 3;

/**
 * A copy of a GIF in which pictures say of an index that they do not use that it is transparent: then
 * the decoder leaves what they leave bare transparent, as all viewers do, instead of black or as it was.
 */
export async function clearingGif(
  file: string,
  copy: string,
  flagPlaces: readonly number[],
): Promise<string> {
  await copyRegular(file, copy);
  const handle = await open(copy, 'r+');
  try {
    for (const at of flagPlaces) {
      const bytes = Buffer.alloc(INDEX_BEHIND + 1);
      await handle.read(bytes, 0, bytes.length, at);
      bytes[0] = (bytes[0] ?? 0) | HAS_TRANSPARENCY;
      bytes[INDEX_BEHIND] = UNUSED_INDEX;
      await handle.write(bytes, 0, bytes.length, at);
    }
  } finally {
    await handle.close();
  }
  return copy;
}
