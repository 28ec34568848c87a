import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import sharp, { type OutputInfo } from 'sharp';
import type { RpcError } from '../../../src/shared/rpc';
import { ROOT } from '../support';
import { bench, PLAIN } from './assetSupport';

/**
 * Pictures in every feature of the formats, made by test/reference/make_formats.py together with
 * what a decoder sees that is not ours, as a plain PNG: both must come out alike.
 */
const FORMATS = path.join(ROOT, 'test/fixtures/formats');
/** Mean absolute difference, premultiplied, in levels. */
const MOST_DIFFERENCE = 3;

type Entry = {
  readonly file: string;
  /** The picture in sRGB. */
  readonly seen?: string;
  /** A word of the note that must be given. */
  readonly note?: string;
  /** The code of the refusal. */
  readonly refused?: string;
};

const { folder, upscale } = bench();
const target = { kind: 'pattern', directory: folder, pattern: '{name}.{ext}' } as const;
const index = JSON.parse(readFileSync(path.join(FORMATS, 'index.json'), 'utf8')) as Entry[];

test('the pictures are complete', () => {
  assert.equal(index.length, 149);
});

for (const { file, seen, note, refused } of index) {
  const input = path.join(FORMATS, file);
  const call = { ...PLAIN, format: 'png', asset: { pixelArt: 'off' }, target } as const;
  if (refused !== undefined)
    test(`${file} is refused: ${refused}`, async () => {
      await assert.rejects(upscale(input, call), (error: RpcError) => error.code === refused);
    });
  else
    test(`${file}: the colours that another decoder sees`, async () => {
      const { output, notes } = await upscale(input, call);
      const plain = await upscale(path.join(FORMATS, 'seen', seen!), call);
      const [expected, found] = [await rgba(plain.output), await rgba(output)];
      assert.deepEqual(
        [found.info.width, found.info.height],
        [expected.info.width, expected.info.height],
      );
      const far = meanDifference(expected.data, found.data);
      if (note === undefined) assert.ok(far <= MOST_DIFFERENCE, `${far.toFixed(2)} levels`);
      else
        assert.ok(
          notes.some((text) => text.includes(note)),
          `${far.toFixed(2)}: ${notes.join(' ')}`,
        );
    });
}

/** In sRGB, 8 bits, RGBA. */
const rgba = (picture: string): Promise<{ readonly data: Buffer; readonly info: OutputInfo }> =>
  sharp(picture).toColourspace('srgb').ensureAlpha().raw().toBuffer({ resolveWithObject: true });

function meanDifference(a: Buffer, b: Buffer): number {
  assert.equal(a.length, b.length);
  let sum = 0;
  for (let i = 0; i < a.length; i += 4) {
    for (let channel = 0; channel < 3; channel++)
      sum += Math.abs((a[i + channel]! * a[i + 3]! - b[i + channel]! * b[i + 3]!) / 255);
    sum += Math.abs(a[i + 3]! - b[i + 3]!);
  }
  return sum / a.length;
}
