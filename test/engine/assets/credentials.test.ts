// Content Credentials are signed for the file as it was: they can't go on, and that is said.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import { putExif } from '../../../src/engine/metadata/exifFile';
import { testPixels } from '../support';
import { bench, PLAIN } from './assetSupport';
import { fromRaw } from './pictures';

const { write, upscale } = bench();
const photo = fromRaw({ data: testPixels(24, 16), width: 24, height: 16, channels: 3 });

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
const box = (type: string, ...content: Buffer[]): Buffer => {
  const body = Buffer.concat(content);
  return Buffer.concat([uint32(body.length + 8), Buffer.from(type, 'latin1'), body]);
};
/** A store of manifests, as far as its first label. */
const STORE = box(
  'jumb',
  box(
    'jumd',
    Buffer.from('6332706100110010800000aa00389b71', 'hex'),
    Buffer.from('\x03c2pa\0', 'latin1'),
  ),
);

/** Where each format has them, before what the encoder writes, or behind it. */
const WITH: { readonly [where: string]: () => Promise<Buffer> } = {
  'png, before its pixels': async () => {
    const png = await photo.clone().png().toBuffer();
    return Buffer.concat([png.subarray(0, 33), pngChunk(), png.subarray(33)]);
  },
  'png, behind its pixels': async () => {
    const png = await photo.clone().png().toBuffer();
    return Buffer.concat([png.subarray(0, -12), pngChunk(), png.subarray(-12)]);
  },
  jpeg: async () => {
    const jpeg = await photo.clone().jpeg().toBuffer();
    const body = Buffer.concat([Buffer.from('JP\0\x01\0\0\0\x01', 'latin1'), STORE]);
    const head = Buffer.from([0xff, 0xeb, 0, body.length + 2]);
    return Buffer.concat([jpeg.subarray(0, 2), head, body, jpeg.subarray(2)]);
  },
  webp: async () => {
    const webp = await photo
      .clone()
      .withExif({ IFD0: { Artist: 'Ada' } })
      .webp()
      .toBuffer();
    const length = Buffer.alloc(4);
    length.writeUInt32LE(STORE.length);
    const all = Buffer.concat([
      webp,
      Buffer.from('C2PA'),
      length,
      STORE,
      Buffer.alloc(STORE.length % 2),
    ]);
    all.writeUInt32LE(all.length - 8, 4);
    return all;
  },
  avif: async () =>
    Buffer.concat([
      await photo.clone().avif({ effort: 0 }).toBuffer(),
      box('uuid', Buffer.from('d8fec3d61b0e483c92975828877ec481', 'hex'), STORE),
    ]),
  gif: async () => {
    const gif = await photo.clone().gif().toBuffer();
    const head = Buffer.from('\x21\xff\x0bC2PA_GIF\x01\0\0', 'latin1');
    return Buffer.concat([
      gif.subarray(0, -1),
      head,
      Buffer.from([STORE.length]),
      STORE,
      Buffer.from([0, 0x3b]),
    ]);
  },
  tiff: async () => {
    const file = await write('plain.tif', await photo.clone().tiff().toBuffer());
    const tag = { tag: 52_545, type: 7, count: STORE.length, value: STORE };
    await putExif(file, 'tiff', { isLittle: true, image: [tag], photo: [], gps: [] });
    return readFileSync(file);
  },
};

function pngChunk(): Buffer {
  const body = Buffer.concat([Buffer.from('caBX'), STORE]);
  return Buffer.concat([uint32(STORE.length), body, uint32(crc32(body))]);
}

for (const [where, make] of Object.entries(WITH))
  test(`Content Credentials of a ${where}: a note says that they are left out, in every format`, async () => {
    const input = await write(`signed.${where.split(',')[0]}`, await make());
    for (const format of ['png', 'jpeg', 'webp', 'avif', 'tiff', 'gif'] as const) {
      const { output, notes } = await upscale(input, { ...PLAIN, format });
      assert.match(notes.join(), /Content Credentials \(C2PA\) were left out/, format);
      assert.ok(!readFileSync(output).includes('c2pa'), format);
    }
    const { notes } = await upscale(input, { ...PLAIN, output: { metadata: 'strip' } });
    assert.doesNotMatch(notes.join(), /C2PA/);
  });
