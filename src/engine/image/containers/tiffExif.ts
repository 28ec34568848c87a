import {
  exifBytes,
  GPS_DIRECTORY,
  INTEROPERABILITY_DIRECTORY,
  PHOTO_DIRECTORY,
} from '../../metadata/exifBlock';
import type { FileView } from './fileView';
import { LONG, LONG8, TYPE_BYTES, type TiffEntry, type TiffLayout } from './tiffDirectory';
import { TiffEntries } from './tiffEntries';

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
const POINTERS = [PHOTO_DIRECTORY, GPS_DIRECTORY, INTEROPERABILITY_DIRECTORY];
/** Types of EXIF; 64 bits are known to large TIFFs only. */
const [LAST_TYPE, TEXT_IN_UTF8] = [13, 129];

/** What a TIFF says of its picture as EXIF does, as such a block; undefined when it says nothing. */
export async function tiffExif(
  view: FileView,
  layout: TiffLayout,
  first: number,
): Promise<Buffer | undefined> {
  const { isLittle } = layout;
  const entries = new TiffEntries(view, layout);
  const isText = (type: number): boolean => type <= LAST_TYPE || type === TEXT_IN_UTF8;
  const all = await entries.at(
    first,
    (tag, type) =>
      POINTERS.includes(tag) ||
      (isText(type) && DESCRIBES.some(([from, to]) => tag >= from && tag <= to)),
  );
  const below = async (among: readonly TiffEntry[], tag: number): Promise<TiffEntry[]> => {
    const pointer = among.find((entry) => entry.tag === tag);
    const length = pointer && TYPE_BYTES[pointer.type];
    return pointer && (length === TYPE_BYTES[LONG] || length === TYPE_BYTES[LONG8])
      ? entries.at(
          entries.number(pointer.value, 0, length === 8 ? 8 : 4),
          (each, type) => POINTERS.includes(each) || isText(type),
        )
      : [];
  };
  const photo = await below(all, PHOTO_DIRECTORY);
  const gps = await below(all, GPS_DIRECTORY);
  const interoperability = await below(photo, INTEROPERABILITY_DIRECTORY);
  const image = all.filter(({ tag }) => !POINTERS.includes(tag));
  return image.length + photo.length + gps.length === 0
    ? undefined
    : exifBytes({ isLittle, image, photo, gps, interoperability });
}
