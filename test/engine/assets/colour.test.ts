import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it, test } from 'node:test';
import { crc32 } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { deltaE2000 } from '../../../eval/metrics/deltaE';
import { labAt } from '../../../eval/metrics/lab';
import { testPixels } from '../support';
import { bench, DEFAULT_MODEL } from './assetSupport';
import { drawnAt4, fromRaw, rawOf, SCREENSHOT, svg, type Raw } from './pictures';

const { write, upscale } = bench();

const SIDE = 24;
const COLOURS = [
  '#735244',
  '#c29682',
  '#627a9d',
  '#576c43',
  '#8580b1',
  '#67bdaa',
  '#d67e2c',
  '#505ba6',
  '#c15a63',
  '#5e3c6c',
  '#9dbc40',
  '#e0a32e',
  '#ffffff',
  '#c8c8c8',
  '#808080',
  '#343434',
];
/** The colours of a colour checker, in squares. */
const CHART = COLOURS.map(
  (colour, i) =>
    `<rect x="${(i % 4) * SIDE}" y="${Math.floor(i / 4) * SIDE}" width="${SIDE}" ` +
    `height="${SIDE}" fill="${colour}"/>`,
).join('');

/**
 * Largest ΔE00 between the middles of the chart's squares and those of its enlargement, both as
 * values of the same space.
 */
function chartError(source: Raw, result: Raw): number {
  const picture = ({
    data,
    width,
    height,
  }: Raw): { data: Uint8Array; width: number; height: number } => ({ data, width, height });
  let largest = 0;
  for (let i = 0; i < COLOURS.length; i++) {
    const [x, y] = [((i % 4) + 0.5) * SIDE, (Math.floor(i / 4) + 0.5) * SIDE];
    for (const [dx, dy] of [
      [0, 0],
      [5, 5],
      [-5, 4],
      [3, -6],
    ] as const) {
      const own = labAt(picture(result), 4 * (y + dy) * result.width + 4 * (x + dx));
      largest = Math.max(largest, deltaE2000(labAt(picture(source), y * source.width + x), own));
    }
  }
  return largest;
}

const chart = (): Sharp => sharp(svg(4 * SIDE, 4 * SIDE, CHART)).removeAlpha();

test('flat colours are not shifted', async (t) => {
  const input = await write('chart.png', await chart().png().toBuffer());
  const { output } = await upscale(input, DEFAULT_MODEL);
  const error = chartError(await rawOf(input, 3), await rawOf(output, 3));
  t.diagnostic(`largest ΔE00 ${error.toFixed(2)}`);
  assert.ok(error < 0.6);
});

test('Display P3 stays P3: the same profile, the same values', async () => {
  for (const format of ['png', 'jpeg', 'webp', 'avif', 'tiff'] as const) {
    const picture = chart().withIccProfile('p3');
    const bytes = await (
      format === 'jpeg'
        ? picture.jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
        : format === 'webp'
          ? picture.webp({ lossless: true })
          : format === 'avif'
            ? picture.avif({ lossless: true })
            : format === 'tiff'
              ? picture.tiff({ compression: 'deflate' })
              : picture.png()
    ).toBuffer();
    const input = await write(`p3.${format}`, bytes);
    const { output } = await upscale(input, { ...DEFAULT_MODEL, quality: 95 });
    const [before, after] = [await sharp(input).metadata(), await sharp(output).metadata()];
    assert.ok(before.icc && after.icc?.equals(before.icc), `${format}: the profile is kept`);
    const error = chartError(await rawOf(input, 3), await rawOf(output, 3));
    assert.ok(error < 1.5, `${format}: ΔE00 ${error}`);
  }
});

/** A PNG with chunks before its pixels. */
function withChunks(
  png: Buffer,
  ...chunks: readonly (readonly [string, readonly number[]])[]
): Buffer {
  const made = chunks.map(([type, values]) => {
    const data = Buffer.alloc(4 * values.length);
    values.forEach((value, i) => data.writeUInt32BE(value, 4 * i));
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const [length, crc] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    crc.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, crc]);
  });
  return Buffer.concat([png.subarray(0, 33), ...made, png.subarray(33)]);
}

test(
  'a PNG whose gAMA is not the usual one looks the same: the result has a profile that ' +
    'says so',
  async () => {
    const flat = (shade: number): Promise<Buffer> =>
      sharp({
        create: { width: 16, height: 16, channels: 3, background: { r: shade, g: shade, b: 60 } },
      })
        .png()
        .toBuffer();
    const seen = async (file: string): Promise<number> =>
      (await sharp(file).toColourspace('srgb').raw().toBuffer())[0]!;
    // Values that are light itself: 0.5 of white is 188 in sRGB.
    const linear = await upscale(
      await write('linear.png', withChunks(await flat(128), ['gAMA', [100_000]])),
      DEFAULT_MODEL,
    );
    assert.equal((await rawOf(linear.output, 3)).data[0], 128, 'the values stay');
    assert.ok(Math.abs((await seen(linear.output)) - 188) <= 1, `${await seen(linear.output)}`);
    const dark = await upscale(
      await write('mac.png', withChunks(await flat(128), ['gAMA', [55_556]])),
      DEFAULT_MODEL,
    );
    assert.ok(Math.abs((await seen(dark.output)) - 255 * ((128 / 255) ** 1.8) ** (1 / 2.2)) <= 2);
    const usual = await upscale(
      await write(
        'usual.png',
        withChunks(
          await flat(128),
          ['gAMA', [45_455]],
          ['cHRM', [31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6000]],
        ),
      ),
      DEFAULT_MODEL,
    );
    assert.equal((await sharp(usual.output).metadata()).icc, undefined);
    const wide = await upscale(
      await write(
        'wide.png',
        withChunks(
          await flat(255),
          ['gAMA', [45_455]],
          ['cHRM', [31_270, 32_900, 68_000, 32_000, 26_500, 69_000, 15_000, 6000]],
        ),
      ),
      DEFAULT_MODEL,
    );
    const [r, g] = await sharp(wide.output).toColourspace('srgb').raw().toBuffer();
    assert.ok(r! >= 254 && g! >= 254, 'white stays white');
    assert.ok((await sharp(wide.output).metadata()).icc);
  },
);

test('CMYK becomes sRGB by its profile, and the person is told', async () => {
  const input = await write(
    'print.jpg',
    await chart()
      .toColourspace('cmyk')
      .withIccProfile('cmyk')
      .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
      .toBuffer(),
  );
  assert.equal((await sharp(input).metadata()).space, 'cmyk');
  const { output, notes } = await upscale(input, { ...DEFAULT_MODEL, quality: 95 });
  const metadata = await sharp(output).metadata();
  assert.deepEqual([metadata.format, metadata.space, metadata.icc], ['jpeg', 'srgb', undefined]);
  assert.match(notes.join(), /CMYK/);
  const converted = await rawOf(await sharp(input).toColourspace('srgb').png().toBuffer(), 3);
  assert.ok(chartError(converted, await rawOf(output, 3)) < 1.5);
});

test('grey stays one channel, with alpha two', async () => {
  const grey = chart().toColourspace('b-w');
  const clear = sharp(
    Buffer.from(
      Uint8Array.from({ length: 30 * 20 * 2 }, (_, i) =>
        i % 2 === 1 && i > 600 ? 255 : i % 2 === 1 ? 0 : i % 200,
      ),
    ),
    { raw: { width: 30, height: 20, channels: 2 } },
  );
  for (const [name, picture, channels] of [
    ['grey.png', grey.clone().png(), 1],
    ['grey.jpg', grey.clone().jpeg(), 1],
    ['grey.tif', grey.clone().tiff({ compression: 'lzw' }), 1],
    ['greyalpha.png', clear.toColourspace('b-w').png(), 2],
  ] as const) {
    const input = await write(name, await picture.toBuffer());
    assert.equal((await sharp(input).metadata()).channels, channels, name);
    const { output } = await upscale(input, DEFAULT_MODEL);
    const metadata = await sharp(output).metadata();
    assert.deepEqual([metadata.channels, metadata.space], [channels, 'b-w'], name);
    if (channels === 2) continue;
    const [before, after] = [await rawOf(input), await rawOf(output)];
    const at = (raw: Raw, x: number, y: number): number =>
      raw.data[(y * raw.width + x) * raw.channels]!;
    assert.ok(Math.abs(at(after, 48, 48) - at(before, 12, 12)) <= 2, name);
  }
});

for (const name of ['deep.png', 'deep.tif', 'deepgrey.png'] as const) {
  test(`${name}: 16 bits stay 16 bits, without banding`, async () => {
    const grey = name === 'deepgrey.png';
    const [width, height, channels] = [60, 24, grey ? 1 : 3] as const;
    const samples = new Uint16Array(width * height * channels).map(
      (_, i) => 20_000 + 60 * (Math.floor(i / channels) % width) + (grey ? 0 : (i % 3) * 500),
    );
    const picture = sharp(samples, { raw: { width, height, channels } }).toColourspace(
      grey ? 'grey16' : 'rgb16',
    );
    const input = await write(
      name,
      await (
        name === 'deep.tif' ? picture.tiff({ compression: 'deflate' }) : picture.png()
      ).toBuffer(),
    );
    const { output, notes } = await upscale(input, DEFAULT_MODEL);
    const metadata = await sharp(output).metadata();
    assert.deepEqual(
      [metadata.depth, metadata.space, metadata.channels],
      ['ushort', grey ? 'grey16' : 'rgb16', channels],
    );
    const { data, info } = await sharp(output)
      .toColourspace(grey ? 'grey16' : 'rgb16')
      .raw({ depth: 'ushort' })
      .toBuffer({ resolveWithObject: true });
    const values = new Uint16Array(data.buffer, data.byteOffset, data.length / 2);
    // The whole ramp spans 14 of 256 levels: with 8 bits it would have 14 values.
    const row = Array.from(
      { length: 4 * width },
      (_, x) => values[(48 * info.width + x) * info.channels]!,
    );
    assert.ok(new Set(row).size > 150, `${new Set(row).size} values`);
    for (const [x, value] of row.entries())
      if (x > 20 && x < 4 * width - 20)
        assert.ok(
          Math.abs(value - (20_000 + 60 * ((x + 0.5) / 4 - 0.5))) < 160,
          `${value} at ${x}`,
        );
    assert.ok(!notes.join().includes('8 bits'));
  });
}

test('16 bits become 8 where the format has no more, and the person is told', async () => {
  const samples = new Uint16Array(20 * 20 * 3).fill(30_000);
  const input = await write(
    'deep-for-jpeg.png',
    await sharp(samples, { raw: { width: 20, height: 20, channels: 3 } })
      .toColourspace('rgb16')
      .png()
      .toBuffer(),
  );
  const { output, notes } = await upscale(input, { ...DEFAULT_MODEL, format: 'jpeg' });
  assert.match(notes.join(), /more than 8 bits/);
  assert.ok(Math.abs((await rawOf(output, 3)).data[0]! - 30_000 / 257) <= 1);
});

describe('a gradient stays a gradient: no bands, no steps', () => {
  const [width, height] = [128, 32];
  const ramp = Uint8Array.from(
    { length: width * height * 3 },
    (_, i) => 64 + (Math.floor(i / 3) % width),
  );
  /** In levels, of a column's mean: how far it may fall behind the one before. */
  const GRAIN = { fp32: 0.05, int8: 0.6 } as const;
  for (const precision of ['fp32', 'int8'] as const)
    for (const semantic of [0, 1])
      it(`${precision}, λ_sem ${semantic}`, async (context) => {
        const input = await write('gradient.png', { data: ramp, width, height, channels: 3 });
        const part = { ...DEFAULT_MODEL, precision, guidance: { pixel: 1, semantic } };
        const result = await upscale(input, part).catch((error: unknown) => {
          if (/this processor does not compute it right/.test(String(error))) return undefined;
          throw error;
        });
        if (!result) {
          context.skip('this processor does not compute it right');
          return;
        }
        const large = await rawOf(result.output, 3);
        // Of the edge the mirrored margin knows no slope.
        const rows = Array.from({ length: large.height - 16 }, (_, y) => y + 8);
        for (let channel = 0; channel < 3; channel++) {
          const means = Array.from(
            { length: large.width },
            (_, x) =>
              rows.reduce((sum, y) => sum + large.data[3 * (y * large.width + x) + channel]!, 0) /
              rows.length,
          );
          for (let x = 16; x < large.width - 16; x++) {
            const step = means[x]! - means[x - 1]!;
            assert.ok(step > -GRAIN[precision] && step < 1.1, `${step.toFixed(2)} at ${x}`);
            const from = means[x]! - (64 + (x + 0.5) / 4 - 0.5);
            assert.ok(Math.abs(from) < 1.5, `${from.toFixed(2)} at ${x}`);
          }
        }
      });
});

test('50 % grey stays 50 % grey', async () => {
  const input = await write('half.png', {
    data: new Uint8Array(40 * 30 * 3).fill(128),
    width: 40,
    height: 30,
    channels: 3,
  });
  const { data } = await rawOf((await upscale(input, DEFAULT_MODEL)).output, 3);
  assert.ok(data.every((value) => Math.abs(value - 128) <= 1));
});

test('the text of a screenshot is far closer to the drawing than a sharp filter’s', async (t) => {
  const { source, reference } = await drawnAt4(120, 80, SCREENSHOT);
  const { output } = await upscale(await write('screenshot.png', source), DEFAULT_MODEL);
  const lanczos = await rawOf(
    await fromRaw(source).resize(480, 320, { kernel: 'lanczos3' }).png().toBuffer(),
    3,
  );
  const psnr = (a: Raw, b: Raw): number => {
    const step = [a.channels, b.channels];
    let sum = 0;
    for (let i = 0; i < 480 * 320; i++)
      for (let channel = 0; channel < 3; channel++)
        sum += (a.data[i * step[0]! + channel]! - b.data[i * step[1]! + channel]!) ** 2;
    return 10 * Math.log10(255 ** 2 / (sum / (480 * 320 * 3)));
  };
  const [own, other] = [psnr(await rawOf(output, 3), reference), psnr(lanczos, reference)];
  t.diagnostic(`${own.toFixed(2)} dB, Lanczos-3 ${other.toFixed(2)} dB`);
  assert.ok(own > other + 1.5);
});

test('a second run writes the same bytes', async () => {
  const input = await write('twice.png', {
    data: testPixels(33, 21),
    width: 33,
    height: 21,
    channels: 3,
  });
  for (const format of ['png', 'jpeg', 'webp', 'tiff'] as const) {
    const [first, second] = [
      await upscale(input, { ...DEFAULT_MODEL, format }),
      await upscale(input, { ...DEFAULT_MODEL, format }),
    ];
    assert.ok(readFileSync(first.output).equals(readFileSync(second.output)), format);
  }
});
