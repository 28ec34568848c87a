import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { test } from 'node:test';
import sharp, { type Sharp } from 'sharp';
import { containerFacts } from '../../../src/engine/image/containers';
import { exifDensity } from '../../../src/engine/metadata/exifTags';
import type { OutputFormat } from '../../../src/shared/settings';
import { bench, PLAIN } from './assetSupport';

const { write, upscale } = bench();
const picture = (): Sharp =>
  sharp({ create: { width: 24, height: 16, channels: 3, background: '#386' } });
const LONG = 90_000;
const RDF = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#';
const GUID = 'A'.repeat(32);

const xmp = (properties: string): string =>
  `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="${RDF}" xmlns:dc="http://purl.org/dc/elements/1.1/">` +
  `<rdf:Description rdf:about="" xmlns:note="http://ns.adobe.com/xmp/note/" ${properties}</rdf:Description></rdf:RDF></x:xmpmeta>`;
const WHOLE = xmp(`><dc:title>Short</dc:title><dc:source>${'s'.repeat(LONG)}</dc:source>`);

function segment(marker: number, data: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(data.length + 2, 2);
  return Buffer.concat([head, data]);
}
const withSegments = (jpeg: Buffer, ...segments: readonly Buffer[]): Buffer =>
  Buffer.concat([jpeg.subarray(0, 2), ...segments, jpeg.subarray(2)]);

/** A JPEG of whose XMP the long part lies in segments of its own, these of its two in that order. */
async function extended(
  order: readonly number[],
  long = xmp(`><dc:source>${'s'.repeat(LONG)}</dc:source>`),
): Promise<Buffer> {
  const main = `http://ns.adobe.com/xap/1.0/\0${xmp(`note:HasExtendedXMP="${GUID}"><dc:title>Short</dc:title>`)}`;
  const rest = Buffer.from(long);
  const part = (index: number): Buffer => {
    const numbers = Buffer.alloc(8);
    numbers.writeUInt32BE(rest.length);
    numbers.writeUInt32BE(index * 60_000, 4);
    const name = Buffer.from(`http://ns.adobe.com/xmp/extension/\0${GUID}`, 'latin1');
    const piece = rest.subarray(index * 60_000, (index + 1) * 60_000);
    return segment(0xe1, Buffer.concat([name, numbers, piece]));
  };
  return withSegments(
    await picture().jpeg().toBuffer(),
    segment(0xe1, Buffer.from(main)),
    ...order.map(part),
  );
}

/** A JPEG with so many keywords of 50 letters, in as many of Photoshop's segments as these need. */
async function keywords(count: number): Promise<Buffer> {
  const records = Buffer.concat(
    Array.from({ length: count }, (_, i) =>
      Buffer.concat([Buffer.from([0x1c, 2, 25, 0, 50]), Buffer.from(String(i).padStart(50, 'k'))]),
    ),
  );
  const head = Buffer.alloc(12);
  head.write('8BIM', 0, 'latin1');
  head.writeUInt16BE(0x0404, 4);
  head.writeUInt32BE(records.length, 8);
  const block = Buffer.concat([head, records]);
  const segments: Buffer[] = [];
  for (let at = 0; at < block.length; at += 30_000)
    segments.push(
      segment(
        0xed,
        Buffer.concat([Buffer.from('Photoshop 3.0\0'), block.subarray(at, at + 30_000)]),
      ),
    );
  return withSegments(await picture().jpeg().toBuffer(), ...segments);
}

const FORMATS: readonly OutputFormat[] = ['png', 'jpeg', 'webp', 'avif', 'tiff'];

for (const [kind, bytes] of Object.entries({
  'a PNG in one piece': () => picture().withXmp(WHOLE).png().toBuffer(),
  'a JPEG in segments': () => extended([0, 1]),
  'a JPEG in segments out of order': () => extended([1, 0]),
}))
  for (const format of FORMATS)
    test(`XMP of ${kind}, longer than a segment → ${format}: kept, or a note names what is left out`, async () => {
      const { output, notes } = await upscale(await write('long.bin', await bytes()), {
        ...PLAIN,
        format,
      });
      const kept = (await sharp(output).metadata()).xmpAsString ?? '';
      assert.match(kept, />Short</);
      assert.doesNotMatch(kept, /HasExtendedXMP/);
      assert.equal(/s{90000}/.test(kept), format !== 'jpeg');
      assert.equal(
        notes.some((note) => /XMP without source: no more than 64 KB/.test(note)),
        format === 'jpeg',
        notes.join(),
      );
    });

const MISSING: readonly (readonly [string, readonly number[], string | undefined, RegExp])[] = [
  ['of which a segment is missing', [0], undefined, /a part of it is missing/],
  ['whose longer part is not there', [], undefined, /it is not in the file/],
  ['whose longer part is no XMP', [0, 1], '<a><b>'.padEnd(LONG), /it is not valid XMP/],
  ['whose longer part is a flood', [0], ' '.repeat(2_000_000), /more than 1 MB of it are not read/],
];
for (const [what, parts, rest, why] of MISSING)
  test(`XMP of a JPEG ${what}: the rest stays, and a note says why the part does not`, async () => {
    const { output, notes } = await upscale(
      await write('part.jpg', await extended(parts, rest)),
      PLAIN,
    );
    assert.match((await sharp(output).metadata()).xmpAsString ?? '', />Short</);
    assert.match(notes.join(), why);
    assert.doesNotMatch(notes.join(), /HasExtendedXMP/);
  });

test('XMP of a JPEG beside a part that is left of an earlier one: its own part is kept', async () => {
  const older = Buffer.from(
    `http://ns.adobe.com/xmp/extension/\0${'B'.repeat(32)}\0\0\0\x01\0\0\0\0 `,
  );
  const jpeg = await extended([0, 1]);
  const { output, notes } = await upscale(
    await write('older.jpg', withSegments(jpeg, segment(0xe1, older))),
    { ...PLAIN, format: 'png' },
  );
  assert.match((await sharp(output).metadata()).xmpAsString ?? '', new RegExp(`s{${LONG}}`));
  assert.doesNotMatch(notes.join(), /longer part/);
});

for (const [count, isCut] of [
  [1000, false],
  [1500, true],
] as const)
  test(`${count} keywords of IPTC in several segments: ${isCut ? 'as many as fit, and a note' : 'all are kept'}`, async () => {
    const { output, notes } = await upscale(
      await write('keywords.jpg', await keywords(count)),
      PLAIN,
    );
    const iptc = (await sharp(output).metadata()).iptc?.toString('latin1') ?? '';
    const found = iptc.match(/k+\d+/g) ?? [];
    assert.ok(isCut ? found.length > 1000 && found.length < count : found.length === count);
    assert.equal(/last entries of the IPTC/.test(notes.join()), isCut);
  });

test('a text that is longer than a JPEG’s comment is cut with a note, and stays whole in others', async () => {
  const text = Buffer.from(`tEXtparameters\0${'p'.repeat(LONG)}`, 'latin1');
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(text.length - 4);
  checksum.writeUInt32BE(crc32(text) >>> 0);
  const png = await picture().png().toBuffer();
  const input = await write(
    'text.png',
    Buffer.concat([png.subarray(0, 33), length, text, checksum, png.subarray(33)]),
  );
  for (const format of ['png', 'jpeg', 'gif'] as const) {
    const { notes } = await upscale(input, { ...PLAIN, format });
    assert.equal(/parameters was cut/.test(notes.join()), format === 'jpeg', format);
  }
});

/** An EXIF block with nothing but a density. */
function densityBlock(density: number): Buffer {
  const block = Buffer.alloc(66);
  block.write('II*\0\x08\0\0\0\x03\0', 0, 'latin1');
  [
    [282, 5, 50],
    [283, 5, 58],
    [296, 3, 2],
  ].forEach(([tag = 0, type = 0, value = 0], i) => {
    block.writeUInt16LE(tag, 10 + 12 * i);
    block.writeUInt16LE(type, 12 + 12 * i);
    block.writeUInt32LE(1, 14 + 12 * i);
    block.writeUInt32LE(value, 18 + 12 * i);
  });
  for (const at of [50, 58]) {
    block.writeUInt32LE(density, at);
    block.writeUInt32LE(1, at + 4);
  }
  return block;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  checksum.writeUInt32BE(crc32(body) >>> 0);
  return Buffer.concat([length, body, checksum]);
}

test('two densities: a PNG’s own counts, a JPEG’s EXIF but for what it says of one that is not known', async () => {
  const own = async (container: 'png' | 'jpeg', exif: Buffer): Promise<Buffer> => {
    if (container === 'jpeg') {
      const jpeg = await picture().jpeg().toBuffer();
      const jfif = Buffer.from('4a46494600010101012c012c0000', 'hex');
      return withSegments(
        jpeg.subarray(0, 2).equals(Buffer.from([0xff, 0xd8])) && jpeg[3] === 0xe0
          ? Buffer.concat([jpeg.subarray(0, 2), jpeg.subarray(4 + jpeg.readUInt16BE(4))])
          : jpeg,
        segment(0xe0, jfif),
        segment(0xe1, Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), exif])),
      );
    }
    // The encoder makes one up, which is not to be the second.
    const made = await picture().png().toBuffer();
    const at = made.indexOf('pHYs') - 4;
    const png = at < 0 ? made : Buffer.concat([made.subarray(0, at), made.subarray(at + 21)]);
    const density = Buffer.from('00002e2300002e2301', 'hex');
    return Buffer.concat([
      png.subarray(0, 33),
      chunk('pHYs', density),
      chunk('eXIf', exif),
      png.subarray(33),
    ]);
  };
  for (const [container, inExif, expected] of [
    ['png', 72, 600],
    ['png', 96, 600],
    ['jpeg', 72, 600],
    ['jpeg', 96, 192],
    ['jpeg', 300, 600],
  ] as const) {
    const input = await write('density.bin', await own(container, densityBlock(inExif)));
    const { output } = await upscale(input, { ...PLAIN, scale: 2 });
    const facts = await containerFacts(output, container);
    const { exif } = await sharp(readFileSync(output)).metadata();
    const density = facts.density ?? (exif && exifDensity(exif));
    assert.equal(Math.round(density?.x ?? 0), expected, `${container}, EXIF ${inExif}`);
  }
});
