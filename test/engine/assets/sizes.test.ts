import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { densityOutputs } from '../../../src/shared/density';
import { testPixels } from '../support';
import { bench, DEFAULT_MODEL, PLAIN, type Part } from './assetSupport';
import { fromRaw, rawOf } from './pictures';

const { folder, file, write, upscale } = bench();
const picture = (width: number, height: number) =>
  ({ data: testPixels(width, height), width, height, channels: 3 }) as const;

async function sizeOf(width: number, height: number, part: Part): Promise<string> {
  const input = await write(`${width}x${height}.png`, picture(width, height));
  const result = await upscale(input, part);
  const { width: w, height: h } = await rawOf(result.output, 3);
  assert.deepEqual([result.width, result.height], [w, h]);
  return `${w}x${h}`;
}

for (const [width, height] of [
  [1, 37],
  [41, 1],
  [1, 1],
  [7, 5],
  [2, 2],
  [97, 61],
  [101, 13],
] as const) {
  test(`${width}×${height} pixels become exactly four times as many a side`, async () => {
    assert.equal(await sizeOf(width, height, DEFAULT_MODEL), `${4 * width}x${4 * height}`);
  });
}

test('every factor from 1 to 8 meets the rounded size, halves up', async () => {
  for (const scale of [1, 1.01, 1.25, 1.5, 2, 2.5, 3, 3.3333, 4, 4.7, 5, 6.25, 7.99, 8]) {
    assert.equal(
      await sizeOf(23, 17, { ...PLAIN, scale }),
      `${Math.floor(23 * scale + 0.5)}x${Math.floor(17 * scale + 0.5)}`,
      `×${scale}`,
    );
  }
});

test('a width, a height, a box, megapixels and a limit are met', async () => {
  const box = (part: object): Part => ({ ...PLAIN, size: { kind: 'box', fit: 'inside', ...part } });
  assert.equal(await sizeOf(40, 30, box({ width: 101 })), '101x76');
  assert.equal(await sizeOf(40, 30, box({ height: 101 })), '135x101');
  assert.equal(await sizeOf(40, 30, box({ width: 100, height: 100 })), '100x75');
  assert.equal(await sizeOf(40, 30, box({ width: 100, height: 100, fit: 'outside' })), '133x100');
  assert.equal(await sizeOf(40, 30, box({ width: 99, height: 111, fit: 'fill' })), '99x111');
  assert.equal(
    await sizeOf(40, 30, { ...PLAIN, size: { kind: 'megapixels', megapixels: 0.0192 } }),
    '160x120',
  );
  assert.equal(await sizeOf(40, 30, { ...PLAIN, notBeyond: { width: 100 } }), '100x75');
  assert.equal(await sizeOf(40, 30, { ...PLAIN, notBeyond: { width: 1000, height: 50 } }), '67x50');
});

test('nothing becomes smaller than it was, and that is said', async () => {
  const input = await write('small.png', picture(40, 30));
  const result = await upscale(input, {
    ...PLAIN,
    size: { kind: 'box', width: 20, fit: 'inside' },
  });
  assert.deepEqual([result.width, result.height], [40, 30]);
  assert.match(result.notes.join(), /smaller/);
});

test('more than eight times is refused with both sizes', async () => {
  const input = await write('far.png', picture(10, 10));
  await assert.rejects(
    upscale(input, { ...PLAIN, size: { kind: 'box', width: 81, fit: 'inside' } }),
    (error: Error) => /81×81/.test(error.message) && /10×10/.test(error.message),
  );
});

test('the name has the true factor', async () => {
  const input = await write('named.png', picture(40, 30));
  const { output } = await upscale(input, {
    ...PLAIN,
    size: { kind: 'box', width: 100, fit: 'inside' },
  });
  assert.equal(path.basename(output), 'named@2.5x.png');
});

test('a reduced result is as sharp as a good reduction of the model’s own', async () => {
  const input = await write('reduced.png', picture(60, 45));
  const four = await rawOf((await upscale(input, DEFAULT_MODEL)).output, 3);
  const two = await rawOf((await upscale(input, { ...DEFAULT_MODEL, scale: 2 })).output, 3);
  const reduced = await rawOf(
    await fromRaw(four).resize(120, 90, { kernel: 'lanczos3', fit: 'fill' }).png().toBuffer(),
    3,
  );
  assert.deepEqual(two.data.length, reduced.data.length);
  assert.ok(two.data.every((value, i) => Math.abs(value - reduced.data[i]!) <= 1));
});

test('a file whose name says that it is enlarged already is left alone, unless it is asked for', async () => {
  mkdirSync(file('drawable-xhdpi'));
  mkdirSync(file('2.0x'));
  mkdirSync(file('drawable-mdpi'));
  for (const name of ['icon@2x.png', 'drawable-xhdpi/icon.png', '2.0x/icon.png']) {
    const input = await write(name, picture(8, 8));
    const result = await upscale(input, PLAIN);
    assert.deepEqual(
      [result.skipped, result.output, /×2 picture/.test(result.notes.join())],
      [true, '', true],
      name,
    );
    assert.equal((await upscale(input, { ...PLAIN, asset: { again: true } })).skipped, false, name);
    assert.equal(
      (await upscale(input, { ...PLAIN, target: { kind: 'file', path: file('out.png') } })).skipped,
      false,
      name,
    );
  }
  assert.equal(
    (await upscale(await write('drawable-mdpi/icon.png', picture(8, 8)), PLAIN)).skipped,
    false,
  );
});

test('a density set has its names and its sizes', async () => {
  const input = await write('logo.png', picture(24, 16));
  for (const [set, expected] of [
    ['apple', ['logo@2x.png 48', 'logo@3x.png 72']],
    [
      'android',
      [
        'drawable-hdpi/logo.png 36',
        'drawable-xhdpi/logo.png 48',
        'drawable-xxhdpi/logo.png 72',
        'drawable-xxxhdpi/logo.png 96',
      ],
    ],
    ['flutter', ['2.0x/logo.png 48', '3.0x/logo.png 72']],
  ] as const) {
    const made: string[] = [];
    for (const { path: output, factor } of densityOutputs(input, set)) {
      const result = await upscale(input, {
        ...PLAIN,
        scale: factor,
        target: { kind: 'file', path: output },
      });
      made.push(`${path.relative(folder, result.output)} ${(await rawOf(result.output, 3)).width}`);
    }
    assert.deepEqual(made, expected, set);
  }
});
