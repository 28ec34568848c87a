/** How many damaged copies a test takes of a file; `npm test -- thorough` takes more. */
export const damagedCount = (usual: number): number => Number(process.env.FUZZ_COUNT ?? usual);

/**
 * Damaged copies of a file, the same ones every time: bytes overwritten, bits flipped, parts cut
 * out, doubled or torn off, mostly within the first `where` bytes.
 */
export function* mutations(
  original: Buffer,
  count: number,
  where: number,
  from = 0,
  seed = 1,
): Generator<Buffer> {
  let state = seed;
  const random = (limit: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 4294967296) * limit);
  };
  for (let i = 0; i < count; i++) {
    const at = random(10) === 0 ? random(original.length) : from + random(where - from);
    const length = 1 + random(8);
    switch (random(6)) {
      case 0: {
        const copy = Buffer.from(original);
        for (let k = 0; k < length; k++) copy[Math.min(copy.length - 1, at + k)] = random(256);
        yield copy;
        break;
      }
      case 1: {
        const copy = Buffer.from(original);
        copy[at] = (copy[at] ?? 0) ^ (1 << random(8));
        yield copy;
        break;
      }
      case 2:
        yield original.subarray(0, at);
        break;
      case 3:
        yield Buffer.concat([original.subarray(0, at), original.subarray(at + length)]);
        break;
      case 4:
        yield Buffer.concat([
          original.subarray(0, at),
          original.subarray(at, at + length),
          original.subarray(at),
        ]);
        break;
      default: {
        // Numbers are what attackers change: make one large.
        const copy = Buffer.from(original);
        for (let k = 0; k < 4; k++) copy[Math.min(copy.length - 1, at + k)] = 0xff;
        yield copy;
      }
    }
  }
}
