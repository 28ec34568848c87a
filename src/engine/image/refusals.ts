import path from 'node:path';
import { engineError } from '../errors';
import { OTHER_PICTURES, type OtherPictureKind } from '../../shared/otherPictures';
import { type Phrase, phrase } from '../../shared/phrase';

/** Whether a file is of a kind, by its first bytes, or by its extension where these don't tell. */
type Test = (head: Buffer, extension: string) => boolean;

const text = (head: Buffer, from: number, length: number): string =>
  head.toString('latin1', from, from + length);
const brand = (head: Buffer): string => (text(head, 4, 4) === 'ftyp' ? text(head, 8, 4) : '');
const isTiff = (head: Buffer): boolean => ['II*\0', 'MM\0*'].includes(text(head, 0, 4));

/** HEIF with HEVC, and with the video codecs before and after it. */
const HEVC_BRANDS = [
  ...['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'hevm', 'hevs'],
  ...['avci', 'avcs', 'vvic', 'vvis'],
];

/** Brands of the container alone: what is in it those behind say, of which one that can be read counts. */
function isGeneralHevc(head: Buffer): boolean {
  if (!['mif1', 'msf1', 'miaf'].includes(brand(head))) return false;
  const brands: string[] = [];
  for (let at = 16; at + 4 <= Math.min(head.readUInt32BE(0), head.length); at += 4)
    brands.push(text(head, at, 4));
  return (
    !brands.some((each) => /^avi[fs]$/.test(each)) &&
    brands.some((each) => HEVC_BRANDS.includes(each))
  );
}

const isRiff = (head: Buffer, kind: string): boolean =>
  text(head, 0, 4) === 'RIFF' && text(head, 8, 4) === kind;

/** A ZIP whose first entry says what it is a document of. */
const isZipOf = (head: Buffer, type: string): boolean =>
  text(head, 0, 4) === 'PK\x03\x04' && text(head, 30, 8 + type.length) === `mimetype${type}`;

/** Of an icon's directory, so that no other file with small numbers at its start is taken for one. */
const hasFewEntries = (head: Buffer): boolean =>
  head.readUInt16LE(4) > 0 && head.readUInt16LE(4) < 256;

const RAW_EXTENSIONS: readonly string[] = OTHER_PICTURES.raw.extensions;

const PICTURES: Readonly<Record<OtherPictureKind, Test>> = {
  // Of many makers these are TIFFs by their content; only the name tells, and what a decoder finds
  // in them is a thumbnail.
  raw: (head, extension) =>
    (isTiff(head) &&
      ((text(head, 8, 2) === 'CR' && extension !== 'tif') || RAW_EXTENSIONS.includes(extension))) ||
    brand(head) === 'crx ' ||
    text(head, 6, 8) === 'HEAPCCDR' ||
    text(head, 0, 15) === 'FUJIFILMCCD-RAW' ||
    /^(IIU\0|IIRO|IIRS|MMOR|\0MRM|FOVb)/.test(text(head, 0, 4)),
  photoshop: (head) => text(head, 0, 4) === '8BPS',
  exr: (head) => head.readUInt32LE(0) === 0x01312f76,
  painting: (head) =>
    isZipOf(head, 'application/x-krita') ||
    isZipOf(head, 'image/openraster') ||
    // Aseprite: the mark, and the mark of its first frame behind a header of 128 bytes.
    (text(head, 4, 2) === '\xe0\xa5' && text(head, 132, 2) === '\xfa\xf1') ||
    /^(?:PDN3|\0\xffKA|CSFCHUNK|Paint Shop Pro I)/.test(text(head, 0, 16)),
  floatMap: (head) => /^P[Ff]\s+\d/.test(text(head, 0, 8)),
  radiance: (head) => /^#\?(RADIANCE|RGBE)/.test(text(head, 0, 10)),
  heic: (head) => HEVC_BRANDS.includes(brand(head)) || isGeneralHevc(head),
  jpegXl: (head) => head.readUInt16BE(0) === 0xff0a || text(head, 4, 4) === 'JXL ',
  jpeg2000: (head) => text(head, 4, 4) === 'jP  ' || head.readUInt32BE(0) === 0xff4fff51,
  // Without the header of a file it begins with that of its pixels, which is one of few lengths.
  bmp: (head, extension) =>
    (text(head, 0, 2) === 'BM' && head.readUInt32LE(6) === 0) ||
    (extension === 'dib' && [12, 40, 108, 124].includes(head.readUInt32LE(0))),
  icon: (head) => head.readUInt32BE(0) === 0x00000100 && hasFewEntries(head),
  cursor: (head) =>
    (head.readUInt32BE(0) === 0x00000200 && hasFewEntries(head)) || isRiff(head, 'ACON'),
  netpbm: (head) => /^P[1-7][\s#]/.test(text(head, 0, 3)),
  dds: (head) => text(head, 0, 4) === 'DDS ',
  ktx: (head) => /^\xabKTX [12]/.test(text(head, 0, 6)),
  texture: (head) => /^(?:\x13\xab\xa1\x5c|PVR\x03|VTF\0)/.test(text(head, 0, 4)),
  qoi: (head) => text(head, 0, 4) === 'qoif',
  pcx: (head, extension) => extension === 'pcx' && head[0] === 0x0a,
  // Its first bytes have no signature: kinds of color map and of pixels.
  targa: (head, extension) =>
    extension === 'tga' && (head[1] ?? 2) <= 1 && [1, 2, 3, 9, 10, 11].includes(head[2] ?? 0),
  macIcon: (head) => text(head, 0, 4) === 'icns',
  gimp: (head) => text(head, 0, 8) === 'gimp xcf',
  // FLIF, BPG, JPEG XR, MNG and JNG, DPX, Cineon, Sun's and SGI's, Amiga's, X bitmaps and pixmaps.
  rare: (head) =>
    /^(?:FLIF|BPG\xfb|II\xbc\x01|\x8aMNG|\x8bJNG|SDPX|XPDS|\x80\x2a\x5f\xd7|\x59\xa6\x6a\x95|\x01\xda[\0\x01][\x01\x02])/.test(
      text(head, 0, 4),
    ) ||
    (text(head, 0, 4) === 'FORM' && /^(?:ILBM|PBM )$/.test(text(head, 8, 4))) ||
    /^(?:#define \w+_width \d|\/\* XPM \*\/)/.test(text(head, 0, 200)),
  metafile: (head) =>
    head.readUInt32BE(0) === 0xd7cdc69a ||
    /^[\x01\x02]\0\t\0\0[\x01\x03]/.test(text(head, 0, 6)) ||
    (head.readUInt32LE(0) === 1 && text(head, 40, 4) === ' EMF'),
  // Also behind a header that says where the picture for a preview is.
  postScript: (head) => text(head, 0, 4) === '%!PS' || head.readUInt32BE(0) === 0xc5d0d3c6,
  packedSvg: (head, extension) =>
    ['svg', 'svgz'].includes(extension) && head[0] === 0x1f && head[1] === 0x8b,
};

type Kind = { readonly name: Phrase; readonly hint: Phrase; readonly is: Test };

const KINDS: readonly Kind[] = [
  ...(Object.keys(PICTURES) as OtherPictureKind[]).map((kind) => ({
    ...OTHER_PICTURES[kind],
    is: PICTURES[kind],
  })),
  {
    name: phrase`a video`,
    hint: phrase`Export the frame you need as PNG.`,
    is: (head) =>
      head.readUInt32BE(0) === 0x1a45dfa3 ||
      isRiff(head, 'AVI ') ||
      [0x000001ba, 0x000001b3].includes(head.readUInt32BE(0)) ||
      text(head, 0, 4) === 'FLV\x01' ||
      /^(?:moov|mdat|wide)$/.test(text(head, 4, 4)) ||
      /^(?:isom|iso\d|mp4\d|qt {2}|M4V |3g[p2]\w|avc1|dash|MSNV|XAVC|f4v )$/.test(brand(head)),
  },
  {
    name: phrase`a scene in three dimensions`,
    hint: phrase`Render it and export a PNG.`,
    is: (head) => /^(?:BLENDER|glTF|Kaydara FBX)/.test(text(head, 0, 11)),
  },
  {
    name: phrase`a web page`,
    hint: phrase`Perhaps a download went wrong: fetch the picture itself.`,
    is: (head) => /^\s*(<!doctype html|<html)/i.test(text(head, 0, head.length)),
  },
  {
    name: phrase`a PDF document`,
    hint: phrase`Export the page as SVG or PNG.`,
    is: (head) => text(head, 0, 5) === '%PDF-',
  },
];
const LONGEST_MAGIC = 16;

/**
 * Refuses a file whose first bytes (or, for raw files that are TIFFs inside, its name) say that it
 * is of such a kind.
 */
export function refuseKnownKinds(file: string, head: Buffer): void {
  if (head.length < LONGEST_MAGIC) return;
  const extension = path.extname(file).slice(1).toLowerCase();
  const kind = KINDS.find(({ is }) => is(head, extension));
  if (kind)
    throw engineError('input-not-an-image', {
      message: phrase`${path.basename(file)} is ${kind.name}, which can't be upscaled.`,
      hint: kind.hint,
    });
}
