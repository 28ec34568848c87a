import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { test } from 'node:test';
import sharp from 'sharp';
import { containerFacts } from '../../../src/engine/image/containers';
import type { Density } from '../../../src/engine/image/containers/facts';
import { sniffed } from '../../../src/engine/image/containers/sniff';
import { exifDensity } from '../../../src/engine/metadata/exifTags';
import { testPixels } from '../support';
import { bench, PLAIN } from './assetSupport';
import { fromRaw } from './pictures';

const { write, upscale } = bench();
const photo = fromRaw({ data: testPixels(24, 16), width: 24, height: 16, channels: 3 });
const FORMATS = ['png', 'jpeg', 'tiff'] as const;
type Format = (typeof FORMATS)[number];
const SCALE = 2;

/** What a source says: a unit as the format has it, and both axes. */
type Said = {
  readonly unit: 'none' | 'inch' | 'centimetre';
  readonly x: number;
  readonly y: number;
};
const KINDS: { readonly [kind: string]: Said | undefined } = {
  'no density': undefined,
  'one pixel a millimetre, which encoders write for none': { unit: 'centimetre', x: 10, y: 10 },
  'a density per inch': { unit: 'inch', x: 150, y: 150 },
  'two densities per inch': { unit: 'inch', x: 204, y: 98 },
  'a density per centimetre': { unit: 'centimetre', x: 100, y: 50 },
  'pixels that are not square': { unit: 'none', x: 2, y: 1 },
};
const PER_CENTIMETRE = 2.54;

/** A PNG without the chunk that libvips always writes, or with the wanted one. */
async function png(said: Said | undefined): Promise<Buffer> {
  const bytes = await photo.clone().png().toBuffer();
  const at = bytes.indexOf('pHYs', 0, 'latin1') - 4;
  const chunk = Buffer.alloc(21);
  const factor = said?.unit === 'none' ? 1 : said?.unit === 'inch' ? 39.3701 : 100;
  chunk.writeUInt32BE(9);
  chunk.write('pHYs', 4, 'latin1');
  chunk.writeUInt32BE(Math.round((said?.x ?? 0) * factor), 8);
  chunk.writeUInt32BE(Math.round((said?.y ?? 0) * factor), 12);
  chunk[16] = said?.unit === 'none' ? 0 : 1;
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 17)), 17);
  return Buffer.concat([bytes.subarray(0, at), ...(said ? [chunk] : []), bytes.subarray(at + 21)]);
}

/** A JPEG with JFIF's segment, which has a unit always: none where nothing is said. */
async function jpeg(said: Said | undefined): Promise<Buffer> {
  const bytes = await photo.clone().jpeg().toBuffer();
  const segment = Buffer.from('\xff\xe0\0\x10JFIF\0\x01\x02\0\0\x01\0\x01\0\0', 'latin1');
  if (said) {
    segment[11] = ['none', 'inch', 'centimetre'].indexOf(said.unit);
    segment.writeUInt16BE(said.x, 12);
    segment.writeUInt16BE(said.y, 14);
  }
  return Buffer.concat([bytes.subarray(0, 2), segment, bytes.subarray(2)]);
}

/** A TIFF whose tags of resolution are rewritten: the encoder always has all three. */
async function tiff(said: Said | undefined): Promise<Buffer> {
  const bytes = await photo
    .clone()
    .tiff({ compression: 'lzw', xres: said?.x ?? 1, yres: said?.y ?? 1 })
    .toBuffer();
  const directory = bytes.readUInt32LE(4);
  for (let i = 0; i < bytes.readUInt16LE(directory); i++) {
    const entry = directory + 2 + 12 * i;
    const tag = bytes.readUInt16LE(entry);
    if (tag === 296)
      bytes.writeUInt16LE(
        1 + ['none', 'inch', 'centimetre'].indexOf(said?.unit ?? 'none'),
        entry + 8,
      );
    if (tag === 282 || tag === 283) {
      const value = bytes.readUInt32LE(entry + 8);
      bytes.writeUInt32LE(tag === 282 ? (said?.x ?? 1) : (said?.y ?? 1), value);
      bytes.writeUInt32LE(1, value + 4);
    }
  }
  return bytes;
}

const MADE: { readonly [F in Format]: (said: Said | undefined) => Promise<Buffer> } = {
  png,
  jpeg,
  tiff,
};

async function densityOf(file: string): Promise<Density | undefined> {
  const facts = await containerFacts(file, sniffed(readFileSync(file))!);
  const { exif } = await sharp(file).metadata();
  return facts.density ?? (exif && exifDensity(exif));
}

for (const [kind, said] of Object.entries(KINDS)) {
  for (const source of FORMATS) {
    for (const format of FORMATS) {
      test(`${kind}, ${source} → ${format}: as large on paper, and nothing is made up`, async () => {
        const input = await write(`dense.${source}`, await MADE[source](said));
        const { output } = await upscale(input, { ...PLAIN, format, scale: SCALE });
        const density = await densityOf(output);
        if (!said || said.x === 10) assert.equal(density, undefined);
        else if (said.unit === 'none') {
          assert.ok(density);
          assert.equal(density.x / density.y, said.x / said.y);
          assert.equal(density.isRatio, true);
        } else {
          const factor = SCALE * (said.unit === 'centimetre' ? PER_CENTIMETRE : 1);
          assert.deepEqual(
            [Math.round(density!.x), Math.round(density!.y), density!.isRatio],
            [Math.round(said.x * factor), Math.round(said.y * factor), undefined],
          );
        }
        const bare = await upscale(input, {
          ...PLAIN,
          format,
          scale: SCALE,
          output: { metadata: 'strip' },
        });
        assert.equal(await densityOf(bare.output), undefined);
      });
    }
  }
}

/** A PNG with EXIF that says who made it, and nothing else. */
async function pngOfAda(): Promise<Buffer> {
  const bytes = await png(undefined);
  const exif = Buffer.alloc(26);
  exif.write('II*\0\x08\0\0\0', 0, 'latin1');
  exif.writeUInt16LE(1, 8);
  exif.writeUInt16LE(0x13b, 10);
  exif.writeUInt16LE(2, 12);
  exif.writeUInt32LE(4, 14);
  exif.write('Ada\0', 18, 'latin1');
  const chunk = Buffer.concat([Buffer.alloc(4), Buffer.from('eXIf'), exif, Buffer.alloc(4)]);
  chunk.writeUInt32BE(exif.length);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, -4)), chunk.length - 4);
  return Buffer.concat([bytes.subarray(0, 33), chunk, bytes.subarray(33)]);
}

test('EXIF without a density gets the one that EXIF has for that, in every format', async () => {
  const input = await write('artist.png', await pngOfAda());
  for (const format of ['png', 'jpeg', 'webp', 'avif'] as const) {
    const { output } = await upscale(input, { ...PLAIN, format });
    const own = (await sharp(output).metadata()).exif;
    const density = own && exifDensity(own);
    assert.deepEqual(density && [density.x, density.y].map(Math.round), [72, 72], format);
  }
});

/** A JPEG whose EXIF says the density of both axes in a type of the writer's choice. */
async function jpegOfDensity(type: number, values: readonly [Buffer, Buffer]): Promise<Buffer> {
  const bytes = await jpeg(undefined);
  const exif = Buffer.alloc(2 + 4 + 6 + 8 + 2 + 3 * 12 + 4 + 16);
  exif.write('\xff\xe1', 'latin1');
  exif.writeUInt16BE(exif.length - 2, 2);
  exif.write('Exif\0\0II*\0\x08\0\0\0\x03\0', 4, 'latin1');
  values.forEach((value, i) => {
    const entry = 20 + 12 * i;
    exif.writeUInt16LE(282 + i, entry);
    exif.writeUInt16LE(type, entry + 2);
    exif.writeUInt32LE(1, entry + 4);
    if (value.length > 4) exif.writeUInt32LE(50 + 8 * i, entry + 8);
    value.copy(exif, value.length > 4 ? 60 + 8 * i : entry + 8);
  });
  exif.writeUInt16LE(296, 44);
  exif.writeUInt16LE(3, 46);
  exif.writeUInt32LE(1, 48);
  exif.writeUInt16LE(2, 52);
  return Buffer.concat([bytes.subarray(0, 20), exif, bytes.subarray(20)]);
}

const whole = (value: number, length: 2 | 4): Buffer => {
  const bytes = Buffer.alloc(length);
  bytes.writeUIntLE(value, 0, length);
  return bytes;
};
const fraction = (over: number, under: number): Buffer =>
  Buffer.concat([whole(over, 4), whole(under, 4)]);

for (const [kind, type, value, dpi] of [
  ['a fraction', 5, fraction(300, 1), 300],
  ['a signed fraction', 10, fraction(300, 1), 300],
  ['16 bits', 3, whole(300, 2), 300],
  ['32 bits', 4, whole(300, 4), 300],
  ['a text, which says nothing', 2, Buffer.from('300\0'), undefined],
  ['a fraction of nothing', 5, fraction(0, 300), undefined],
  ['a fraction by nothing', 5, fraction(300, 0), undefined],
  ['a filler', 5, fraction(0xff_ff_ff_ff, 1), undefined],
] as const)
  test(`a density that EXIF says as ${kind} counts where it is one, and nothing is made up`, async () => {
    const input = await write('typed.jpg', await jpegOfDensity(type, [value, value]));
    for (const format of FORMATS) {
      const { output } = await upscale(input, { ...PLAIN, format, scale: SCALE });
      const density = await densityOf(output);
      assert.equal(density && Math.round(density.x), dpi && dpi * SCALE, format);
    }
  });

test('a JPEG whose source has no EXIF gets none, with a density, IPTC or neither', async () => {
  for (const said of [undefined, KINDS['a density per inch']]) {
    const input = await write('plain.jpg', await jpeg(said));
    const { output } = await upscale(input, PLAIN);
    assert.equal((await sharp(output).metadata()).exif, undefined);
  }
  const plain = await jpeg(undefined);
  const iptc = Buffer.from('\x1c\x02\x05\0\x03Ada', 'latin1');
  const app13 = Buffer.concat([
    Buffer.from('\xff\xed\0\0Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0', 'latin1'),
    Buffer.from([iptc.length]),
    iptc,
  ]);
  app13.writeUInt16BE(app13.length - 2, 2);
  const input = await write(
    'iptc.jpg',
    Buffer.concat([plain.subarray(0, 20), app13, plain.subarray(20)]),
  );
  const { exif, iptc: kept } = await sharp((await upscale(input, PLAIN)).output).metadata();
  assert.equal(exif, undefined);
  assert.ok(kept?.includes('Ada'));
});
