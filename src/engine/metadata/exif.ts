import {
  LONG,
  numberEntry,
  RATIONAL,
  SHORT,
  writeNumber,
  type TiffEntry,
} from '../image/containers/tiffDirectory';
import type { Density } from '../image/containers/facts';
import type { Size } from '../../shared/geometry';
import { readExifBlock, type ExifData } from './exifBlock';
import { densityInExif } from './exifTags';
import { isUnreadable, nameOfTag, textsOfTag } from './exifTexts';
import { saysPlace } from './saidPlace';

/** From here on tags are those of single programs: of printers, raw converters, and padding. */
const FIRST_PRIVATE = 50_000;
/**
 * Tags that belong to the file as it was, not to the picture, or that count or place pixels of the
 * source: how it is stored, its profile, XMP and IPTC, where on a map its pixels lie.
 */
const OF_THE_FILE = [
  [254, 259],
  [262, 266],
  [273, 274],
  [277, 284],
  [288, 293],
  [296, 301],
  [317, 317],
  [320, 347],
  [512, 532],
  [700, 700],
  [33_421, 33_422],
  [33_550, 33_550],
  [33_723, 33_723],
  [33_922, 33_922],
  [34_264, 34_264],
  [34_377, 34_377],
  [34_665, 34_665],
  [34_675, 34_675],
  [34_735, 34_737],
  [34_853, 34_853],
  [37_724, 37_724],
  [40_965, 40_965],
  [42_112, 42_113],
] as const;
/**
 * Of how it was taken: makers' notes, whose places are those of the file as it was; samples; where in
 * the picture, and how many pixels of a sensor.
 */
const OF_THE_SOURCE = [
  34_665, 34_853, 37_121, 37_122, 37_396, 37_500, 40_962, 40_963, 40_965, 41_486, 41_487, 41_488,
  41_492,
];
const [ORIENTATION, UPRIGHT] = [274, 1];
const [X_RESOLUTION, Y_RESOLUTION, RESOLUTION_UNIT, INCH] = [282, 283, 296, 2];
const DENOMINATOR = 1000;
const [VERSION, UNDEFINED] = [36_864, 7];
const [COLOUR_SPACE, SRGB] = [40_961, 1];
const [PIXEL_WIDTH, PIXEL_HEIGHT] = [40_962, 40_963];

/** Another colour space than sRGB: the result's profile says it, or its values are sRGB by now. */
const isOtherSpace = ({ tag, value }: TiffEntry): boolean =>
  tag === COLOUR_SPACE && !value.includes(SRGB);

const isOfTheFile = (tag: number): boolean =>
  tag >= FIRST_PRIVATE || OF_THE_FILE.some(([from, to]) => tag >= from && tag <= to);

export type OwnExif = {
  /** Undefined when the block can't be read or nothing is left. */
  readonly exif: ExifData | undefined;
  /** Tags that were left out since their texts say where something is. */
  readonly places: readonly string[];
  /** Tags that were left out since nobody can read what they say. */
  readonly unreadable: readonly string[];
};

/**
 * The EXIF of a result of `size`: every tag of the source as it stands there, upright, with the
 * result's size and density, without thumbnail and makers' notes.
 */
export function exifFor(
  block: Buffer,
  size: Size,
  keepLocation: boolean,
  density: Density | undefined,
): OwnExif {
  const source = readExifBlock(block);
  if (!source) return { exif: undefined, places: [], unreadable: [] };
  const { isLittle } = source;
  const places: string[] = [];
  const unreadable: string[] = [];
  const isKept = (entry: TiffEntry): boolean => {
    if (keepLocation) return true;
    const reason = textsOfTag(entry).some(saysPlace)
      ? places
      : isUnreadable(entry)
        ? unreadable
        : undefined;
    reason?.push(nameOfTag(entry.tag));
    return reason === undefined;
  };
  const image = source.image.filter((entry) => !isOfTheFile(entry.tag) && isKept(entry));
  const photo = source.photo.filter(
    (entry) =>
      entry.tag < FIRST_PRIVATE &&
      !OF_THE_SOURCE.includes(entry.tag) &&
      !isOtherSpace(entry) &&
      isKept(entry),
  );
  const gps = keepLocation ? source.gps : [];
  if (image.length + photo.length + gps.length === 0)
    return { exif: undefined, places, unreadable };
  const [x, y] = densityInExif(density);
  const fraction = (tag: number, value: number): TiffEntry => {
    const bytes = Buffer.alloc(8);
    writeNumber(bytes, Math.round(value * DENOMINATOR), 0, 4, { isLittle });
    writeNumber(bytes, DENOMINATOR, 4, 4, { isLittle });
    return { tag, type: RATIONAL, count: 1, value: bytes };
  };
  const exif = {
    isLittle,
    image: [
      ...image,
      numberEntry(ORIENTATION, SHORT, UPRIGHT, { isLittle }),
      fraction(X_RESOLUTION, x),
      fraction(Y_RESOLUTION, y),
      numberEntry(RESOLUTION_UNIT, SHORT, INCH, { isLittle }),
    ],
    photo: [
      ...photo,
      ...(photo.some(({ tag }) => tag === VERSION)
        ? []
        : [{ tag: VERSION, type: UNDEFINED, count: 4, value: Buffer.from('0232') }]),
      numberEntry(PIXEL_WIDTH, LONG, size.width, { isLittle }),
      numberEntry(PIXEL_HEIGHT, LONG, size.height, { isLittle }),
    ],
    gps,
  };
  return { exif, places, unreadable };
}
