const HEADER_BYTES = 128;
const MOST_TAGS = 200;

/** A profile's tags by their names, without those that lie elsewhere than in it. (ICC.1, 7.3.) */
export function iccTags(icc: Buffer): ReadonlyMap<string, Buffer> {
  const tags = new Map<string, Buffer>();
  if (icc.length < HEADER_BYTES + 4) return tags;
  const count = Math.min(MOST_TAGS, icc.readUInt32BE(HEADER_BYTES));
  for (let i = 0; i < count; i++) {
    const at = HEADER_BYTES + 4 + 12 * i;
    if (at + 12 > icc.length) break;
    const [from, length] = [icc.readUInt32BE(at + 4), icc.readUInt32BE(at + 8)];
    if (from + length <= icc.length)
      tags.set(icc.toString('latin1', at, at + 4), icc.subarray(from, from + length));
  }
  return tags;
}
