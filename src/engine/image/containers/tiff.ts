import type { ContainerFacts, Density } from './facts';
import type { FileView } from './fileView';
import { tiffColours } from './tiffColours';
import { LONG8, RATIONAL, SHORT, TYPE_BYTES } from './tiffDirectory';
import { tiffExif } from './tiffExif';
import { extrasOf, type Placed } from './tiffExtras';
import { phrase, type Phrase, type Words } from '../../../shared/phrase';

const TAG = {
  subfileType: 254,
  bitsPerSample: 258,
  compression: 259,
  photometric: 262,
  samplesPerPixel: 277,
  planarConfiguration: 284,
  xResolution: 282,
  yResolution: 283,
  resolutionUnit: 296,
  subDirectories: 330,
  extraSamples: 338,
  sampleFormat: 339,
} as const;
/** CIELAB, ICC L*a*b* and ITU L*a*b*. */
const LAB_COLOURS = [8, 9, 10];
/** Channels of the colors themselves, by photometric interpretation. */
const CHANNELS_OF: { readonly [photometric: number]: number } = { 0: 1, 1: 1, 2: 3, 5: 4, 6: 3 };
/** Of an extra channel. */
const UNSPECIFIED = 0;
const [WHITE_IS_ZERO, MASK, SEPARATED, YCBCR] = [0, 4, 5, 6];
const A_MASK = phrase`a mask of transparency in place of a picture`;
/** Bits of what a directory is. */
const [REDUCED, OF_A_MASK] = [1, 4];
const JPEG = 7;
const NONE = 1;
/** None, LZW, both numbers of Deflate, and PackBits. */
const NEEDS_A_WORD = [NONE, 5, 8, 32_946, 32_773];
const IN_PLANES = 2;
/** 4 is that of samples of which nothing is known. */
const [UNSIGNED, SIGNED, FLOAT, UNKNOWN, COMPLEX] = [1, 2, 3, 4, 6];
const KINDS_OF_SAMPLES: { readonly [format: number]: Phrase } = {
  3: phrase`floating-point samples`,
  5: phrase`complex samples`,
  6: phrase`complex samples`,
};
/** Those that the decoder unpacks; what is deeper than 16 is refused by its type. */
const WHOLE_BITS = [1, 2, 4, 8, 16, 32];
const MOST_PAGES = 10_000;
const MOST_ENTRIES = 4096;
const CM_PER_INCH = 2.54;

/** Compressions that sharp's libtiff is built without. */
const MISSING_CODECS: { readonly [compression: number]: string } = {
  6: 'old-style JPEG',
  32_766: 'NeXT',
  32_809: 'ThunderScan',
  34_661: 'JBIG',
  34_676: 'SGI Log',
  34_677: 'SGI Log',
  34_712: 'JPEG 2000',
  34_887: 'LERC',
  34_925: 'LZMA',
  50_000: 'Zstandard',
  50_001: 'WebP',
  50_002: 'JPEG XL',
};

/** Reads a TIFF's first directory and counts the others. (TIFF 6.0, section 2; BigTIFF.) */
export async function tiffFacts(view: FileView): Promise<ContainerFacts> {
  const head = await view.bytes(0, 16);
  const reader = new Reader(
    head.toString('latin1', 0, 2) === 'II',
    (head[2] ?? 0) + (head[3] ?? 0) === 43,
  );
  const first = reader.isBig ? reader.offset(head, 8) : reader.offset(head, 4);
  const tags = new Map<number, number>();
  const placed: Placed[] = [];
  let pages = 0;
  const seen = new Set<number>();
  for (let at = first; at > 0 && pages < MOST_PAGES && !seen.has(at); pages++) {
    seen.add(at);
    const count = reader.count(await view.bytes(at, 8));
    if (count === 0 || count > MOST_ENTRIES) break;
    const start = at + (reader.isBig ? 8 : 2);
    const entryBytes = reader.isBig ? 20 : 12;
    const directory = await view.bytes(start, count * entryBytes + 8);
    if (directory.length < count * entryBytes) break;
    if (pages === 0)
      for (let i = 0; i < count; i++) {
        const entry = directory.subarray(i * entryBytes, (i + 1) * entryBytes);
        placed.push({
          tag: reader.short(entry, 0),
          bytes: reader.isBig ? reader.long8(entry, 4) : reader.long(entry, 4),
          at: reader.offset(entry, reader.isBig ? 12 : 8),
        });
        await readEntry(view, reader, entry, tags);
      }
    const next = directory.subarray(count * entryBytes);
    at = next.length < (reader.isBig ? 8 : 4) ? 0 : reader.offset(next, 0);
  }
  const density = densityOf(tags);
  const exif = await tiffExif(view, reader, first);
  const saidColours = await tiffColours(view, reader, first, {
    bits: tags.get(TAG.bitsPerSample) ?? 1,
    isInverted: tags.get(TAG.photometric) === WHITE_IS_ZERO,
  });
  const codec = MISSING_CODECS[tags.get(TAG.compression) ?? 1];
  const unsupported =
    codec === undefined
      ? (unsupportedPlace(tags, pages) ?? unsupportedSamples(tags))
      : phrase`${codec} compression, which its decoder lacks`;
  return {
    container: 'tiff',
    remarks: [],
    frames: Math.max(1, pages),
    ...(density ? { density } : {}),
    extras: await extrasOf(view, reader, placed),
    ...(exif ? { hidden: { exif } } : {}),
    ...(saidColours ? { saidColours } : {}),
    ...(isVague(tags) ? { note: NAMELESS } : {}),
    ...(unsupported === undefined ? {} : { unsupported }),
  };
}

/** A first directory that is not the picture: the decoder takes it for it all the same. */
function unsupportedPlace(tags: ReadonlyMap<number, number>, pages: number): Words | undefined {
  const kind = tags.get(TAG.subfileType) ?? 0;
  if ((kind & OF_A_MASK) !== 0) return A_MASK;
  const hasOthers = pages > 1 || tags.has(TAG.subDirectories);
  return (kind & REDUCED) !== 0 && hasOthers
    ? phrase`a thumbnail in the first place, and its picture behind it, where its decoder does not look`
    : undefined;
}

/** Whether there is a channel beside the colours of which nothing says that it is transparency. */
const isVague = (tags: ReadonlyMap<number, number>): boolean =>
  (tags.get(TAG.samplesPerPixel) ?? 1) >
    (CHANNELS_OF[tags.get(TAG.photometric) ?? 2] ?? Infinity) &&
  (tags.get(TAG.extraSamples) ?? UNSPECIFIED) === UNSPECIFIED;

const NAMELESS = phrase`The source has a channel beside its colors and does not say what it is; it was taken for transparency.`;

/** JPEG's and a fax's decoders know by themselves; of a damaged directory nothing is known. */
const isNameless = (tags: ReadonlyMap<number, number>): boolean =>
  !tags.has(TAG.photometric) &&
  tags.has(TAG.bitsPerSample) &&
  NEEDS_A_WORD.includes(tags.get(TAG.compression) ?? NONE);

/** What its samples mean, where the decoder does not know it or takes it for something else. */
function unsupportedSamples(tags: ReadonlyMap<number, number>): Words | undefined {
  const photometric = tags.get(TAG.photometric) ?? 2;
  const samples = tags.get(TAG.samplesPerPixel) ?? 1;
  const bits = tags.get(TAG.bitsPerSample) ?? 1;
  const kind = tags.get(TAG.sampleFormat) ?? UNSIGNED;
  if (isNameless(tags))
    return phrase`no word of what its channels are (PhotometricInterpretation): gray, RGB or CMYK`;
  if (photometric === MASK) return A_MASK;
  if (samples === 2 && tags.get(TAG.planarConfiguration) === IN_PLANES)
    return phrase`gray and transparency in planes of their own, which its decoder mixes up`;
  if (photometric === SEPARATED && samples === 5 && bits === 16)
    return phrase`CMYK with transparency in 16 bits a channel, of which its decoder takes nearly all for opaque`;
  if (LAB_COLOURS.includes(photometric))
    return phrase`CIELAB colors, which its decoder does not know in this form`;
  if (photometric === YCBCR && tags.get(TAG.compression) !== JPEG)
    return phrase`YCbCr colors without JPEG compression, which its decoder takes for RGB`;
  if (samples > 5)
    return phrase`${samples} channels; gray, RGB and CMYK with or without transparency can be read`;
  if (kind !== UNSIGNED && kind !== UNKNOWN)
    return kind === SIGNED || kind > COMPLEX || (kind === FLOAT && [16, 32].includes(bits))
      ? undefined
      : phrase`${KINDS_OF_SAMPLES[kind] ?? phrase`samples`} of ${bits} bits, as measurements have; 8 and 16 bits a channel can be read`;
  return WHOLE_BITS.includes(bits)
    ? undefined
    : phrase`${bits} bits a channel; 1, 2, 4, 8 and 16 can be read`;
}

class Reader {
  constructor(
    readonly isLittle: boolean,
    readonly isBig: boolean,
  ) {}

  short = (data: Buffer, at: number): number =>
    this.isLittle ? data.readUInt16LE(at) : data.readUInt16BE(at);
  long = (data: Buffer, at: number): number =>
    this.isLittle ? data.readUInt32LE(at) : data.readUInt32BE(at);
  long8 = (data: Buffer, at: number): number =>
    Number(this.isLittle ? data.readBigUInt64LE(at) : data.readBigUInt64BE(at));
  offset = (data: Buffer, at: number): number =>
    data.length < at + (this.isBig ? 8 : 4)
      ? 0
      : this.isBig
        ? this.long8(data, at)
        : this.long(data, at);
  count = (data: Buffer): number =>
    data.length < 8 ? 0 : this.isBig ? this.long8(data, 0) : this.short(data, 0);
}

async function readEntry(
  view: FileView,
  reader: Reader,
  entry: Buffer,
  tags: Map<number, number>,
): Promise<void> {
  const tag = reader.short(entry, 0);
  if (!(Object.values(TAG) as number[]).includes(tag)) return;
  const type = reader.short(entry, 2);
  const count = reader.isBig ? reader.long8(entry, 4) : reader.long(entry, 4);
  const bytes = (TYPE_BYTES[type] ?? 0) * count;
  const inline = reader.isBig ? 8 : 4;
  const value =
    bytes <= inline
      ? entry.subarray(reader.isBig ? 12 : 8)
      : await view.bytes(reader.offset(entry, reader.isBig ? 12 : 8), 8);
  if (type === SHORT && value.length >= 2) tags.set(tag, reader.short(value, 0));
  else if (type === LONG8 && value.length >= 8) tags.set(tag, reader.long8(value, 0));
  else if (type === RATIONAL && value.length >= 8)
    tags.set(tag, reader.long(value, 0) / reader.long(value, 4));
  else if (value.length >= 4) tags.set(tag, reader.long(value, 0));
}

function densityOf(tags: ReadonlyMap<number, number>): Density | undefined {
  const unit = tags.get(TAG.resolutionUnit) ?? 2;
  const [x, y] = [tags.get(TAG.xResolution) ?? 0, tags.get(TAG.yResolution) ?? 0];
  if (!(x > 0 && y > 0 && Number.isFinite(x + y))) return undefined;
  if (unit === 1) return x === y ? undefined : { x, y, isRatio: true };
  const factor = unit === 3 ? CM_PER_INCH : 1;
  return { x: x * factor, y: y * factor };
}
