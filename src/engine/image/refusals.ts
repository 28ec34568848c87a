import path from 'node:path';
import { engineError } from '../errors';
import { type Phrase, phrase } from '../../shared/phrase';

/** Kinds of files that hold pictures, but none that can be upscaled as what it is. */
type Kind = {
  readonly name: Phrase;
  readonly hint: Phrase;
  readonly is: (head: Buffer, extension: string) => boolean;
};

const text = (head: Buffer, from: number, length: number): string =>
  head.toString('latin1', from, from + length);
const brand = (head: Buffer): string => (text(head, 4, 4) === 'ftyp' ? text(head, 8, 4) : '');
const isTiff = (head: Buffer): boolean => ['II*\0', 'MM\0*'].includes(text(head, 0, 4));

const DEVELOP = phrase`Develop it in a raw converter and export a 16-bit TIFF or PNG.`;
const TO_PNG = phrase`Convert it to PNG first.`;
const TONE_MAP = phrase`Tone-map it and export a PNG, TIFF or JPEG.`;
/**
 * Raw files of many makers are TIFFs by their content; only the name tells, and what a decoder
 * finds in them is a thumbnail.
 */
const RAW_EXTENSIONS = [
  'arw',
  'cr2',
  'crw',
  'dcr',
  'dng',
  'erf',
  'k25',
  'kdc',
  'mef',
  'mos',
  'mrw',
  'nef',
  'nrw',
  'pef',
  'raw',
  'rwl',
  'sr2',
  'srf',
  'srw',
];

const KINDS: readonly Kind[] = [
  {
    name: phrase`a camera’s raw file`,
    hint: DEVELOP,
    is: (head, extension) =>
      text(head, 8, 2) === 'CR' && isTiff(head) && extension !== 'tif'
        ? true
        : isTiff(head) && RAW_EXTENSIONS.includes(extension),
  },
  {
    name: phrase`a camera’s raw file`,
    hint: DEVELOP,
    is: (head) =>
      brand(head) === 'crx ' ||
      text(head, 0, 15) === 'FUJIFILMCCD-RAW' ||
      /^(IIU\0|IIRO|IIRS|MMOR|\0MRM|FOVb)/.test(text(head, 0, 4)),
  },
  {
    name: phrase`a Photoshop document`,
    hint: phrase`Export the picture, or the layers you need, as PNG.`,
    is: (head) => text(head, 0, 4) === '8BPS',
  },
  {
    name: phrase`an OpenEXR picture with high dynamic range`,
    hint: TONE_MAP,
    is: (head) => head.readUInt32LE(0) === 0x01312f76,
  },
  {
    name: phrase`a Radiance picture with high dynamic range`,
    hint: TONE_MAP,
    is: (head) => /^#\?(RADIANCE|RGBE)/.test(text(head, 0, 10)),
  },
  {
    name: phrase`HEIC`,
    hint: phrase`Convert it to JPEG, PNG or AVIF first; its codec is patented and not included.`,
    is: (head) => ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx'].includes(brand(head)),
  },
  {
    name: phrase`JPEG XL`,
    hint: TO_PNG,
    is: (head) => head.readUInt16BE(0) === 0xff0a || text(head, 4, 4) === 'JXL ',
  },
  {
    name: phrase`JPEG 2000`,
    hint: TO_PNG,
    is: (head) => text(head, 4, 4) === 'jP  ',
  },
  {
    name: phrase`a BMP picture`,
    hint: phrase`Convert it to PNG first, which loses nothing.`,
    is: (head) => text(head, 0, 2) === 'BM' && head.readUInt32LE(6) === 0,
  },
  {
    name: phrase`an icon file with several sizes`,
    hint: phrase`Extract the largest picture as PNG.`,
    is: (head) => head.readUInt32BE(0) === 0x00000100 && head.readUInt16LE(4) < 256,
  },
  {
    name: phrase`a Netpbm picture`,
    hint: TO_PNG,
    is: (head) => /^P[1-7][\s#]/.test(text(head, 0, 3)),
  },
  {
    name: phrase`a DirectDraw texture (DDS)`,
    hint: TO_PNG,
    is: (head) => text(head, 0, 4) === 'DDS ',
  },
  {
    name: phrase`a Khronos texture (KTX)`,
    hint: TO_PNG,
    is: (head) => /^\xabKTX [12]/.test(text(head, 0, 6)),
  },
  { name: phrase`a QOI picture`, hint: TO_PNG, is: (head) => text(head, 0, 4) === 'qoif' },
  {
    name: phrase`a PCX picture`,
    hint: TO_PNG,
    is: (head, extension) => extension === 'pcx' && head[0] === 0x0a,
  },
  {
    name: phrase`a Targa picture`,
    hint: TO_PNG,
    // Its first bytes have no signature: kinds of colour map and of pixels.
    is: (head, extension) =>
      extension === 'tga' && (head[1] ?? 2) <= 1 && [1, 2, 3, 9, 10, 11].includes(head[2] ?? 0),
  },
  {
    name: phrase`an icon file of macOS`,
    hint: phrase`Extract the largest picture as PNG.`,
    is: (head) => text(head, 0, 4) === 'icns',
  },
  {
    name: phrase`a GIMP document`,
    hint: phrase`Export the picture, or the layers you need, as PNG.`,
    is: (head) => text(head, 0, 8) === 'gimp xcf',
  },
  {
    name: phrase`a PostScript document`,
    hint: phrase`Export the page as SVG or PNG.`,
    is: (head) => text(head, 0, 4) === '%!PS',
  },
  {
    name: phrase`a compressed SVG`,
    hint: phrase`Unpack it (gzip) and upscale the SVG.`,
    is: (head, extension) => extension === 'svgz' && head[0] === 0x1f && head[1] === 0x8b,
  },
  {
    name: phrase`a video`,
    hint: phrase`Export the frame you need as PNG.`,
    is: (head) =>
      head.readUInt32BE(0) === 0x1a45dfa3 ||
      (text(head, 0, 4) === 'RIFF' && text(head, 8, 4) === 'AVI ') ||
      /^(isom|iso\d|mp4\d|qt {2}|M4V |3gp\d|avc1|dash)$/.test(brand(head)),
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
