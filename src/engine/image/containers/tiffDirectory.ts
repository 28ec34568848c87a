/** A tag with its values, in the byte order of whoever holds it. */
export type TiffEntry = {
  readonly tag: number;
  readonly type: number;
  readonly count: number;
  readonly value: Buffer;
};

/** A tag as a directory has it: its values, or where they lie in the file. */
export type PlacedEntry = Omit<TiffEntry, 'value'> & { readonly field: Buffer };

export type TiffLayout = { readonly isLittle: boolean; readonly isBig: boolean };

/** Bytes of a value of each type. */
export const TYPE_BYTES: { readonly [type: number]: number } = {
  1: 1,
  2: 1,
  3: 2,
  4: 4,
  5: 8,
  6: 1,
  7: 1,
  8: 2,
  9: 4,
  10: 8,
  11: 4,
  12: 8,
  13: 4,
  16: 8,
  17: 8,
  18: 8,
  129: 1,
};
/** Fractions are two numbers of half their bytes. */
const FRACTIONS = [5, 10];
export const [SHORT, LONG, RATIONAL, LONG8] = [3, 4, 5, 16];

const evenly = (bytes: number): number => bytes + (bytes % 2);
const sizes = ({ isBig }: TiffLayout): { count: number; entry: number; place: number } =>
  isBig ? { count: 8, entry: 20, place: 8 } : { count: 2, entry: 12, place: 4 };

/** How long a directory with these tags is, with their values behind it. */
export function directoryLength(
  entries: readonly (TiffEntry | PlacedEntry)[],
  layout: TiffLayout,
): number {
  const { count, entry, place } = sizes(layout);
  const values = entries.map((each) =>
    'value' in each && each.value.length > place ? evenly(each.value.length) : 0,
  );
  return count + entries.length * entry + place + values.reduce((sum, bytes) => sum + bytes, 0);
}

/** A directory that lies at `at`, with its values behind it and none that follows. (TIFF 6.0, 2.) */
export function directoryBytes(
  entries: readonly (TiffEntry | PlacedEntry)[],
  at: number,
  layout: TiffLayout,
): Buffer {
  const { count, entry, place } = sizes(layout);
  const bytes = Buffer.alloc(directoryLength(entries, layout));
  const write = (value: number, where: number, length: number): void =>
    writeNumber(bytes, value, where, length, layout);
  write(entries.length, 0, count);
  let values = count + entries.length * entry + place;
  for (const [i, each] of [...entries].sort((a, b) => a.tag - b.tag).entries()) {
    const from = count + i * entry;
    write(each.tag, from, 2);
    write(each.type, from + 2, 2);
    write(each.count, from + 4, place);
    if ('field' in each) each.field.copy(bytes, from + 4 + place);
    else if (each.value.length <= place) each.value.copy(bytes, from + 4 + place);
    else {
      write(at + values, from + 4 + place, place);
      each.value.copy(bytes, values);
      values += evenly(each.value.length);
    }
  }
  return bytes;
}

/** Writes a whole number of 2, 4 or 8 bytes. */
export function writeNumber(
  bytes: Buffer,
  value: number,
  at: number,
  length: number,
  { isLittle }: Pick<TiffLayout, 'isLittle'>,
): void {
  if (length === 8) bytes[isLittle ? 'writeBigUInt64LE' : 'writeBigUInt64BE'](BigInt(value), at);
  else if (isLittle) bytes.writeUIntLE(value, at, length);
  else bytes.writeUIntBE(value, at, length);
}

/** A tag of one whole number. */
export function numberEntry(
  tag: number,
  type: number,
  value: number,
  layout: Pick<TiffLayout, 'isLittle'>,
): TiffEntry {
  const bytes = Buffer.alloc(TYPE_BYTES[type] ?? 4);
  writeNumber(bytes, value, 0, bytes.length, layout);
  return { tag, type, count: 1, value: bytes };
}

/** The same tag in the other byte order. */
export function swapped(entry: TiffEntry): TiffEntry {
  const whole = TYPE_BYTES[entry.type] ?? 1;
  const unit = FRACTIONS.includes(entry.type) ? whole / 2 : whole;
  const value = Buffer.from(entry.value);
  if (unit === 2) value.swap16();
  else if (unit === 4) value.swap32();
  else if (unit === 8) value.swap64();
  return { ...entry, value };
}
