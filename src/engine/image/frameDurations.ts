import { open } from 'node:fs/promises';

const [RIFF_HEADER_BYTES, CHUNK_HEADER_BYTES] = [12, 8];
/** Of a frame's duration, 24 bits in milliseconds, in its chunk. (RFC 9649, 2.7.1.1.) */
const DURATION_AT = 12;
const LONGEST = 2 ** 24 - 1;

/**
 * Writes into a finished WebP how long each frame is shown, in milliseconds: its encoder makes a
 * tenth of a second of what is very short. Leaves a file alone that has other frames.
 */
export async function setFrameDurations(file: string, delays: readonly number[]): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    const places: number[] = [];
    const head = Buffer.alloc(CHUNK_HEADER_BYTES);
    for (
      let at = RIFF_HEADER_BYTES;
      (await handle.read(head, 0, head.length, at)).bytesRead === head.length;
    ) {
      const length = head.readUInt32LE(4);
      if (head.toString('latin1', 0, 4) === 'ANMF')
        places.push(at + CHUNK_HEADER_BYTES + DURATION_AT);
      at += CHUNK_HEADER_BYTES + length + (length % 2);
    }
    if (places.length !== delays.length) return;
    const duration = Buffer.alloc(3);
    for (const [i, at] of places.entries()) {
      duration.writeUIntLE(Math.min(LONGEST, delays[i] ?? 0), 0, 3);
      await handle.write(duration, 0, 3, at);
    }
  } finally {
    await handle.close();
  }
}
