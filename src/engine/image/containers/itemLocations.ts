/** Where an item's first bytes lie: in the file, or in the box `idat`. */
export type ItemLocation = {
  readonly isInBox: boolean;
  readonly at: number;
  readonly length: number;
};

/** Content of a box `iloc` → items and where they lie. (ISO/IEC 14496-12, 8.11.3.) */
export function itemLocations(data: Buffer): ReadonlyMap<number, ItemLocation> {
  const locations = new Map<number, ItemLocation>();
  const version = data[0] ?? 0;
  let at = 4;
  const isCut = (): boolean => at > data.length;
  const number = (bytes: number): number => {
    let value = 0;
    for (let i = 0; i < bytes; i++) value = 256 * value + (data[at + i] ?? 0);
    at += bytes;
    return value;
  };
  const sizes = number(2);
  const nibble = (index: number): number => (sizes >> (12 - 4 * index)) & 15;
  const [offsetBytes, lengthBytes, baseBytes] = [nibble(0), nibble(1), nibble(2)];
  const indexBytes = version === 0 ? 0 : nibble(3);
  const wide = version < 2 ? 2 : 4;
  for (let items = number(wide); items > 0 && !isCut(); items--) {
    const id = number(wide);
    const method = version === 0 ? 0 : number(2) & 15;
    number(2);
    const base = number(baseBytes);
    const extents = number(2);
    for (let i = 0; i < extents && !isCut(); i++) {
      number(indexBytes);
      const [offset, length] = [number(offsetBytes), number(lengthBytes)];
      if (i === 0 && method <= 1 && !isCut())
        locations.set(id, { isInBox: method === 1, at: base + offset, length });
    }
  }
  return locations;
}
