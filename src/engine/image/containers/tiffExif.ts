import { exifBytes, GPS_DIRECTORY, PHOTO_DIRECTORY } from '../../metadata/exifBlock';
import { MOST_TEXT_BYTES, type FileView } from './fileView';
import { LONG, LONG8, TYPE_BYTES, type TiffEntry, type TiffLayout } from './tiffDirectory';

/**
 * Of a TIFF's own directory only what describes the picture, in the words of EXIF: names, texts,
 * dates, ratings. All else says how it is stored, or is some program's own.
 */
const DESCRIBES = [
  [269, 272],
  [285, 285],
  [305, 306],
  [315, 316],
  [18_246, 18_246],
  [18_249, 18_249],
  [33_432, 33_432],
  [40_091, 40_095],
] as const;
const MOST_ENTRIES = 4096;
/** Types of EXIF; 64 bits are known to large TIFFs only. */
const [LAST_TYPE, TEXT_IN_UTF8] = [13, 129];

/** What a TIFF says of its picture as EXIF does, as such a block; undefined when it says nothing. */
export async function tiffExif(
  view: FileView,
  layout: TiffLayout,
  first: number,
): Promise<Buffer | undefined> {
  const { isLittle, isBig } = layout;
  let bytes = 0;
  const number = (data: Buffer, at: number, length: 2 | 4 | 8): number =>
    length === 8
      ? Number(isLittle ? data.readBigUInt64LE(at) : data.readBigUInt64BE(at))
      : isLittle
        ? data.readUIntLE(at, length)
        : data.readUIntBE(at, length);
  const place = isBig ? 8 : 4;
  const entryBytes = 4 + 2 * place;
  const directory = async (at: number, wanted: (tag: number) => boolean): Promise<TiffEntry[]> => {
    const begin = Buffer.from(await view.bytes(at, isBig ? 8 : 2));
    if (begin.length < (isBig ? 8 : 2)) return [];
    const count = Math.min(MOST_ENTRIES, number(begin, 0, isBig ? 8 : 2));
    const data = Buffer.from(await view.bytes(at + begin.length, count * entryBytes));
    const entries: TiffEntry[] = [];
    for (let from = 0; from + entryBytes <= data.length; from += entryBytes) {
      const [tag, type] = [number(data, from, 2), number(data, from + 2, 2)];
      const values = number(data, from + 4, place);
      const length = (TYPE_BYTES[type] ?? 0) * values;
      const isPointer = tag === PHOTO_DIRECTORY || tag === GPS_DIRECTORY;
      if (!wanted(tag) || length === 0 || bytes + length > MOST_TEXT_BYTES) continue;
      if (!isPointer && type > LAST_TYPE && type !== TEXT_IN_UTF8) continue;
      const value =
        length <= place
          ? data.subarray(from + 4 + place, from + 4 + place + length)
          : Buffer.from(await view.bytes(number(data, from + 4 + place, place), length));
      if (value.length < length) continue;
      bytes += length;
      entries.push({ tag, type, count: values, value });
    }
    return entries;
  };
  const all = await directory(
    first,
    (tag) =>
      tag === PHOTO_DIRECTORY ||
      tag === GPS_DIRECTORY ||
      DESCRIBES.some(([from, to]) => tag >= from && tag <= to),
  );
  const below = async (tag: number): Promise<TiffEntry[]> => {
    const pointer = all.find((entry) => entry.tag === tag);
    const length = pointer && TYPE_BYTES[pointer.type];
    return pointer && (length === TYPE_BYTES[LONG] || length === TYPE_BYTES[LONG8])
      ? directory(number(pointer.value, 0, length === 8 ? 8 : 4), () => true)
      : [];
  };
  const [photo, gps] = [await below(PHOTO_DIRECTORY), await below(GPS_DIRECTORY)];
  const image = all.filter(({ tag }) => tag !== PHOTO_DIRECTORY && tag !== GPS_DIRECTORY);
  return image.length + photo.length + gps.length === 0
    ? undefined
    : exifBytes({ isLittle, image, photo, gps });
}
