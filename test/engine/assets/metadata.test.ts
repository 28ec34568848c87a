import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import readExif from 'exif-reader';
import sharp from 'sharp';
import { containerFacts } from '../../../src/engine/image/containers';
import { sniffed } from '../../../src/engine/image/containers/sniff';
import {
  swapped,
  TYPE_BYTES,
  type TiffEntry,
} from '../../../src/engine/image/containers/tiffDirectory';
import { readExifBlock, type ExifData } from '../../../src/engine/metadata/exifBlock';
import { exifPlaceholder, putExif } from '../../../src/engine/metadata/exifFile';
import { PixelFile } from '../../../src/engine/image/pixelFile';
import { largestDifference, testPixels } from '../support';
import { bench, PLAIN } from './assetSupport';
import { fromRaw, rawOf } from './pictures';

const { file, write, upscale } = bench();
const photo = fromRaw({ data: testPixels(24, 16), width: 24, height: 16, channels: 3 });

test('all eight EXIF orientations are applied once and reset', async () => {
  for (let orientation = 1; orientation <= 8; orientation++) {
    const input = await write(
      `turned-${orientation}.jpg`,
      await photo.clone().withMetadata({ orientation }).jpeg({ quality: 95 }).toBuffer(),
    );
    const upright = await write(
      `upright-${orientation}.png`,
      await sharp(input).autoOrient().png().toBuffer(),
    );
    const result = await upscale(input, { ...PLAIN, format: 'png' });
    const [own, wanted] = [
      await rawOf(result.output, 3),
      await rawOf((await upscale(upright, PLAIN)).output, 3),
    ];
    assert.deepEqual(
      [own.width, own.height],
      orientation < 5 ? [96, 64] : [64, 96],
      `orientation ${orientation}`,
    );
    assert.equal(largestDifference(own.data, wanted.data), 0, `orientation ${orientation}`);
    const kept = await sharp((await upscale(input, PLAIN)).output).metadata();
    assert.ok((kept.orientation ?? 1) === 1, `orientation ${orientation} is reset`);
    assert.deepEqual([kept.width, kept.height], [own.width, own.height]);
  }
});

const EXIF = {
  IFD0: { Copyright: 'Ada', Artist: 'Ada', Make: 'Camera & Co' },
  IFD2: {
    ExposureTime: '1/125',
    FNumber: '28/10',
    ISOSpeedRatings: '400',
    DateTimeOriginal: '2024:05:06 07:08:09',
  },
  IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 0/1' },
};

for (const format of ['jpeg', 'png', 'webp', 'avif'] as const) {
  test(`EXIF of a ${format} is kept, kept without the location, or left out`, async () => {
    const input = await write(
      `exif.${format === 'jpeg' ? 'jpg' : format}`,
      await photo.clone().withExif(EXIF)[format]().toBuffer(),
    );
    const exifOf = async (
      metadata: 'keep' | 'withoutLocation' | 'strip',
    ): Promise<ReturnType<typeof readExif> | undefined> => {
      const { exif } = await sharp(
        (await upscale(input, { ...PLAIN, output: { metadata } })).output,
      ).metadata();
      return exif && readExif(exif);
    };
    const kept = await exifOf('keep');
    assert.deepEqual(
      [kept?.Image?.Copyright, kept?.Image?.Artist, kept?.Image?.Make],
      ['Ada', 'Ada', 'Camera & Co'],
    );
    assert.deepEqual([kept?.Photo?.ExposureTime, kept?.Photo?.FNumber], [1 / 125, 2.8]);
    assert.equal(
      (kept?.Photo?.DateTimeOriginal as unknown as Date).toISOString(),
      '2024-05-06T07:08:09.000Z',
    );
    assert.deepEqual(
      [kept?.GPSInfo?.GPSLatitudeRef, kept?.GPSInfo?.GPSLatitude],
      ['N', [51, 30, 0]],
    );
    assert.deepEqual([kept?.Photo?.PixelXDimension, kept?.Photo?.PixelYDimension], [96, 64]);
    const elsewhere = await exifOf('withoutLocation');
    assert.deepEqual([elsewhere?.Image?.Artist, elsewhere?.GPSInfo], ['Ada', undefined]);
    assert.equal((await exifOf('strip'))?.Image?.Artist, undefined);
  });
}

type Tag = [tag: number, type: number, value: Buffer];
const ascii = (text: string, encoding: BufferEncoding = 'utf8'): Buffer =>
  Buffer.concat([Buffer.from(text, encoding), Buffer.alloc(1)]);
const inUtf16 = (text: string): Buffer => Buffer.from(`${text}\0`, 'utf16le');
const [BYTE, ASCII, SHORT, RATIONAL, UNDEFINED] = [1, 2, 3, 5, 7];
/** What cameras, systems and generators write; of every type, beyond ASCII, and unknown to libraries. */
const IMAGE: readonly Tag[] = [
  [0x010e, ASCII, ascii('Ωmega © 山田太郎')],
  [0x0131, ASCII, ascii('ö')],
  [0x013b, ASCII, ascii('Jürgen', 'latin1')],
  [0x4746, SHORT, Buffer.from([4, 0])],
  [0x8298, ASCII, ascii('© Ada')],
  [0x9c9b, BYTE, inUtf16('Titel ä')],
  [0x9c9e, BYTE, inUtf16('one; two')],
];
const PHOTO: readonly Tag[] = [
  [0x829a, RATIONAL, Buffer.from([1, 0, 0, 0, 125, 0, 0, 0])],
  [0x9286, UNDEFINED, Buffer.from('UNICODE\0s\0t\0e\0p\0s\0', 'latin1')],
  [0x9011, ASCII, ascii('+02:00')],
  [0xa420, ASCII, ascii('0123456789abcdef0123456789abcdef')],
  [0xa430, ASCII, ascii('Owner')],
];
const GPS: readonly Tag[] = [
  [1, ASCII, ascii('N')],
  [
    2,
    RATIONAL,
    Buffer.from([51, 0, 0, 0, 1, 0, 0, 0, 30, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]),
  ],
  [0x1b, UNDEFINED, Buffer.from('ASCII\0\0\0GPS', 'latin1')],
];
/** What must not go on: of the file, of its pixels, of its camera's own, its thumbnail. */
const FALSE: readonly Tag[] = [
  [0x0112, SHORT, Buffer.from([6, 0])],
  [0xc4a5, UNDEFINED, Buffer.from('PrintIM\0')],
];
const FALSE_PHOTO: readonly Tag[] = [
  [0x927c, UNDEFINED, Buffer.from('MakerNote of a camera')],
  [0xa002, SHORT, Buffer.from([24, 0])],
  [0x9214, SHORT, Buffer.from([1, 0, 2, 0, 3, 0, 4, 0])],
];
const entriesOf = (tags: readonly Tag[]): TiffEntry[] =>
  tags.map(([tag, type, value]) => ({
    tag,
    type,
    count: value.length / TYPE_BYTES[type]!,
    value,
  }));
const WRITTEN: ExifData = {
  isLittle: true,
  image: entriesOf([...IMAGE, ...FALSE]),
  photo: entriesOf([...PHOTO, ...FALSE_PHOTO]),
  gps: entriesOf(GPS),
};
const inBigEndian = ({ image, photo, gps }: ExifData): ExifData => ({
  isLittle: false,
  image: image.map(swapped),
  photo: photo.map(swapped),
  gps: gps.map(swapped),
});

/** The EXIF of a file, values in little-endian, by tags. */
async function tagsIn(name: string): Promise<Record<'image' | 'photo' | 'gps', readonly Tag[]>> {
  const facts = await containerFacts(name, sniffed(readFileSync(name))!);
  const block = (await sharp(name).metadata()).exif ?? facts.hidden?.exif;
  const found = block && readExifBlock(block);
  const of = (entries: readonly TiffEntry[] = []): readonly Tag[] =>
    entries
      .map((entry) => (found?.isLittle === true ? entry : swapped(entry)))
      .map(({ tag, type, value }): Tag => [tag, type, Buffer.from(value)])
      .sort(([a], [b]) => a - b);
  return { image: of(found?.image), photo: of(found?.photo), gps: of(found?.gps) };
}

const KEPT_AS = ['png', 'jpeg', 'webp', 'avif', 'tiff'] as const;
for (const source of KEPT_AS)
  for (const order of ['little-endian', 'big-endian'] as const)
    test(`every tag of the EXIF of a ${source}, ${order}, stays as it is in every format, upright, with or without the place`, async () => {
      const input = file(`tags-${order}.${source}`);
      const data = order === 'big-endian' ? inBigEndian(WRITTEN) : WRITTEN;
      const picture = photo.clone();
      if (source !== 'tiff') picture.withExif(exifPlaceholder(data));
      await picture[source]().toFile(input);
      await putExif(input, source, data);
      for (const format of KEPT_AS)
        for (const metadata of ['keep', 'withoutLocation', 'strip'] as const) {
          const { output, notes } = await upscale(input, {
            ...PLAIN,
            format,
            output: { metadata },
          });
          const what = `${format}, ${metadata}`;
          const { image, photo: taken, gps } = await tagsIn(output);
          const has = (found: readonly Tag[], tags: readonly Tag[]): readonly Tag[] =>
            found.filter(([tag]) => tags.some(([wanted]) => wanted === tag));
          const isKept = metadata !== 'strip';
          assert.deepEqual(has(image, IMAGE), isKept ? IMAGE : [], what);
          assert.deepEqual(
            has(taken, PHOTO),
            isKept ? [...PHOTO].sort(([a], [b]) => a - b) : [],
            what,
          );
          assert.deepEqual(gps, metadata === 'keep' ? GPS : [], what);
          const { orientation, width, height } = await sharp(output).metadata();
          assert.equal(orientation ?? 1, 1, what);
          // A TIFF's own orientation is what it says: its source was not turned by another one.
          // These say it elsewhere: in a tag and a property of their own.
          const isTurned = source !== 'tiff' && source !== 'avif';
          assert.deepEqual([width, height], isTurned ? [64, 96] : [96, 64], what);
          const number = (tag: number): number | undefined =>
            taken.find(([each]) => each === tag)?.[2].readUInt32LE();
          if (isKept) assert.deepEqual([number(0xa002), number(0xa003)], [width, height], what);
          for (const [tag] of [...FALSE.slice(1), FALSE_PHOTO[0]!, FALSE_PHOTO[2]!])
            assert.deepEqual(has([...image, ...taken], [[tag, 0, Buffer.alloc(0)]]), [], what);
          assert.doesNotMatch(notes.join(), /EXIF/, what);
        }
    });

test('of EXIF beyond 64 KB the longest text is left out, which is said; a TIFF holds all', async () => {
  const long: Tag = [0x9286, UNDEFINED, Buffer.alloc(90_000, 'x')];
  const photoTags = entriesOf([...PHOTO.filter(([tag]) => tag !== 0x9286), long]);
  const input = file('long.tiff');
  await photo.clone().tiff().toFile(input);
  await putExif(input, 'tiff', { ...WRITTEN, photo: photoTags });
  for (const format of KEPT_AS) {
    const { output, notes } = await upscale(input, { ...PLAIN, format });
    const { photo: taken, image } = await tagsIn(output);
    const said = /EXIF without UserComment: no more than 64 KB/.test(notes.join());
    assert.equal(said, format !== 'tiff', format);
    assert.ok(
      image.some(([tag]) => tag === 0x8298),
      format,
    );
    const length = taken.find(([tag]) => tag === 0x9286)?.[2].length;
    assert.equal(length, format === 'tiff' ? 90_000 : undefined, format);
  }
});

test('a location is never added', async () => {
  const input = await write(
    'nowhere.jpg',
    await photo.clone().withExif({ IFD0: EXIF.IFD0 }).jpeg().toBuffer(),
  );
  const { exif } = await sharp(
    (await upscale(input, { ...PLAIN, output: { provenance: true } })).output,
  ).metadata();
  assert.equal(exif && readExif(exif).GPSInfo, undefined);
});

const XMP = (attributes: string): string =>
  '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta ' +
  'xmlns:x="adobe:ns:meta/"><rdf:RDF ' +
  'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" ' +
  'xmlns:tiff="http://ns.adobe.com/tiff/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/" ' +
  'xmlns:dc="http://purl.org/dc/elements/1.1/" ' +
  `${attributes}/></rdf:RDF></x:xmpmeta><?xpacket end="w"?>`;

for (const format of ['jpeg', 'png', 'webp', 'tiff'] as const) {
  test(
    `XMP of a ${format} is kept with its orientation reset; the model and the guidance ` +
      'are added when they are wanted',
    async () => {
      const xmp = XMP('tiff:Orientation="6" dc:format="image/x" exif:GPSLatitude="51,30N"');
      const picture = photo.clone().withMetadata({ orientation: 6 }).withXmp(xmp);
      const input = await write(
        `xmp.${format}`,
        await (
          format === 'tiff' ? picture.tiff({ compression: 'deflate' }) : picture[format]()
        ).toBuffer(),
      );
      const xmpOf = async (output: object): Promise<string> =>
        (
          await sharp((await upscale(input, { ...PLAIN, output })).output).metadata()
        ).xmp?.toString() ?? '';
      const kept = await xmpOf({});
      assert.match(kept, /dc:format="image\/x"/);
      assert.match(kept, /tiff:Orientation="1"/);
      assert.match(kept, /GPSLatitude/);
      assert.ok(!kept.includes('pisa:Model'));
      assert.doesNotMatch(await xmpOf({ metadata: 'withoutLocation' }), /GPSLatitude/);
      assert.equal(await xmpOf({ metadata: 'strip' }), '');
      const record = await xmpOf({ provenance: true });
      assert.match(record, /dc:format="image\/x"/);
      assert.match(
        record,
        /pisa:Model="one-layer-4x" pisa:PixelGuidance="0" pisa:SemanticGuidance="0" pisa:Scale="4"/,
      );
      assert.match(
        await xmpOf({ metadata: 'strip', provenance: true }),
        /^(?!.*dc:format)[\s\S]*pisa:Model/,
      );
    },
  );
}

/** The chunks of a PNG. */
function chunksOf(png: Buffer): { type: string; data: Buffer }[] {
  const chunks: { type: string; data: Buffer }[] = [];
  for (let at = 8; at + 12 <= png.length;) {
    const end = at + 8 + png.readUInt32BE(at);
    chunks.push({ type: png.toString('latin1', at + 4, at + 8), data: png.subarray(at + 8, end) });
    at = end + 4;
  }
  return chunks;
}

for (const [kind, part] of [
  ['PNG', {}],
  ['PNG with a palette', { output: { palette: true } }],
  ['JPEG, as PNG', { format: 'png' as const }],
] as const)
  test(`the XMP of a ${kind} stands as it is in an iTXt before the pixels, where programs look for it`, async () => {
    const title = '北京 é';
    const picture = photo.clone().withXmp(XMP(`dc:format="${title}"`));
    const input = await write(
      kind.startsWith('JPEG') ? 'title.jpg' : 'title.png',
      await (kind.startsWith('JPEG') ? picture.jpeg() : picture.png()).toBuffer(),
    );
    const chunks = chunksOf(readFileSync((await upscale(input, { ...PLAIN, ...part })).output));
    const texts = chunks.filter(({ data }) => data.includes('XML:com.adobe.xmp'));
    assert.deepEqual(
      texts.map(({ type, data }) => [type, data.toString('utf8', 0, 22)]),
      [['iTXt', 'XML:com.adobe.xmp\0\0\0\0\0']],
    );
    assert.ok(texts[0]!.data.toString('utf8').includes(title));
    assert.ok(chunks.indexOf(texts[0]!) < chunks.findIndex(({ type }) => type === 'IDAT'));
  });

for (const [encoding, encode] of [
  ['UTF-8', (text: string) => Buffer.from(text)],
  ['UTF-16, the least byte first', (text: string) => Buffer.from(text, 'utf16le')],
  ['UTF-16, the greatest byte first', (text: string) => Buffer.from(text, 'utf16le').swap16()],
] as const)
  for (const mark of ['', '\ufeff'])
    test(`XMP in ${encoding}, ${mark ? 'with' : 'without'} a mark of that at its begin, is kept`, async () => {
      const plain = await photo.clone().jpeg().toBuffer();
      const packet = encode(mark + XMP('dc:format="北京 é"'));
      const name = Buffer.from('\xff\xe1\0\0http://ns.adobe.com/xap/1.0/\0', 'latin1');
      const segment = Buffer.concat([name, packet]);
      segment.writeUInt16BE(segment.length - 2, 2);
      const jpeg = Buffer.concat([plain.subarray(0, 2), segment, plain.subarray(2)]);
      const { output, notes } = await upscale(await write('encoded.jpg', jpeg), PLAIN);
      assert.deepEqual(notes, []);
      assert.ok((await sharp(output).metadata()).xmp?.toString().includes('北京 é'));
    });

test('IPTC is kept, or left out', async () => {
  // Photoshop's block with a record 2:80, the by-line: "Ada".
  const iptc = Buffer.concat([
    Buffer.from('Photoshop 3.0\0' + '8BIM\x04\x04\0\0\0\0\0\x08', 'latin1'),
    Buffer.from([0x1c, 2, 80, 0, 3, 0x41, 0x64, 0x61]),
  ]);
  const raw = await PixelFile.create(file('iptc-raw.tif'), { width: 24, height: 16, bands: 3 });
  await raw.writeRows(0, testPixels(24, 16));
  await raw.addTags({ iptc });
  await raw.close();
  const input = await write(
    'iptc.jpg',
    await sharp(file('iptc-raw.tif')).keepMetadata().jpeg().toBuffer(),
  );
  assert.ok((await sharp(input).metadata()).iptc?.includes('Ada'));
  assert.ok((await sharp((await upscale(input, PLAIN)).output).metadata()).iptc?.includes('Ada'));
  assert.equal(
    (
      await sharp(
        (await upscale(input, { ...PLAIN, output: { metadata: 'strip' } })).output,
      ).metadata()
    ).iptc,
    undefined,
  );
  assert.match(
    (await upscale(input, { ...PLAIN, format: 'webp' })).notes.join(),
    /IPTC was left out/,
  );
});

const resource = (id: number, data: Buffer): Buffer => {
  const head = Buffer.alloc(12);
  head.write('8BIM', 'latin1');
  head.writeUInt16BE(id, 4);
  head.writeUInt32BE(data.length, 8);
  return Buffer.concat([head, data, Buffer.alloc(data.length % 2)]);
};

for (const [title, ids, hasNote] of [
  ['a path', [2000], true],
  ['the last path', [2997], true],
  ['a path behind guides and a thumbnail', [1032, 1036, 2001], true],
  ['guides and a thumbnail alone', [1032, 1036], false],
  ['the name of a clipping path alone', [2999], false],
] as const)
  for (const kind of ['jpeg', 'tiff'] as const)
    test(`of Photoshop ${title} in a ${kind}: ${hasNote ? 'told' : 'no word of it'}, and no word of IPTC`, async () => {
      const block = Buffer.concat(ids.map((id) => resource(id, Buffer.alloc(27, id))));
      const input =
        kind === 'tiff' ? await tiffWith(block) : await write('paths.jpg', await jpegWith(block));
      for (const format of ['png', 'jpeg'] as const) {
        const { notes } = await upscale(input, { ...PLAIN, format });
        assert.equal(/Photoshop’s paths/.test(notes.join()), hasNote, `${format}: ${notes.join()}`);
        assert.doesNotMatch(notes.join(), /IPTC/);
      }
      const stripped = await upscale(input, { ...PLAIN, output: { metadata: 'strip' } });
      assert.doesNotMatch(stripped.notes.join(), /Photoshop/);
    });

async function jpegWith(block: Buffer): Promise<Buffer> {
  const plain = await photo.clone().jpeg().toBuffer();
  const content = Buffer.concat([Buffer.from('Photoshop 3.0\0', 'latin1'), block]);
  const head = Buffer.from([0xff, 0xed, 0, 0]);
  head.writeUInt16BE(content.length + 2, 2);
  return Buffer.concat([plain.subarray(0, 2), head, content, plain.subarray(2)]);
}

async function tiffWith(block: Buffer): Promise<string> {
  const tiff = await PixelFile.create(file('paths.tif'), { width: 24, height: 16, bands: 3 });
  await tiff.writeRows(0, testPixels(24, 16));
  await tiff.addTags({ iptc: block });
  await tiff.close();
  const bytes = readFileSync(file('paths.tif'));
  const [IPTC, PHOTOSHOP, UNDEFINED] = [33_723, 34_377, 7];
  const entry = Buffer.alloc(4);
  entry.writeUInt16LE(IPTC);
  entry.writeUInt16LE(UNDEFINED, 2);
  bytes.writeUInt16LE(PHOTOSHOP, bytes.indexOf(entry));
  return write('paths.tif', bytes);
}

test('the density grows with the picture, so that it keeps its size on paper', async () => {
  for (const [format, scale] of [
    ['png', 4],
    ['jpeg', 2],
    ['tiff', 3],
  ] as const) {
    const picture = photo.clone().withDensity(150);
    const input = await write(
      `dense.${format}`,
      await (
        format === 'tiff'
          ? picture.tiff({ compression: 'lzw', xres: 150 / 25.4, yres: 150 / 25.4 })
          : picture[format]()
      ).toBuffer(),
    );
    assert.equal((await sharp(input).metadata()).density, 150);
    assert.equal(
      (await sharp((await upscale(input, { ...PLAIN, scale })).output).metadata()).density,
      150 * scale,
      format,
    );
  }
});

test('a PNG without metadata gets none', async () => {
  const input = await write('bare.png', await photo.clone().png().toBuffer());
  const { exif, xmp, icc, density } = await sharp((await upscale(input, PLAIN)).output).metadata();
  assert.deepEqual([exif, xmp, icc, density], [undefined, undefined, undefined, undefined]);
});

test('EXIF behind a PNG’s pixels is kept as well', async () => {
  const plain = await fromRaw({
    data: testPixels(24, 18),
    width: 24,
    height: 18,
    channels: 3,
  })
    .png()
    .toBuffer();
  const described = await sharp(plain)
    .withExif({ IFD0: { Copyright: 'Ada' } })
    .png()
    .toBuffer();
  const at = described.indexOf('eXIf', 0, 'latin1') - 4;
  const chunk = described.subarray(at, at + 12 + described.readUInt32BE(at));
  const end = plain.length - 12;
  const input = await write(
    'late.png',
    Buffer.concat([plain.subarray(0, end), chunk, plain.subarray(end)]),
  );
  assert.equal((await sharp(input).metadata()).exif, undefined);
  const { output } = await upscale(input, PLAIN);
  const { exif, width, height } = await sharp(output).metadata();
  assert.deepEqual([width, height], [96, 72]);
  assert.match(exif?.toString('latin1') ?? '', /Ada/);
});
