import {
  directoryBytes,
  directoryLength,
  LONG,
  numberEntry,
  TYPE_BYTES,
  type TiffEntry,
  type TiffLayout,
} from '../image/containers/tiffDirectory';

/** What EXIF says, tag by tag, as its bytes: of the picture, how it was taken, and where. */
export type ExifData = {
  readonly isLittle: boolean;
  readonly image: readonly TiffEntry[];
  readonly photo: readonly TiffEntry[];
  readonly gps: readonly TiffEntry[];
  /** By which rules it can be read (DCF), and so in which colours. */
  readonly interoperability?: readonly TiffEntry[];
};

export const [PHOTO_DIRECTORY, GPS_DIRECTORY, INTEROPERABILITY_DIRECTORY] = [
  34_665, 34_853, 40_965,
];
const HEADER_BYTES = 8;
const ENTRY_BYTES = 12;
const MARK = 42;
const EXIF = 'Exif\0\0';
const MOST_ENTRIES = 1000;

/**
 * Takes an EXIF block apart. A tag whose values lie elsewhere than in the block is passed over, and so
 * are those that together would be longer than the block, which can only share their bytes; undefined
 * for what is no such block.
 */
export function readExifBlock(bytes: Buffer): ExifData | undefined {
  const tiff = bytes.toString('latin1', 0, EXIF.length) === EXIF ? bytes.subarray(6) : bytes;
  const order = tiff.toString('latin1', 0, 2);
  if (tiff.length < HEADER_BYTES || !['II', 'MM'].includes(order)) return undefined;
  const isLittle = order === 'II';
  const number = (at: number, length: 2 | 4): number =>
    isLittle ? tiff.readUIntLE(at, length) : tiff.readUIntBE(at, length);
  if (number(2, 2) !== MARK) return undefined;
  let valueBytes = 0;
  const directory = (at: number | undefined): TiffEntry[] => {
    if (at === undefined || at < HEADER_BYTES || at + 2 > tiff.length) return [];
    const entries: TiffEntry[] = [];
    for (let i = 0; i < Math.min(MOST_ENTRIES, number(at, 2)); i++) {
      const from = at + 2 + i * ENTRY_BYTES;
      if (from + ENTRY_BYTES > tiff.length) break;
      const [tag, type, count] = [number(from, 2), number(from + 2, 2), number(from + 4, 4)];
      const length = (TYPE_BYTES[type] ?? 0) * count;
      const place = length <= 4 ? from + 8 : number(from + 8, 4);
      if (length === 0 || place + length > tiff.length || valueBytes + length > tiff.length)
        continue;
      valueBytes += length;
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
export function exifBytes(exif: ExifData): Buffer {
  const { isLittle, photo, gps, interoperability = [] } = exif;
  const layout = layoutOf(exif);
  const { photoAt, gpsAt, interoperabilityAt } = placesIn(exif);
  const head = Buffer.from(isLittle ? 'II*\0\x08\0\0\0' : 'MM\0*\0\0\0\x08', 'latin1');
  return Buffer.concat([
    head,
    directoryBytes(withPointers(exif, photoAt, gpsAt), HEADER_BYTES, layout),
    ...(photo.length > 0
      ? [directoryBytes(withPointer(exif, interoperabilityAt), photoAt, layout)]
      : []),
    ...(gps.length > 0 ? [directoryBytes(gps, gpsAt, layout)] : []),
    ...(photo.length > 0 && interoperability.length > 0
      ? [directoryBytes(interoperability, interoperabilityAt, layout)]
      : []),
  ]);
}

/** How long the block of these tags is. */
export const exifLength = (exif: ExifData): number => placesIn(exif).end;

const layoutOf = ({ isLittle }: ExifData): TiffLayout => ({ isLittle, isBig: false });

type Places = {
  readonly photoAt: number;
  readonly gpsAt: number;
  readonly interoperabilityAt: number;
  readonly end: number;
};

function placesIn(exif: ExifData): Places {
  const length = (entries: readonly TiffEntry[]): number =>
    entries.length > 0 ? directoryLength(entries, layoutOf(exif)) : 0;
  const photoAt = HEADER_BYTES + directoryLength(withPointers(exif, 0, 0), layoutOf(exif));
  const hasPhoto = exif.photo.length > 0;
  const gpsAt = photoAt + (hasPhoto ? length(withPointer(exif, 0)) : 0);
  const interoperabilityAt = gpsAt + length(exif.gps);
  const end = interoperabilityAt + (hasPhoto ? length(exif.interoperability ?? []) : 0);
  return { photoAt, gpsAt, interoperabilityAt, end };
}

const withPointers = (exif: ExifData, photoAt: number, gpsAt: number): TiffEntry[] => [
  ...exif.image.filter(({ tag }) => tag !== PHOTO_DIRECTORY && tag !== GPS_DIRECTORY),
  ...(exif.photo.length > 0 ? [numberEntry(PHOTO_DIRECTORY, LONG, photoAt, exif)] : []),
  ...(exif.gps.length > 0 ? [numberEntry(GPS_DIRECTORY, LONG, gpsAt, exif)] : []),
];

/** How it was taken; what the source's pointer says is a place in the source. */
const withPointer = (exif: ExifData, at: number): TiffEntry[] => [
  ...exif.photo.filter(({ tag }) => tag !== INTEROPERABILITY_DIRECTORY),
  ...((exif.interoperability ?? []).length > 0
    ? [numberEntry(INTEROPERABILITY_DIRECTORY, LONG, at, exif)]
    : []),
];
