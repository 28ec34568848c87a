// Texts that say where something is, in every place of a file that holds texts.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { bench, PLAIN } from './assetSupport';
import { jpegWith, pngWith } from './placeCarriers';

const { write, upscale } = bench();
const withExif = (tag: 'image' | 'photo', text: string): Promise<Buffer> => {
  const description = Buffer.from(`${text}\0`);
  const exif = Buffer.alloc(26 + 18);
  exif.write('MM\0*\0\0\0\x08\0\x01', 0, 'latin1');
  if (tag === 'image') {
    exif.writeUInt16BE(270, 10);
    exif.writeUInt16BE(2, 12);
    exif.writeUInt32BE(description.length, 14);
    exif.writeUInt32BE(exif.length, 18);
    return jpegWith(0xe1, Buffer.concat([Buffer.from('Exif\0\0'), exif, description]));
  }
  const comment = Buffer.concat([Buffer.from('ASCII\0\0\0'), description]);
  exif.writeUInt16BE(34_665, 10);
  exif.writeUInt16BE(4, 12);
  exif.writeUInt32BE(1, 14);
  exif.writeUInt32BE(26, 18);
  exif.writeUInt16BE(1, 26);
  exif.writeUInt16BE(37_510, 28);
  exif.writeUInt16BE(7, 30);
  exif.writeUInt32BE(comment.length, 32);
  exif.writeUInt32BE(exif.length, 36);
  return jpegWith(0xe1, Buffer.concat([Buffer.from('Exif\0\0'), exif, comment]));
};
const withIptc = (text: string): Promise<Buffer> => {
  const caption = Buffer.from(text);
  const records = Buffer.concat([Buffer.from([0x1c, 2, 120, 0, caption.length]), caption]);
  const head = Buffer.from('Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\0', 'latin1');
  head.writeUInt32BE(records.length, head.length - 4);
  return jpegWith(0xed, Buffer.concat([head, records, Buffer.alloc(records.length % 2)]));
};
const withXmp = (body: string): Promise<Buffer> =>
  jpegWith(
    0xe1,
    Buffer.from(
      'http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x="adobe:ns:meta/">' +
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/" ' +
        `xmlns:o="urn:other">${body}</rdf:RDF></x:xmpmeta>`,
    ),
  );
const withText = (text: string): Promise<Buffer> =>
  pngWith('tEXt', Buffer.from(`Description\0${text}`, 'latin1'));

/** Where a text may stand, and by which name a person is told of it. */
const HOLDERS: {
  readonly [place: string]: readonly [
    name: string,
    format: 'jpg' | 'png',
    make: (text: string) => Promise<Buffer>,
  ];
} = {
  'comment of a JPEG': ['Comment', 'jpg', (text) => jpegWith(0xfe, Buffer.from(text))],
  'text of a PNG': ['Description', 'png', withText],
  'description in EXIF': ['ImageDescription', 'jpg', (text) => withExif('image', text)],
  'comment in EXIF': ['UserComment', 'jpg', (text) => withExif('photo', text)],
  'caption in IPTC': ['Caption', 'jpg', withIptc],
  'attribute in XMP': [
    'what',
    'jpg',
    (text) => withXmp(`<rdf:Description rdf:about="" o:what="${text}"/>`),
  ],
  'list in XMP': [
    'description',
    'jpg',
    (text) =>
      withXmp(
        `<rdf:Description rdf:about=""><dc:description><rdf:Alt><rdf:li xml:lang="x-default">${text}</rdf:li></rdf:Alt></dc:description></rdf:Description>`,
      ),
  ],
  'field of a struct in XMP': [
    'note',
    'jpg',
    (text) =>
      withXmp(
        `<rdf:Description rdf:about=""><o:all rdf:parseType="Resource"><o:note>${text}</o:note><o:kept>KEPT</o:kept></o:all></rdf:Description>`,
      ),
  ],
};

for (const [place, [name, format, make]] of Object.entries(HOLDERS))
  for (const [text, isPlace] of [
    ['GPS: 52.5200N 13.4050E', true],
    ['geo:52.52,13.405', true],
    ['A cat, 85 mm, f/2.8', false],
  ] as const)
    test(`${place}, "${text}": ${isPlace ? 'goes where no location is wanted, and that is told' : 'stays'}`, async () => {
      const input = await write(`place.${format}`, await make(text));
      for (const metadata of ['keep', 'withoutLocation'] as const) {
        const { output, notes } = await upscale(input, { ...PLAIN, output: { metadata } });
        const bytes = readFileSync(output, 'latin1');
        const isGone = isPlace && metadata === 'withoutLocation';
        assert.equal(bytes.includes(text), !isGone, metadata);
        assert.equal(
          notes.includes(`Left out, since it says where something is: ${name}.`),
          isGone,
          notes.join(),
        );
        if (name === 'note') assert.ok(bytes.includes('KEPT'));
      }
    });
