import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import type { RpcError } from '../../../src/shared/rpc';
import { testPixels } from '../support';
import { bench, PLAIN } from './assetSupport';
import { fromRaw } from './pictures';

const { write, upscale } = bench();

/** Of a GIF of one frame: where its chain of sub-blocks begins and ends, and what is in it. */
function dataOf(gif: Buffer): { from: number; to: number; data: Buffer } {
  const table = (flags: number): number => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);
  let at = 13 + table(gif[10]!);
  const chain = (): Buffer => {
    const parts: Buffer[] = [];
    for (;;) {
      const length = gif[at++]!;
      if (length === 0) return Buffer.concat(parts);
      parts.push(gif.subarray(at, at + length));
      at += length;
    }
  };
  while (gif[at] === 0x21) {
    at += 2;
    chain();
  }
  assert.equal(gif[at], 0x2c);
  at += 10 + table(gif[at + 9]!) + 1;
  const from = at;
  return { from, data: chain(), to: at };
}

/** The same file with other compressed data, in sub-blocks that are whole. */
function withData(gif: Buffer, data: Buffer): Buffer {
  const { from, to } = dataOf(gif);
  const blocks: Buffer[] = [];
  for (let i = 0; i < data.length; i += 255) {
    const block = data.subarray(i, i + 255);
    blocks.push(Buffer.of(block.length), block);
  }
  return Buffer.concat([gif.subarray(0, from), ...blocks, Buffer.of(0), gif.subarray(to)]);
}

const noise = fromRaw({ data: testPixels(96, 80), width: 96, height: 80, channels: 3 });
const flat = sharp({ create: { width: 300, height: 200, channels: 3, background: '#a04020' } });
const PICTURES: Readonly<Record<string, Promise<Buffer>>> = {
  'of 2 colors': noise.clone().gif({ colours: 2 }).toBuffer(),
  'of 16 colors, undithered': noise.clone().gif({ colours: 16, dither: 0 }).toBuffer(),
  'of 256 colors': noise.clone().gif().toBuffer(),
  'of one color': flat.gif().toBuffer(),
  'of a pixel': flat.clone().resize(1, 1).gif().toBuffer(),
  interlaced: noise.clone().gif({ progressive: true }).toBuffer(),
  'whose table of codes fills up': fromRaw({
    data: testPixels(400, 300),
    width: 400,
    height: 300,
    channels: 3,
  })
    .gif()
    .toBuffer(),
};

/** The same file with the table of colors of all pictures, of its own, or none. */
function withTable(gif: Buffer, where: 'screen' | 'picture' | 'nowhere'): Buffer {
  const bytes = 3 * 2 ** ((gif[10]! & 7) + 1);
  const table = gif.subarray(13, 13 + bytes);
  const head = Buffer.from(gif.subarray(0, 13));
  head[10]! &= 0x7f;
  const at = gif.indexOf(0x2c, 13 + bytes);
  const descriptor = Buffer.from(gif.subarray(at, at + 10));
  descriptor[9] = 0x80 | (gif[10]! & 7);
  if (where === 'screen') return gif;
  return where === 'picture'
    ? Buffer.concat([head, descriptor, table, gif.subarray(at + 10)])
    : Buffer.concat([head, gif.subarray(at)]);
}

for (const [what, change, isBare] of [
  ['covers its screen', () => undefined, false],
  ['is smaller than its screen', (gif) => gif.writeUInt16LE(120, 6), true],
  [
    'lies beside a part of its screen',
    (gif) => gif.writeUInt16LE(3, gif.indexOf(0x2c, 61) + 1),
    true,
  ],
  ['is larger than its screen', (gif) => gif.writeUInt16LE(60, 6), false],
] as const satisfies readonly (readonly [string, (gif: Buffer) => unknown, boolean])[])
  for (const isTransparent of [false, true])
    test(`a GIF whose picture ${what}, ${isTransparent ? 'with' : 'without'} transparency: what is bare is transparent`, async () => {
      const gif = await noise.clone().gif({ colours: 16, dither: 0 }).toBuffer();
      const table = 13 + 3 * 16;
      const control = Buffer.from([0x21, 0xf9, 4, isTransparent ? 1 : 0, 0, 0, 0, 0]);
      assert.ok(gif.length > table);
      change(gif);
      const at = gif.indexOf(0x2c, table);
      const whole = Buffer.concat([gif.subarray(0, table), control, gif.subarray(at)]);
      const { output, notes } = await upscale(await write('screen.gif', whole), PLAIN);
      assert.doesNotMatch(notes.join(), /covered by none/);
      assert.equal((await sharp(output).stats()).isOpaque, !isBare && !isTransparent);
    });

test('a GIF that can’t say that what is bare is transparent is told', async () => {
  for (const [colours, hasControl] of [
    [256, true],
    [16, false],
  ] as const) {
    const gif = await noise.clone().gif({ colours, dither: 0 }).toBuffer();
    const table = 13 + 3 * 2 ** ((gif[10]! & 7) + 1);
    const control = hasControl ? Buffer.from([0x21, 0xf9, 4, 0, 0, 0, 0, 0]) : Buffer.alloc(0);
    gif.writeUInt16LE(120, 6);
    const whole = Buffer.concat([
      gif.subarray(0, table),
      control,
      gif.subarray(gif.indexOf(0x2c, table)),
    ]);
    const { notes } = await upscale(await write('screen.gif', whole), PLAIN);
    assert.match(notes.join(), /covered by none/, `${colours}`);
  }
});

/** A GIF of three pictures: the screen, a corner of it, another corner; each of one color. */
function cleared(hasTransparency: boolean, behind: 'kept' | 'cleared'): Buffer {
  const picture = (flags: number, place: readonly number[], index: number): Buffer => {
    const [x = 0, y = 0, width = 0, height = 0] = place;
    // Codes of three bits, a clear code before each two pixels, so that they stay so wide.
    const codes: number[] = [];
    for (let i = 0; i < width * height; i++) codes.push(...(i % 2 === 0 ? [4, index] : [index]));
    codes.push(5);
    const data = Buffer.alloc(Math.ceil((codes.length * 3) / 8));
    codes.forEach((code, i) => {
      for (let bit = 0; bit < 3; bit++)
        if ((code >> bit) & 1) data[(3 * i + bit) >> 3]! |= 1 << ((3 * i + bit) & 7);
    });
    const blocks: Buffer[] = [];
    for (let at = 0; at < data.length; at += 255) {
      const block = data.subarray(at, at + 255);
      blocks.push(Buffer.of(block.length), block);
    }
    const descriptor = Buffer.alloc(10);
    descriptor[0] = 0x2c;
    [x, y, width, height].forEach((value, i) => descriptor.writeUInt16LE(value, 1 + 2 * i));
    return Buffer.concat([
      Buffer.from([0x21, 0xf9, 4, flags, 10, 0, 0, 0, ...descriptor, 2]),
      ...blocks,
      Buffer.of(0),
    ]);
  };
  const colors = Buffer.from('000000ff00000000ffffffff', 'hex');
  return Buffer.concat([
    Buffer.from('GIF89a\x20\0\x18\0\x81\0\0', 'latin1'),
    colors,
    // Index 0 is transparent in the first picture, or white covers all.
    picture(hasTransparency ? 1 : 0, [0, 0, 32, 24], hasTransparency ? 0 : 3),
    picture(behind === 'cleared' ? 2 << 2 : 1 << 2, [2, 2, 8, 8], 1),
    picture(0, [20, 12, 8, 8], 2),
    Buffer.of(0x3b),
  ]);
}

for (const hasTransparency of [true, false])
  for (const behind of ['kept', 'cleared'] as const)
    test(`a picture that is ${behind} behind it, ${hasTransparency ? 'with' : 'without'} transparency elsewhere: as viewers show it`, async () => {
      const { output, notes } = await upscale(
        await write('cleared.gif', cleared(hasTransparency, behind)),
        { ...PLAIN, format: 'webp', output: { lossless: true }, asset: { pixelArt: 'off' } },
      );
      const { data, info } = await sharp(output, { page: 2 })
        .ensureAlpha()
        .raw()
        .toBuffer({ resolveWithObject: true });
      const at = (x: number, y: number): readonly number[] => [
        ...data.subarray(4 * (y * info.width + x), 4 * (y * info.width + x) + 4),
      ];
      const [red, blue] = [at(24, 24), at(96, 64)];
      assert.deepEqual([blue[2], blue[3]], [255, 255]);
      if (behind === 'cleared') assert.equal(red[3], 0, notes.join());
      else assert.deepEqual([red[0], red[3]], [255, 255]);
    });

for (const where of ['screen', 'picture', 'nowhere'] as const)
  test(`a GIF whose color table is that of ${where} ${where === 'nowhere' ? 'is refused by that' : 'has its colors'}`, async () => {
    const gif = withTable(await noise.clone().gif({ colours: 16, dither: 0 }).toBuffer(), where);
    const result = upscale(await write(`table-${where}.gif`, gif), PLAIN);
    if (where === 'nowhere')
      return assert.rejects(result, {
        code: 'input-unsupported',
        message: /without any color table/,
      });
    const { dominant } = await sharp((await result).output).stats();
    assert.ok(dominant.r + dominant.g + dominant.b > 0);
  });

for (const [what, made] of Object.entries(PICTURES))
  test(`a GIF ${what} is read whole, and refused where its data ends early`, async () => {
    const gif = await made;
    const { data } = dataOf(gif);
    assert.deepEqual(withData(gif, data), gif, 'the test knows the file');
    const { notes } = await upscale(await write('whole.gif', gif), PLAIN);
    assert.deepEqual(
      notes.filter((note) => /end/.test(note)),
      [],
    );
    for (const share of [0, 0.25, 0.6, 0.9]) {
      const cut = withData(gif, data.subarray(0, Math.floor((data.length - 2) * share)));
      await assert.rejects(upscale(await write('cut.gif', cut), PLAIN), (error: RpcError) => {
        assert.equal(error.code, 'input-damaged', error.message);
        return true;
      });
    }
  });
