import { crc32 } from 'node:zlib';

/** A generator of numbers in [0,1), the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}

const EXTREMES = [0, 1, 0x7f, 0x80, 0xff];

/**
 * A damaged copy of a file: some bytes changed, cut, doubled, moved or set to extremes. The
 * checksums of a PNG are often made right again, so that the damage reaches the decoder.
 */
export function mutated(file: Buffer, random: () => number): Buffer {
  const below = (n: number): number => Math.floor(random() * n);
  let bytes = Buffer.from(file);
  for (let round = 0; round <= below(3); round++) {
    const at = below(bytes.length);
    const length = 1 + below(Math.min(24, bytes.length - at));
    switch (below(7)) {
      case 0:
        for (let i = 0; i <= below(8); i++) bytes[below(bytes.length)] = below(256);
        break;
      case 1:
        bytes[at] = (bytes[at] ?? 0) ^ (1 << below(8));
        break;
      case 2:
        bytes = bytes.subarray(0, Math.max(1, at));
        break;
      case 3:
        bytes = Buffer.concat([
          bytes.subarray(0, at),
          bytes.subarray(at, at + length),
          bytes.subarray(at),
        ]);
        break;
      case 4:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
        break;
      case 5:
        bytes.fill(EXTREMES[below(EXTREMES.length)] ?? 0, at, at + length);
        break;
      case 6:
        // Lengths and sizes stand near the beginning.
        bytes.fill(
          EXTREMES[below(EXTREMES.length)] ?? 0,
          Math.min(below(64), bytes.length - 1),
          Math.min(bytes.length, below(64) + 4),
        );
    }
    if (bytes.length === 0) bytes = Buffer.from([0]);
  }
  return random() < 0.7 ? withRightChecksums(bytes) : bytes;
}

const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

function withRightChecksums(bytes: Buffer): Buffer {
  if (!bytes.subarray(0, 8).equals(PNG_SIGNATURE)) return bytes;
  for (let at = 8; at + 12 <= bytes.length;) {
    const end = at + 8 + bytes.readUInt32BE(at);
    if (end + 4 > bytes.length) break;
    bytes.writeUInt32BE(crc32(bytes.subarray(at + 4, end)), end);
    at = end + 4;
  }
  return bytes;
}
