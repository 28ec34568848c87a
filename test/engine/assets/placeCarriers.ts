// Files that hold a text, each in another place or another way of writing it.
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { exifBytes } from '../../../src/engine/metadata/exifBlock';
import { escapedXml } from '../../../src/engine/metadata/xml';
import { testPixels } from '../support';
import { fromRaw } from './pictures';

const photo = fromRaw({ data: testPixels(24, 16), width: 24, height: 16, channels: 3 });

const segment = (marker: number, data: Buffer): Buffer => {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(data.length + 2, 2);
  return Buffer.concat([head, data]);
};
export const jpegWith = async (marker: number, data: Buffer): Promise<Buffer> => {
  const jpeg = await photo.clone().jpeg().toBuffer();
  return Buffer.concat([jpeg.subarray(0, 2), segment(marker, data), jpeg.subarray(2)]);
};
export const pngWith = async (type: string, data: Buffer): Promise<Buffer> => {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  checksum.writeUInt32BE(crc32(body));
  const png = await photo.clone().png().toBuffer();
  return Buffer.concat([png.subarray(0, 33), length, body, checksum, png.subarray(33)]);
};
const gifWith = async (text: string): Promise<Buffer> => {
  const gif = await photo.clone().gif().toBuffer();
  const pieces = Buffer.from(text);
  return Buffer.concat([
    gif.subarray(0, -1),
    Buffer.from([0x21, 0xfe, pieces.length]),
    pieces,
    Buffer.from([0, 0x3b]),
  ]);
};

const BYTES = { ascii: 2, byte: 1, undefined: 7 };
/** EXIF with one tag of the picture, or how it was taken. */
const exifOf = (
  where: 'image' | 'photo',
  tag: number,
  type: keyof typeof BYTES,
  value: Buffer,
): Buffer =>
  exifBytes({
    isLittle: false,
    image: [{ tag: 271, type: 2, count: 4, value: Buffer.from('Cam\0') }],
    photo: [],
    gps: [],
    [where]: [{ tag, type: BYTES[type], count: value.length, value }],
  });
const jpegExif = (exif: Buffer): Promise<Buffer> =>
  jpegWith(0xe1, Buffer.concat([Buffer.from('Exif\0\0'), exif]));
const utf16 = (text: string, isLittle: boolean): Buffer => {
  const bytes = Buffer.from(text, 'utf16le');
  return isLittle ? bytes : bytes.swap16();
};

const packet = (body: string, around = '', behind = ''): string =>
  `<x:xmpmeta xmlns:x="adobe:ns:meta/" xmlns:o="urn:other" ${around}>` +
  '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/">' +
  `${body}</rdf:RDF>${behind}</x:xmpmeta>`;
const described = (inner: string, attributes = ''): string =>
  `<rdf:Description rdf:about="" dc:rights="KEPT" ${attributes}>${inner}</rdf:Description>`;
const jpegXmp = (xmp: string): Promise<Buffer> =>
  jpegWith(0xe1, Buffer.from(`http://ns.adobe.com/xap/1.0/\0${xmp}`));
const xmpWith =
  (inside: (text: string) => string) =>
  (text: string): Promise<Buffer> =>
    jpegXmp(packet(described(inside(escapedXml(text)))));
const iptcWith = (record: number, dataset: number, value: Buffer): Promise<Buffer> => {
  const records = Buffer.concat([Buffer.from([0x1c, record, dataset, 0, value.length]), value]);
  const head = Buffer.from('Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\0', 'latin1');
  head.writeUInt32BE(records.length, head.length - 4);
  return jpegWith(0xed, Buffer.concat([head, records, Buffer.alloc(records.length % 2)]));
};

type Make = (text: string) => Promise<Buffer>;
const inUtf8 = (text: string): Buffer => Buffer.from(text);
/** A file's ending, and what makes it hold a text. */
export const CARRIERS: { readonly [place: string]: readonly [format: string, make: Make] } = {
  'comment of a JPEG': ['jpg', (text) => jpegWith(0xfe, inUtf8(text))],
  'comment of a GIF': ['gif', gifWith],
  'iTXt of a PNG': ['png', (text) => pngWith('iTXt', inUtf8(`Comment\0\0\0\0\0${text}`))],
  'zTXt of a PNG': [
    'png',
    (text) =>
      pngWith(
        'zTXt',
        Buffer.concat([inUtf8('Comment\0\0'), deflateSync(Buffer.from(text, 'latin1'))]),
      ),
  ],
  'EXIF of a PNG': [
    'png',
    (text) => pngWith('eXIf', exifOf('image', 270, 'ascii', inUtf8(`${text}\0`))),
  ],
  ...Object.fromEntries(
    (['webp', 'avif', 'tiff'] as const).map((format): [string, [string, Make]] => [
      `XMP of ${format.toUpperCase()}`,
      [
        format,
        (text) =>
          photo
            .clone()
            .toFormat(format)
            .withXmp(packet(described(`<o:a>${escapedXml(text)}</o:a>`)))
            .toBuffer(),
      ],
    ]),
  ),
  ...Object.fromEntries(
    (['ascii', 'byte', 'undefined'] as const).map((type): [string, [string, Make]] => [
      `description in EXIF as ${type}`,
      ['jpg', (text) => jpegExif(exifOf('image', 270, type, inUtf8(text)))],
    ]),
  ),
  ...Object.fromEntries(
    [true, false].map((isLittle): [string, [string, Make]] => [
      `comment in EXIF in UTF-16, ${isLittle ? 'the other' : 'its own'} order`,
      [
        'jpg',
        (text) =>
          jpegExif(
            exifOf(
              'photo',
              37_510,
              'undefined',
              Buffer.concat([inUtf8('UNICODE\0'), utf16(text, isLittle)]),
            ),
          ),
      ],
    ]),
  ),
  'caption in IPTC': ['jpg', (text) => iptcWith(2, 120, inUtf8(text))],
  'another record in IPTC': ['jpg', (text) => iptcWith(3, 120, inUtf8(text))],
  'attribute in XMP': ['jpg', xmpWith((text) => `<o:a o:b="${text}" o:c="c"/>`)],
  'CDATA in XMP': ['jpg', (text) => jpegXmp(packet(described(`<o:a><![CDATA[${text}]]></o:a>`)))],
  'resource in XMP': ['jpg', xmpWith((text) => `<o:a rdf:resource="${text}"/>`)],
  'subject in XMP': [
    'jpg',
    (text) =>
      jpegXmp(packet(`<rdf:Description rdf:about="${escapedXml(text)}" dc:rights="KEPT"/>`)),
  ],
  'qualified value in XMP': [
    'jpg',
    xmpWith(
      (text) => `<o:a rdf:parseType="Resource"><rdf:value>${text}</rdf:value><o:q>a</o:q></o:a>`,
    ),
  ],
  'qualified value as attribute in XMP': [
    'jpg',
    xmpWith((text) => `<o:a rdf:value="${text}" o:q="a"/>`),
  ],
  'qualified value in a list in XMP': [
    'jpg',
    xmpWith(
      (text) =>
        `<dc:subject><rdf:Bag><rdf:li rdf:parseType="Resource"><rdf:value>${text}</rdf:value><o:q>a</o:q></rdf:li></rdf:Bag></dc:subject>`,
    ),
  ],
  'literal in XMP': [
    'jpg',
    xmpWith((text) => `<o:a rdf:parseType="Literal">${text}<o:b title="${text}"/></o:a>`),
  ],
  'type in XMP': [
    'jpg',
    xmpWith(
      (text) => `<o:a><rdf:Description><rdf:type rdf:resource="${text}"/></rdf:Description></o:a>`,
    ),
  ],
  'bare text in XMP': ['jpg', (text) => jpegXmp(packet(escapedXml(text) + described('')))],
  'a second RDF': [
    'jpg',
    (text) =>
      jpegXmp(
        packet(
          described(''),
          '',
          `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description o:a="${escapedXml(text)}"/></rdf:RDF>`,
        ),
      ),
  ],
  'an attribute around RDF': [
    'jpg',
    (text) => jpegXmp(packet(described(''), `o:a="${escapedXml(text)}"`)),
  ],
};

/** All that a result holds, the blocks of a PNG unpacked and UTF-16 without its zeros. */
export async function heldBy(bytes: Buffer): Promise<string> {
  const { exif, xmp, iptc, comments } = await sharp(bytes).metadata();
  const all = [
    bytes,
    ...[exif, xmp, iptc].filter((block) => block !== undefined),
    ...(comments ?? []).map(({ text }) => Buffer.from(text)),
  ];
  return all
    .map((each) => `${each.toString('utf8')}${each.toString('latin1')}`)
    .join('\n')
    .replaceAll('\0', '')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');
}
