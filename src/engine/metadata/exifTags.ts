import type { Density } from '../image/containers/facts';

const TAG = {
  orientation: 274,
  xResolution: 282,
  yResolution: 283,
  resolutionUnit: 296,
  exifDirectory: 34_665,
  colourSpace: 40_961,
  interoperability: 40_965,
} as const;
const INTEROPERABILITY_INDEX = 1;
/** DCF's name for its optional colour space, and what some cameras write instead. */
const [ADOBE_RGB_INDEX, ADOBE_RGB_SPACE] = ['R03', 2];
const [SHORT, LONG, FRACTION, SIGNED_FRACTION] = [3, 4, 5, 10];
const [INCH, CENTIMETRE] = [2, 3];
const CM_PER_INCH = 2.54;
const EXIF = 'Exif\0\0';
const DENOMINATOR = 1000;
/** Pixels per inch that a picture may have: from a poster's to an electron microscope's. */
const [LEAST_DENSITY, MOST_DENSITY] = [0.01, 1_000_000];
/** What EXIF itself says where nothing is known. */
const UNKNOWN_DENSITY = 72;

type Block = { readonly tiff: Buffer; readonly isLittle: boolean };
/** Where the value of each tag of a directory stands, and its type. */
type Directory = ReadonlyMap<number, { readonly at: number; readonly type: number }>;

function blockOf(bytes: Buffer): Block {
  const tiff = bytes.toString('latin1', 0, 6) === EXIF ? bytes.subarray(6) : bytes;
  return { tiff, isLittle: tiff.toString('latin1', 0, 2) === 'II' };
}

const short = ({ tiff, isLittle }: Block, at: number): number =>
  isLittle ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at);
const long = ({ tiff, isLittle }: Block, at: number): number =>
  isLittle ? tiff.readUInt32LE(at) : tiff.readUInt32BE(at);

function directoryAt(block: Block, from: number): Directory {
  const values = new Map<number, { at: number; type: number }>();
  for (let i = 0; i < short(block, from); i++) {
    const entry = from + 2 + 12 * i;
    const type = short(block, entry + 2);
    values.set(short(block, entry), {
      type,
      at: type === FRACTION || type === SIGNED_FRACTION ? long(block, entry + 8) : entry + 8,
    });
  }
  return values;
}

const first = (block: Block): Directory => directoryAt(block, long(block, 4));

/** A whole number of a directory, of 16 or 32 bits. */
function numberOf(block: Block, directory: Directory, tag: number): number | undefined {
  const value = directory.get(tag);
  return value && (value.type === LONG ? long(block, value.at) : short(block, value.at));
}

/**
 * A density of a directory. EXIF wants a fraction, but programs write whole numbers, too; what is of
 * any other type says nothing.
 */
function perUnit(block: Block, directory: Directory, tag: number): number {
  const value = directory.get(tag);
  switch (value?.type) {
    case SHORT:
    case LONG:
      return numberOf(block, directory, tag) ?? Number.NaN;
    case FRACTION:
    case SIGNED_FRACTION:
      return long(block, value.at) / long(block, value.at + 4);
    default:
      return Number.NaN;
  }
}

/** Whether a number can be a density of some thing, in pixels per inch: not zero, not a filler. */
const isDensity = (value: number | undefined): value is number =>
  value !== undefined && value >= LEAST_DENSITY && value <= MOST_DENSITY;

/** What `read` finds in an EXIF block; undefined where lengths lead out of it. */
function inBlock<T>(bytes: Buffer, read: (block: Block) => T): T | undefined {
  try {
    return read(blockOf(bytes));
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** How a picture is to be turned, 1 to 8, by an EXIF block; undefined when it does not say. */
export const exifOrientation = (bytes: Buffer): number | undefined =>
  inBlock(bytes, (block) => {
    const value = numberOf(block, first(block), TAG.orientation);
    return value !== undefined && value >= 1 && value <= 8 ? value : undefined;
  });

/** Both axes of the density that an EXIF block says, in pixels per inch. */
export const exifDensity = (bytes: Buffer): Density | undefined =>
  inBlock(bytes, (block) => {
    const directory = first(block);
    const unit = numberOf(block, directory, TAG.resolutionUnit) ?? INCH;
    const factor = unit === CENTIMETRE ? CM_PER_INCH : 1;
    const [x, y] = [TAG.xResolution, TAG.yResolution].map(
      (tag) => perUnit(block, directory, tag) * factor,
    );
    return isDensity(x) && isDensity(y) ? { x, y } : undefined;
  });

/** Whether an EXIF block says that the values are in Adobe RGB, as cameras do without a profile. */
export const exifSaysAdobeRgb = (bytes: Buffer): boolean =>
  inBlock(bytes, (block) => {
    const at = numberOf(block, first(block), TAG.exifDirectory);
    if (at === undefined) return false;
    const photo = directoryAt(block, at);
    if (numberOf(block, photo, TAG.colourSpace) === ADOBE_RGB_SPACE) return true;
    const interoperability = numberOf(block, photo, TAG.interoperability);
    const index =
      interoperability === undefined
        ? undefined
        : directoryAt(block, interoperability).get(INTEROPERABILITY_INDEX)?.at;
    return (
      index !== undefined && block.tiff.toString('latin1', index, index + 3) === ADOBE_RGB_INDEX
    );
  }) ?? false;

/** Both axes as EXIF says them, in pixels per inch; it must say something. */
export const densityInExif = (density: Density | undefined): readonly [number, number] =>
  density === undefined
    ? [UNKNOWN_DENSITY, UNKNOWN_DENSITY]
    : density.isRatio === true
      ? [UNKNOWN_DENSITY, (UNKNOWN_DENSITY * density.y) / density.x]
      : [density.x, density.y];

/**
 * Sets the density in an EXIF block, in place, where it has one: it must. What is not known is what
 * EXIF says for that.
 */
export function setExifDensity(bytes: Buffer, density: Density | undefined): void {
  inBlock(bytes, (block) => {
    const { tiff, isLittle } = block;
    const directory = first(block);
    const [x, y] = densityInExif(density);
    for (const [tag, value] of [
      [TAG.xResolution, x],
      [TAG.yResolution, y],
    ] as const) {
      const from = directory.get(tag)?.at;
      if (from === undefined) continue;
      [Math.round(value * DENOMINATOR), DENOMINATOR].forEach((number, i) =>
        isLittle
          ? tiff.writeUInt32LE(number, from + 4 * i)
          : tiff.writeUInt32BE(number, from + 4 * i),
      );
    }
    const unit = directory.get(TAG.resolutionUnit)?.at;
    if (unit !== undefined)
      if (isLittle) tiff.writeUInt16LE(INCH, unit);
      else tiff.writeUInt16BE(INCH, unit);
  });
}
