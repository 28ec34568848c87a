// What a file holds beside its picture and its metadata can't go on: each kind of it has its note, and
// what is no loss has none.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import {
  directoryBytes,
  LONG,
  numberEntry,
  SHORT,
  type TiffEntry,
  type TiffLayout,
} from '../../../src/engine/image/containers/tiffDirectory';
import { testPixels } from '../support';
import { bench, PLAIN } from './assetSupport';
import { fromRaw } from './pictures';

const { write, upscale } = bench();
const [WIDTH, HEIGHT] = [24, 16];
const photo = fromRaw({
  data: testPixels(WIDTH, HEIGHT),
  width: WIDTH,
  height: HEIGHT,
  channels: 3,
});

const chunk = (type: string, content = Buffer.from('something')): Buffer => {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(content.length);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
};

const [HEAD, END] = [33, -12];
async function pngWith(place: 'before' | 'behind', ...chunks: Buffer[]): Promise<Buffer> {
  const png = await photo.clone().png().toBuffer();
  const at = place === 'before' ? HEAD : END;
  return Buffer.concat([png.subarray(0, at), ...chunks, png.subarray(at)]);
}

const [LAYERS, NINE_PATCH, MAP] = [
  /^Layers that a program keeps in the source were left out/,
  /^How Android stretches this compiled nine-patch was left out/,
  /^Where its pixels lie on a map \(GeoTIFF\) was left out/,
];
const only = (format: string, names: string): RegExp =>
  new RegExp(`^Parts of the ${format} that only single programs know were left out: ${names}\\.$`);

for (const [title, chunks, notes] of [
  ['Fireworks’ layers', ['mkBF', 'mkTS', 'mkBT', 'mkBT', 'prVW'], [LAYERS]],
  ['Android’s compiled nine-patch', ['npLb', 'npTc'], [NINE_PATCH]],
  ['where a sprite is put', ['oFFs', 'vpAg'], [only('PNG', 'oFFs, vpAg')]],
  ['a scale of real things', ['sCAL', 'pCAL'], [only('PNG', 'sCAL, pCAL')]],
  ['a program’s own, twice', ['abCd', 'abCd'], [only('PNG', 'abCd')]],
  ['hints, and when it was changed', ['tIME', 'hIST', 'sPLT', 'iDOT'], []],
] as const)
  for (const place of ['before', 'behind'] as const)
    test(`a PNG with ${title} ${place} its pixels (${chunks.join(', ')})`, async () => {
      const input = await write(
        'extra.png',
        await pngWith(place, ...chunks.map((type) => chunk(type))),
      );
      const told = (await upscale(input, PLAIN)).notes.map(String);
      assert.equal(told.length, notes.length, told.join('\n'));
      for (const [i, note] of notes.entries()) assert.match(told[i] ?? '', note);
      const stripped = await upscale(input, { ...PLAIN, output: { metadata: 'strip' } });
      assert.deepEqual(stripped.notes, []);
    });

test('of very many kinds of chunks some are named, and what stands behind them is seen', async () => {
  const letters = Array.from({ length: 26 }, (_, i) => String.fromCharCode(97 + i));
  const types = letters.flatMap((a) => letters.map((b) => `x${a}X${b}`));
  const input = await write(
    'many.png',
    await pngWith('before', ...types.map((type) => chunk(type)), chunk('caBX'), chunk('mkBT')),
  );
  const [credentials, layers, parts] = (await upscale(input, PLAIN)).notes.map(String);
  assert.match(credentials ?? '', /^Content Credentials/);
  assert.match(layers ?? '', LAYERS);
  assert.match(parts ?? '', /left out: xaXa, xaXb, (?:xaX.(?:, )?)+, …\.$/);
});

/** A JPEG's segment. */
const segment = (marker: number, content: string): Buffer => {
  const data = Buffer.from(content, 'latin1');
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(data.length + 2, 2);
  return Buffer.concat([head, data]);
};

for (const [title, parts, notes] of [
  ['a thermal camera’s', [segment(0xe1, 'FLIR\0\x01\0\0')], [only('JPEG', 'APP1 FLIR')]],
  [
    'several programs’',
    [segment(0xe3, '_JPSJPS_\0'), segment(0xe4, 'SCALADO\0x'), segment(0xe9, '\x01\x02')],
    [only('JPEG', 'APP3 _JPSJPS_, APP4 SCALADO, APP9')],
  ],
  [
    'no program’s but those of an encoder',
    [segment(0xec, 'Ducky\0x'), segment(0xee, 'Adobe\0d\0\0\0\0\x01'), segment(0xed, 'Adobe_CM\0')],
    [],
  ],
] as const)
  for (const place of ['before', 'behind'] as const)
    test(`a JPEG with segments ${place} its scan: ${title}`, async () => {
      const jpeg = await photo.clone().jpeg().toBuffer();
      const at = place === 'before' ? 2 : jpeg.length - 2;
      const input = await write(
        'extra.jpg',
        Buffer.concat([jpeg.subarray(0, at), ...parts, jpeg.subarray(at)]),
      );
      const told = (await upscale(input, PLAIN)).notes.map(String);
      assert.equal(told.length, notes.length, told.join('\n'));
      for (const [i, note] of notes.entries()) assert.match(told[i] ?? '', note);
      const stripped = await upscale(input, { ...PLAIN, output: { metadata: 'strip' } });
      assert.deepEqual(stripped.notes, []);
    });

test('a WebP with a program’s chunks: they are named', async () => {
  const webp = await photo.clone().webp({ lossless: true }).toBuffer();
  const bytes = Buffer.concat([webp, Buffer.from('LAYR\x04\0\0\0abcd', 'latin1')]);
  bytes.writeUInt32LE(bytes.length - 8, 4);
  const { notes } = await upscale(await write('extra.webp', bytes), PLAIN);
  assert.equal(notes.length, 1);
  assert.match(String(notes[0]), only('WEBP', 'LAYR'));
});

for (const format of ['png', 'jpeg', 'webp'] as const)
  test(`what stands behind the end of a ${format} is told, and what only fills it up is not`, async () => {
    const picture = await photo.clone()[format]().toBuffer();
    for (const [behind, isTold] of [
      [Buffer.from('PK\x03\x04 an archive'), true],
      [Buffer.concat([Buffer.alloc(2 ** 20 + 5), Buffer.from('x')]), true],
      // More than any writer fills a file up with: gigabytes of it are not looked through.
      [Buffer.alloc(17 * 2 ** 20), true],
      [Buffer.alloc(512), false],
      [Buffer.from('\r\n'), false],
    ] as const) {
      const { notes } = await upscale(
        await write(`behind.${format}`, Buffer.concat([picture, behind])),
        PLAIN,
      );
      assert.equal(notes.length, isTold ? 1 : 0, notes.join('\n'));
      if (isTold) assert.match(String(notes[0]), /^What stands behind the picture's end/);
    }
  });

const CLASSIC: TiffLayout = { isLittle: true, isBig: false };
const ORDERS: { readonly [order: string]: TiffLayout } = {
  II: CLASSIC,
  MM: { isLittle: false, isBig: false },
};
const bytesEntry = (tag: number, value: Buffer): TiffEntry => ({
  tag,
  type: 7,
  count: value.length,
  value,
});

/** A gray TIFF, uncompressed, with more tags. */
function tiffWith(layout: TiffLayout, entries: readonly TiffEntry[]): Buffer {
  const pixels = Buffer.from(testPixels(WIDTH, HEIGHT).subarray(0, WIDTH * HEIGHT));
  const number = (tag: number, type: number, value: number): TiffEntry =>
    numberEntry(tag, type, value, layout);
  const at = 8 + pixels.length;
  const head = Buffer.from(layout.isLittle ? 'II*\0\0\0\0\0' : 'MM\0*\0\0\0\0', 'latin1');
  if (layout.isLittle) head.writeUInt32LE(at, 4);
  else head.writeUInt32BE(at, 4);
  const own = [
    number(256, SHORT, WIDTH),
    number(257, SHORT, HEIGHT),
    number(258, SHORT, 8),
    number(259, SHORT, 1),
    number(262, SHORT, 1),
    number(273, LONG, 8),
    number(277, SHORT, 1),
    number(278, SHORT, HEIGHT),
    number(279, LONG, pixels.length),
  ];
  return Buffer.concat([head, pixels, directoryBytes([...own, ...entries], at, layout)]);
}

/** Photoshop's document in a TIFF, with blocks of these names; in that of layers their number. */
function photoshop(
  { isLittle }: TiffLayout,
  ...blocks: readonly (readonly [key: string, count: number])[]
): TiffEntry {
  const word = (text: string): Buffer => {
    const letters = Buffer.from(text, 'latin1');
    return isLittle ? letters.reverse() : letters;
  };
  const parts = blocks.map(([key, count]) => {
    const content = Buffer.alloc(6);
    const length = Buffer.alloc(4);
    if (isLittle) {
      length.writeUInt32LE(content.length);
      content.writeInt16LE(count);
    } else {
      length.writeUInt32BE(content.length);
      content.writeInt16BE(count);
    }
    return Buffer.concat([word('8BIM'), word(key), length, content, Buffer.alloc(2)]);
  });
  return bytesEntry(
    37_724,
    Buffer.concat([Buffer.from('Adobe Photoshop Document Data Block\0', 'latin1'), ...parts]),
  );
}

const doubles = (tag: number, count: number): TiffEntry => ({
  tag,
  type: 12,
  count,
  value: Buffer.alloc(8 * count),
});
const shorts = (tag: number, count: number): TiffEntry => ({
  tag,
  type: SHORT,
  count,
  value: Buffer.alloc(2 * count),
});
const text = (tag: number, content: string): TiffEntry => ({
  tag,
  type: 2,
  count: content.length + 1,
  value: Buffer.from(`${content}\0`),
});

for (const [order, layout] of Object.entries(ORDERS))
  for (const [title, entries, notes] of [
    ['Photoshop’s layers', [photoshop(layout, ['Patt', 0], ['Layr', 3])], [LAYERS]],
    ['layers of 16 bits, under transparency', [photoshop(layout, ['Lr16', -2])], [LAYERS]],
    ['one layer alone', [photoshop(layout, ['Layr', 1], ['cinf', 0])], []],
    ['Photoshop’s patterns alone', [photoshop(layout, ['Patt', 5], ['FMsk', 5])], []],
    ['a document that is damaged', [bytesEntry(37_724, Buffer.alloc(50, 'Adobe'))], []],
    ['where it lies on a map', [doubles(33_550, 3), doubles(33_922, 6), shorts(34_735, 4)], [MAP]],
    ['where it lies on a map, as a matrix', [doubles(34_264, 16)], [MAP]],
    [
      'what single programs know',
      [text(42_112, '<GDALMetadata/>'), text(42_113, '-9999'), text(65_000, 'mine, and longer')],
      [only('TIFF', 'GDAL_METADATA, GDAL_NODATA, 65000')],
    ],
    [
      'padding and a camera’s print settings',
      [bytesEntry(50_341, Buffer.alloc(20)), bytesEntry(59_932, Buffer.alloc(20))],
      [],
    ],
  ] as const)
    test(`a TIFF (${order}) with ${title}`, async () => {
      const input = await write('extra.tif', tiffWith(layout, entries));
      const told = (await upscale(input, PLAIN)).notes.map(String);
      assert.equal(told.length, notes.length, told.join('\n'));
      for (const [i, note] of notes.entries()) assert.match(told[i] ?? '', note);
    });

test('where a picture lies on a map is no loss to who wants no location', async () => {
  const input = await write('map.tif', tiffWith(CLASSIC, [doubles(33_550, 3), doubles(33_922, 6)]));
  for (const metadata of ['withoutLocation', 'strip'] as const)
    assert.deepEqual((await upscale(input, { ...PLAIN, output: { metadata } })).notes, []);
});
