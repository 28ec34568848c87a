import readExif from 'exif-reader';
import type { Exif } from 'sharp';
import type { Size } from '../../shared/geometry';

/**
 * Tags that belong to the file as it was, not to the picture, or that count or place pixels of the
 * source.
 */
const NOT_KEPT =
  /^(Orientation|XResolution|YResolution|ResolutionUnit|ImageWidth|ImageLength|BitsPerSample|Compression|PhotometricInterpretation|SamplesPerPixel|RowsPerStrip|PlanarConfiguration|YCbCr\w*|Strip\w+|Tile\w+|JPEGInterchange\w+|ExifTag|GPSTag|InteroperabilityTag|PrintImageMatching|SubIFDs|ExifIFDPointer|GPSInfoIFDPointer|SubjectArea|SubjectLocation|FocalPlane[XY]Resolution|FocalPlaneResolutionUnit|ComponentsConfiguration|CompressedBitsPerPixel)$/;
const SIZES = ['PixelXDimension', 'PixelYDimension'];

/**
 * The EXIF of a source as sharp writes it into a result of `size`: every tag that is text or
 * numbers, without orientation (it was applied), thumbnail and maker's notes. Undefined when the
 * block can't be read or nothing is left.
 */
export function exifFor(block: Buffer, size: Size, keepLocation: boolean): Exif | undefined {
  let read: ReturnType<typeof readExif>;
  try {
    read = readExif(block);
  } catch {
    return undefined;
  }
  const IFD0 = texts(read.Image ?? {});
  const IFD2 = texts(read.Photo ?? {});
  const IFD3 = keepLocation ? texts(read.GPSInfo ?? {}) : {};
  if ([IFD0, IFD2, IFD3].every((group) => Object.keys(group).length === 0)) return undefined;
  for (const [index, name] of SIZES.entries())
    IFD2[name] = String(index === 0 ? size.width : size.height);
  return { IFD0, IFD2, ...(Object.keys(IFD3).length > 0 ? { IFD3 } : {}) };
}

function texts(group: object): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(group) as [string, unknown][]) {
    const text = NOT_KEPT.test(name) ? undefined : textOf(name, value);
    if (text !== undefined) result[name] = text;
  }
  return result;
}

/** Tags that are text; the reader yields bytes where they are not ASCII. */
const TEXTS =
  /^(ImageDescription|DocumentName|Make|Model|Software|Artist|HostComputer|Copyright|CameraOwnerName|BodySerialNumber|LensMake|LensModel|LensSerialNumber|ImageUniqueID|SpectralSensitivity)$/;

function textOf(name: string, value: unknown): string | undefined {
  if (value instanceof Uint8Array)
    return TEXTS.test(name) ? textOf(name, decoded(value)) : undefined;
  // sharp takes no empty text, and a text ends where C's would.
  if (typeof value === 'string') return value.replace(/\0[\s\S]*$/, '') || undefined;
  if (typeof value === 'number') return numberText(value);
  // The reader takes EXIF's dates, which have no zone, for UTC.
  if (value instanceof Date)
    return Number.isNaN(value.getTime())
      ? undefined
      : value.toISOString().slice(0, 19).replace('T', ' ').replaceAll('-', ':');
  if (Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'number'))
    return value.map(numberText).join(' ');
  return undefined;
}

/** UTF-8, as nearly all software writes it, else Latin-1. */
function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return Buffer.from(bytes).toString('latin1');
  }
}

/** Whole numbers as they are, others as fractions: 1/125, 28/10. */
function numberText(value: number): string {
  if (Number.isInteger(value) || !Number.isFinite(value)) return String(value);
  const inverse = Math.round(1 / value);
  if (Math.abs(value) < 1 && Math.abs(1 / inverse - value) < 1e-9) return `1/${inverse}`;
  let denominator = 10;
  while (
    denominator < 1e6 &&
    Math.abs(Math.round(value * denominator) / denominator - value) > 1e-9
  )
    denominator *= 10;
  return `${Math.round(value * denominator)}/${denominator}`;
}
