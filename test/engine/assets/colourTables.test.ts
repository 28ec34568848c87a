import assert from 'node:assert/strict';
import { crc32 } from 'node:zlib';
import { test } from 'node:test';
import { containerFacts } from '../../../src/engine/image/containers';
import { testPixels } from '../support';
import { bench, PLAIN } from './assetSupport';
import { fromRaw } from './pictures';

const { write, upscale } = bench();
// Its sides are no multiples of what a byte holds, or of the steps of an interlaced picture.
const photo = fromRaw({ data: testPixels(45, 37), width: 45, height: 37, channels: 3 });
const BEYOND = /Some pixels have a color that the file's color table lacks/;

type Chunk = { readonly at: number; readonly data: Buffer };
function chunkOf(png: Buffer, wanted: string): Chunk {
  for (let at = 8; ;) {
    const length = png.readUInt32BE(at);
    if (png.toString('latin1', at + 4, at + 8) === wanted)
      return { at, data: png.subarray(at + 8, at + 8 + length) };
    at += 12 + length;
  }
}

/** The same file, its colour table cut. */
function withColours(png: Buffer, count: number): Buffer {
  const { at, data } = chunkOf(png, 'PLTE');
  const body = Buffer.concat([Buffer.from('PLTE'), data.subarray(0, 3 * count)]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(body.length - 4);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([
    png.subarray(0, at),
    length,
    body,
    checksum,
    png.subarray(at + 12 + data.length),
  ]);
}

for (const bitdepth of [1, 2, 4, 8] as const)
  for (const progressive of [false, true])
    for (const adaptiveFiltering of [false, true])
      test(`a PNG of ${bitdepth} bits${progressive ? ', interlaced' : ''}${adaptiveFiltering ? ', filtered' : ''}: a color that its table lacks is told, and none else`, async () => {
        const colours = bitdepth === 8 ? 100 : 2 ** bitdepth;
        const png = await photo
          .clone()
          .png({ palette: true, colours, progressive, adaptiveFiltering })
          .toBuffer();
        assert.equal(chunkOf(png, 'IHDR').data[8], bitdepth);
        const count = chunkOf(png, 'PLTE').data.length / 3;
        for (const kept of [count, count - 1]) {
          const { notes } = await upscale(
            await write(`table-${kept}.png`, withColours(png, kept)),
            PLAIN,
          );
          assert.equal(
            BEYOND.test(notes.join()),
            kept < count,
            `${kept} of ${count}: ${notes.join()}`,
          );
        }
      });

for (const [width, height] of [
  [2 ** 31 - 1, 1],
  [1, 2 ** 31 - 1],
  [200_000, 200_000],
] as const)
  test(`a PNG that says ${width}×${height} takes no memory for its colors, and is refused`, async () => {
    const png = Buffer.from(await photo.clone().png({ palette: true, colours: 4 }).toBuffer());
    png.writeUInt32BE(width, 16);
    png.writeUInt32BE(height, 20);
    png.writeUInt32BE(crc32(png.subarray(12, 29)), 29);
    const facts = await containerFacts(await write('huge.png', png), 'png');
    assert.equal(facts.damage, undefined, 'not judged here');
    await assert.rejects(upscale(await write('huge.png', png), PLAIN), { name: 'RpcError' });
  });

for (const missing of [0, 4, 8, 12])
  test(`a PNG that lacks ${missing} bytes of its end has ${missing > 4 ? 'a note' : 'none'}`, async () => {
    const png = await photo.clone().png().toBuffer();
    const { notes } = await upscale(
      await write('end.png', png.subarray(0, png.length - missing)),
      PLAIN,
    );
    assert.equal(/has no end mark/.test(notes.join()), missing > 4, notes.join());
  });

for (const [index, isTold] of [
  [1, false],
  [2, true],
  [3, true],
] as const)
  test(`a GIF of two colors with pixels of number ${index}: ${isTold ? 'told' : 'nothing to tell'}`, async () => {
    // 4×1 pixels: clear, four times the index, end; codes of three bits.
    const codes = [4, index, index, index, index, 5];
    let bits = 0n;
    let [width, at] = [3n, 0n];
    codes.forEach((code, i) => {
      bits |= BigInt(code) << at;
      at += width;
      // The table of codes fills up as they are read.
      if (i === 3) width = 4n;
    });
    const data = Buffer.from([0, 1, 2].map((byte) => Number((bits >> BigInt(8 * byte)) & 255n)));
    const gif = Buffer.concat([
      Buffer.from('GIF89a\x04\0\x01\0\x80\0\0\xff\0\0\0\0\xff', 'latin1'),
      Buffer.from([0x2c, 0, 0, 0, 0, 4, 0, 1, 0, 0, 2, data.length]),
      data,
      Buffer.of(0, 0x3b),
    ]);
    const { notes } = await upscale(await write(`index-${index}.gif`, gif), PLAIN);
    assert.equal(BEYOND.test(notes.join()), isTold, notes.join());
  });
