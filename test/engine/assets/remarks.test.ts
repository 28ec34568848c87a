import assert from 'node:assert/strict';
import { crc32, deflateSync } from 'node:zlib';
import { test } from 'node:test';
import sharp from 'sharp';
import { containerFacts } from '../../../src/engine/image/containers';
import { sniffed } from '../../../src/engine/image/containers/sniff';
import { exifDensity } from '../../../src/engine/metadata/exifTags';
import type { OutputFormat } from '../../../src/shared/settings';
import { readFileSync } from 'node:fs';
import { testPixels } from '../support';
import { bench, PLAIN } from './assetSupport';
import { fromRaw } from './pictures';

const { write, upscale } = bench();
const photo = fromRaw({ data: testPixels(24, 16), width: 24, height: 16, channels: 3 });
const TEXT = 'a cat, 85 mm, café ☕';

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}

/** A PNG with chunks before its pixels or behind them. */
async function pngWith(chunks: Buffer, place: 'before' | 'behind'): Promise<Buffer> {
  const png = await photo.clone().png().toBuffer();
  const at = place === 'before' ? 33 : png.length - 12;
  return Buffer.concat([png.subarray(0, at), chunks, png.subarray(at)]);
}

const CHUNKS: { readonly [kind: string]: Buffer } = {
  tEXt: chunk('tEXt', Buffer.from('parameters\0a cat, 85 mm, caf\xe9', 'latin1')),
  zTXt: chunk(
    'zTXt',
    Buffer.concat([
      Buffer.from('parameters\0\0'),
      deflateSync(Buffer.from('a cat, 85 mm, caf\xe9', 'latin1')),
    ]),
  ),
  iTXt: chunk('iTXt', Buffer.concat([Buffer.from('parameters\0\0\0en\0\0'), Buffer.from(TEXT)])),
  'packed iTXt': chunk(
    'iTXt',
    Buffer.concat([Buffer.from('parameters\0\x01\0\0\0'), deflateSync(Buffer.from(TEXT))]),
  ),
};

const remarksOf = async (name: string): Promise<string[]> => {
  const { remarks } = await containerFacts(name, sniffed(readFileSync(name))!);
  return remarks.map(({ keyword, text }) => (keyword === undefined ? text : `${keyword}: ${text}`));
};

for (const [kind, bytes] of Object.entries(CHUNKS)) {
  for (const place of ['before', 'behind'] as const) {
    for (const format of ['png', 'jpeg', 'gif', 'webp', 'avif', 'tiff'] as const) {
      test(`${kind} ${place} the pixels → ${format}: kept, or a note names it`, async () => {
        const input = await write('text.png', await pngWith(bytes, place));
        const { output, notes } = await upscale(input, {
          ...PLAIN,
          format,
          asset: { pixelArt: 'off' },
        });
        assert.equal((await sharp(output).stats()).channels.length >= 1, true);
        if (['png', 'jpeg', 'gif'].includes(format))
          assert.match((await remarksOf(output)).join(), /^parameters: a cat, 85 mm, café/);
        else assert.match(notes.join(), /holds no texts.*parameters/);
      });
    }
  }
}

const jpegWith = async (comment: string, at = 2): Promise<Buffer> => {
  const jpeg = await photo.clone().jpeg().toBuffer();
  const text = Buffer.from(comment);
  const head = Buffer.from([0xff, 0xfe, 0, text.length + 2]);
  return Buffer.concat([jpeg.subarray(0, at), head, text, jpeg.subarray(at)]);
};
const gifWith = async (comment: string): Promise<Buffer> => {
  const gif = await photo.clone().gif().toBuffer();
  const text = Buffer.from(comment);
  return Buffer.concat([
    gif.subarray(0, -1),
    Buffer.from([0x21, 0xfe, text.length]),
    text,
    Buffer.from([0, 0x3b]),
  ]);
};

for (const [name, make] of [
  ['comment.jpg', jpegWith],
  ['comment-behind-the-scan.jpg', (comment: string) => jpegWith(comment, -2)],
  ['comment.gif', gifWith],
] as const) {
  for (const format of ['source', 'png', 'jpeg', 'gif', 'webp'] as const) {
    test(`the comment of ${name} → ${format}: kept, or a note names it`, async () => {
      const input = await write(name, await make(TEXT));
      const { output, notes } = await upscale(input, {
        ...PLAIN,
        format,
        asset: { pixelArt: 'off' },
      });
      if (format === 'webp') assert.match(notes.join(), /holds no texts.*Comment/);
      else assert.ok((await remarksOf(output)).join().endsWith(TEXT));
      const bare = await upscale(input, { ...PLAIN, format, output: { metadata: 'strip' } });
      assert.equal(
        bare.notes.some((note) => note.includes('holds no texts')),
        false,
      );
      if (format !== 'webp') assert.deepEqual(await remarksOf(bare.output), []);
    });
  }
}

test('texts that repeat EXIF or name a place go with what they repeat', async () => {
  const text = (keyword: string): Buffer => chunk('tEXt', Buffer.from(`${keyword}\x0048 N`));
  const input = await write(
    'repeated.png',
    await pngWith(Buffer.concat(['exif:Orientation', 'GPSLatitude', 'Author'].map(text)), 'before'),
  );
  const of = async (metadata: 'keep' | 'withoutLocation'): Promise<string[]> =>
    remarksOf((await upscale(input, { ...PLAIN, output: { metadata } })).output);
  assert.deepEqual(await of('keep'), ['GPSLatitude: 48 N', 'Author: 48 N']);
  assert.deepEqual(await of('withoutLocation'), ['Author: 48 N']);
});

test('both axes of the density grow with the picture, also where they differ and are turned', async () => {
  for (const [source, orientation] of [
    ['tiff', 1],
    ['jpeg', 1],
    ['png', 1],
    ['tiff', 6],
  ] as const) {
    const tiff = await photo
      .clone()
      .withMetadata({ orientation })
      .tiff({ compression: 'lzw', xres: 204 / 25.4, yres: 98 / 25.4 })
      .toBuffer();
    const first = await write(`dense-${orientation}.tif`, tiff);
    const input =
      source === 'tiff'
        ? first
        : (await upscale(first, { ...PLAIN, format: source, scale: 1 })).output;
    for (const format of ['png', 'jpeg', 'tiff'] satisfies OutputFormat[]) {
      const { output } = await upscale(input, { ...PLAIN, format, scale: 2 });
      const facts = await containerFacts(output, sniffed(readFileSync(output))!);
      const { exif } = await sharp(output).metadata();
      const density = facts.density ?? (exif && exifDensity(exif));
      const [x, y] = orientation === 6 ? [196, 408] : [408, 196];
      assert.deepEqual(
        [Math.round(density!.x), Math.round(density!.y)],
        [x, y],
        `${source} ${orientation} → ${format}`,
      );
    }
  }
});

test('texts that are damaged, too long or too many are named in a note, and others stay', async () => {
  const packed = (keyword: string, data: Buffer): Buffer =>
    chunk('zTXt', Buffer.concat([Buffer.from(`${keyword}\0\0`), data]));
  const chunks = [
    CHUNKS.tEXt!,
    packed('Bomb', deflateSync(Buffer.alloc(2_000_000, 'a'))),
    packed('Torn', Buffer.from('no deflate')),
    chunk('tEXt', Buffer.concat([Buffer.from('Long\0'), Buffer.alloc(1_000_001, 'a')])),
  ];
  const many = Array.from({ length: 201 }, (_, i) => chunk('tEXt', Buffer.from(`Key${i}\0a`)));
  const notesOf = async (...parts: readonly Buffer[]): Promise<string> => {
    const input = await write('lost.png', await pngWith(Buffer.concat(parts), 'before'));
    const { output, notes } = await upscale(input, PLAIN);
    assert.match((await remarksOf(output)).join(), /parameters: a cat|Key199/);
    return notes.join();
  };
  assert.match(await notesOf(...chunks), /damaged, too long or too many: Bomb, Torn, Long\./);
  assert.match(await notesOf(...many), /too many: Key200\./);
  const comment = Buffer.from([0xff, 0xfe, 0, 3, 0x61]);
  const jpeg = await photo.clone().jpeg().toBuffer();
  const flood = [
    jpeg.subarray(0, 2),
    ...Array.from({ length: 201 }, () => comment),
    jpeg.subarray(2),
  ];
  const { notes } = await upscale(await write('flood.jpg', Buffer.concat(flood)), PLAIN);
  assert.match(notes.join(), /too many: Comment\./);
});
