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
    test(`a GIF whose picture ${what}, ${isTransparent ? 'with' : 'without'} transparency: what stays black is told`, async () => {
      const gif = await noise.clone().gif({ colours: 16, dither: 0 }).toBuffer();
      const table = 13 + 3 * 16;
      const control = Buffer.from([0x21, 0xf9, 4, isTransparent ? 1 : 0, 0, 0, 0, 0]);
      assert.ok(gif.length > table);
      change(gif);
      const at = gif.indexOf(0x2c, table);
      const whole = Buffer.concat([gif.subarray(0, table), control, gif.subarray(at)]);
      const { output, notes } = await upscale(await write('screen.gif', whole), PLAIN);
      assert.equal(/covered by none/.test(notes.join()), isBare && !isTransparent, notes.join());
      const { hasAlpha } = await sharp(output).metadata();
      if (isBare && isTransparent) assert.ok(hasAlpha);
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
