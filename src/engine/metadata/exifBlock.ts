import {
  directoryBytes,
  directoryLength,
  LONG,
  numberEntry,
  TYPE_BYTES,
  type TiffEntry,
} from '../image/containers/tiffDirectory';

/** What EXIF says, tag by tag, as its bytes: of the picture, how it was taken, and where. */
export type ExifData = {
  readonly isLittle: boolean;
  readonly image: readonly TiffEntry[];
  readonly photo: readonly TiffEntry[];
  readonly gps: readonly TiffEntry[];
};

export const [PHOTO_DIRECTORY, GPS_DIRECTORY] = [34_665, 34_853];
const HEADER_BYTES = 8;
const ENTRY_BYTES = 12;
const MARK = 42;
const EXIF = 'Exif\0\0';
const MOST_ENTRIES = 1000;

/**
 * Takes an EXIF block apart. A tag whose values lie elsewhere than in the block is passed over;
 * undefined for what is no such block.
 */
export function readExifBlock(bytes: Buffer): ExifData | undefined {
  const tiff = bytes.toString('latin1', 0, EXIF.length) === EXIF ? bytes.subarray(6) : bytes;
  const order = tiff.toString('latin1', 0, 2);
  if (tiff.length < HEADER_BYTES || !['II', 'MM'].includes(order)) return undefined;
  const isLittle = order === 'II';
  const number = (at: number, length: 2 | 4): number =>
    isLittle ? tiff.readUIntLE(at, length) : tiff.readUIntBE(at, length);
  if (number(2, 2) !== MARK) return undefined;
  const directory = (at: number | undefined): TiffEntry[] => {
    if (at === undefined || at < HEADER_BYTES || at + 2 > tiff.length) return [];
    const entries: TiffEntry[] = [];
    for (let i = 0; i < Math.min(MOST_ENTRIES, number(at, 2)); i++) {
      const from = at + 2 + i * ENTRY_BYTES;
      if (from + ENTRY_BYTES > tiff.length) break;
      const [tag, type, count] = [number(from, 2), number(from + 2, 2), number(from + 4, 4)];
      const length = (TYPE_BYTES[type] ?? 0) * count;
      const place = length <= 4 ? from + 8 : number(from + 8, 4);
      if (length === 0 || place + length > tiff.length) continue;
      entries.push({ tag, type, count, value: tiff.subarray(place, place + length) });
    }
    return entries;
  };
  const image = directory(number(4, 4));
  const below = (tag: number): TiffEntry[] => {
    const value = image.find((entry) => entry.tag === tag)?.value;
    return value?.length === 4
      ? directory(isLittle ? value.readUInt32LE() : value.readUInt32BE())
      : [];
  };
  return { isLittle, image, photo: below(PHOTO_DIRECTORY), gps: below(GPS_DIRECTORY) };
}

/** An EXIF block of these tags, without the name that stands before it in a JPEG. */
export function exifBytes({ isLittle, image, photo, gps }: ExifData): Buffer {
  const layout = { isLittle, isBig: false };
  const pointers = (photoAt: number, gpsAt: number): TiffEntry[] => [
    ...image.filter(({ tag }) => tag !== PHOTO_DIRECTORY && tag !== GPS_DIRECTORY),
    ...(photo.length > 0 ? [numberEntry(PHOTO_DIRECTORY, LONG, photoAt, layout)] : []),
    ...(gps.length > 0 ? [numberEntry(GPS_DIRECTORY, LONG, gpsAt, layout)] : []),
  ];
  const photoAt = HEADER_BYTES + directoryLength(pointers(0, 0), layout);
  const gpsAt = photoAt + (photo.length > 0 ? directoryLength(photo, layout) : 0);
  const head = Buffer.from(isLittle ? 'II*\0\x08\0\0\0' : 'MM\0*\0\0\0\x08', 'latin1');
  return Buffer.concat([
    head,
    directoryBytes(pointers(photoAt, gpsAt), HEADER_BYTES, layout),
    ...(photo.length > 0 ? [directoryBytes(photo, photoAt, layout)] : []),
    ...(gps.length > 0 ? [directoryBytes(gps, gpsAt, layout)] : []),
  ]);
}
