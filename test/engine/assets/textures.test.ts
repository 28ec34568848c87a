import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import { largestDifference, ROOT, testPixels } from '../support';
import { bench, DEFAULT_MODEL } from './assetSupport';
import {
  drawnAt4,
  fromRaw,
  ICON,
  LOGO,
  pixelSprite,
  rawOf,
  SCREENSHOT,
  seamlessTexture,
  type Raw,
} from './pictures';

const { write, upscale } = bench();

/** How much the picture jumps across its seam, in steps of its inside: 1 is no seam at all. */
function seam(raw: Raw): number {
  const { data, width, height, channels } = raw;
  const jump = (a: number, b: number): number => {
    let sum = 0;
    for (let y = 0; y < height; y++)
      for (let channel = 0; channel < 3; channel++)
        sum += Math.abs(
          data[channels * (y * width + a) + channel]! - data[channels * (y * width + b) + channel]!,
        );
    return sum;
  };
  let inside = 0;
  for (let x = 0; x + 1 < width; x++) inside += jump(x, x + 1);
  return jump(width - 1, 0) / (inside / (width - 1));
}

/** The picture `times` × `times` beside and below each other. */
function tiled({ data, width, height, channels }: Raw, times: number): Raw {
  const result = new Uint8Array(data.length * times * times);
  const line = width * channels;
  for (let y = 0; y < height * times; y++)
    for (let i = 0; i < times; i++)
      result.set(
        data.subarray((y % height) * line, ((y % height) + 1) * line),
        (y * times + i) * line,
      );
  return { data: result, width: width * times, height: height * times, channels };
}

test('a seamless texture still tiles, and is what its infinite plane would be', async (t) => {
  const source = seamlessTexture(48);
  // In 8 bits a float's last digit may decide over a step.
  const request = { ...DEFAULT_MODEL, precision: 'fp32' } as const;
  const input = await write('texture.png', source);
  const own = await rawOf(
    (await upscale(input, { ...request, asset: { seamless: true } })).output,
    3,
  );
  const without = await rawOf((await upscale(input, request)).output, 3);
  t.diagnostic(
    `seam ${seam(own).toFixed(2)}, without wrapping ${seam(without).toFixed(2)}, source ` +
      seam(source).toFixed(2),
  );
  assert.ok(seam(own) < 1.1);
  // Of the seam that there is without wrapping at most a fifth is left.
  assert.ok(seam(without) > 1.2);
  assert.ok(seam(own) - 1 < 0.2 * (seam(without) - 1));
  const plane = await rawOf(
    (await upscale(await write('plane.png', tiled(source, 3)), request)).output,
    3,
  );
  const middle = await rawOf(
    await fromRaw(plane).extract({ left: 192, top: 192, width: 192, height: 192 }).png().toBuffer(),
    3,
  );
  assert.ok(largestDifference(own.data, middle.data) <= 1);
});

test('it tiles at other scales, too, and with alpha', async () => {
  const source = seamlessTexture(40);
  for (const scale of [1.5, 2, 3, 5.5]) {
    const own = await rawOf(
      (
        await upscale(await write('scaled.png', source), {
          ...DEFAULT_MODEL,
          scale,
          asset: { seamless: true },
        })
      ).output,
      3,
    );
    assert.equal(own.width, 40 * scale);
    assert.ok(seam(own) < 1.4, `×${scale}: ${seam(own)}`);
  }
  const rgba = { data: new Uint8Array(40 * 40 * 4), width: 40, height: 40, channels: 4 as const };
  for (let i = 0; i < 1600; i++)
    rgba.data.set(
      [...source.data.subarray(3 * i, 3 * i + 3), 100 + (source.data[3 * i]! >> 1)],
      4 * i,
    );
  const clear = await rawOf(
    (await upscale(await write('clear.png', rgba), { ...DEFAULT_MODEL, asset: { seamless: true } }))
      .output,
    4,
  );
  assert.equal(clear.width, 160);
  assert.ok(seam(clear) < 1.4);
});

test('the cells of a sprite sheet don’t bleed into each other', async () => {
  const [columns, rows, side] = [3, 2, 20];
  const cells = Array.from({ length: columns * rows }, (_, i): Raw => ({
    data: testPixels(side, side).map((value, at) =>
      at % 3 === i % 3 ? 255 - (value >> 2) : value >> 1,
    ),
    width: side,
    height: side,
    channels: 3,
  }));
  const sheet = {
    data: new Uint8Array(columns * side * rows * side * 3),
    width: columns * side,
    height: rows * side,
    channels: 3 as const,
  };
  cells.forEach(({ data }, i) => {
    for (let y = 0; y < side; y++)
      sheet.data.set(
        data.subarray(3 * y * side, 3 * (y + 1) * side),
        3 * ((Math.floor(i / columns) * side + y) * sheet.width + (i % columns) * side),
      );
  });
  const input = await write('sheet.png', sheet);
  for (const scale of [4, 2.3]) {
    const out = Math.round(side * scale);
    const { output, width, height } = await upscale(input, {
      ...DEFAULT_MODEL,
      scale,
      asset: { grid: { columns, rows } },
    });
    assert.deepEqual([width, height], [columns * out, rows * out]);
    for (const [i, cell] of cells.entries()) {
      const alone = await rawOf(
        (await upscale(await write(`cell-${i}.png`, cell), { ...DEFAULT_MODEL, scale })).output,
        3,
      );
      const part = await rawOf(
        await sharp(output)
          .extract({
            left: (i % columns) * out,
            top: Math.floor(i / columns) * out,
            width: out,
            height: out,
          })
          .png()
          .toBuffer(),
        3,
      );
      assert.ok(largestDifference(part.data, alone.data) <= 1, `cell ${i} at ×${scale}`);
    }
  }
});

test('a cell’s transparent edge takes no colour from its neighbour', async () => {
  const cell = async (colour: string): Promise<Raw> =>
    (await drawnAt4(24, 24, `<circle cx="12" cy="12" r="9" fill="${colour}" fill-opacity="0.9"/>`))
      .source;
  const cells = [
    await cell('#e63946'),
    await cell('#1d3557'),
    { data: new Uint8Array(24 * 24 * 4), width: 24, height: 24, channels: 4 as const },
  ];
  const sheet = { data: new Uint8Array(72 * 24 * 4), width: 72, height: 24, channels: 4 as const };
  cells.forEach(({ data }, i) => {
    for (let y = 0; y < 24; y++)
      sheet.data.set(data.subarray(96 * y, 96 * (y + 1)), 4 * (72 * y + 24 * i));
  });
  const { output } = await upscale(await write('discs.png', sheet), {
    ...DEFAULT_MODEL,
    asset: { grid: { columns: 3, rows: 1 } },
  });
  for (const [i, one] of cells.entries()) {
    const alone = await rawOf(
      (await upscale(await write(`disc-${i}.png`, one), DEFAULT_MODEL)).output,
      4,
    );
    const part = await rawOf(
      await sharp(output)
        .extract({ left: 96 * i, top: 0, width: 96, height: 96 })
        .png()
        .toBuffer(),
      4,
    );
    assert.equal(largestDifference(part.data, alone.data), 0, `cell ${i}`);
  }
});

test('a grid that does not fit is refused with the picture’s size', async () => {
  const input = await write('uneven.png', {
    data: testPixels(50, 20),
    width: 50,
    height: 20,
    channels: 3,
  });
  await assert.rejects(
    upscale(input, { ...DEFAULT_MODEL, asset: { grid: { columns: 3, rows: 2 } } }),
    (error: Error) => /3×2/.test(error.message) && /50×20/.test(error.message),
  );
});

test('pixel art becomes squares of its own colours, and the person is told', async () => {
  const source = pixelSprite();
  const input = await write('sprite.png', source);
  const { output, notes, tiles } = await upscale(input, DEFAULT_MODEL);
  const { data, width } = await rawOf(output, 4);
  assert.equal(tiles, 0);
  assert.match(notes.join(), /pixel art/);
  for (let y = 0; y < 64; y++)
    for (let x = 0; x < 64; x++)
      assert.deepEqual(
        [...data.subarray(4 * (y * width + x), 4 * (y * width + x) + 4)],
        [
          ...source.data.subarray(
            4 * ((y >> 2) * 16 + (x >> 2)),
            4 * ((y >> 2) * 16 + (x >> 2)) + 4,
          ),
        ],
      );
  const other = await upscale(input, { ...DEFAULT_MODEL, asset: { pixelArt: 'off' } });
  assert.ok(other.tiles > 0 && !other.notes.join().includes('pixel art'));
});

test('pixel art at a broken factor has soft seams, but no pixel is smeared', async () => {
  const source = pixelSprite();
  const { output } = await upscale(await write('broken.png', source), {
    ...DEFAULT_MODEL,
    scale: 3.5,
  });
  const { data, width } = await rawOf(output, 4);
  assert.equal(width, 56);
  for (let y = 0; y < 16; y++) {
    for (let x = 0; x < 16; x++) {
      const at: number = 4 * (Math.floor((y + 0.5) * 3.5) * width + Math.floor((x + 0.5) * 3.5));
      assert.deepEqual(
        [...data.subarray(at, at + 4)],
        [...source.data.subarray(4 * (y * 16 + x), 4 * (y * 16 + x) + 4)],
        `pixel ${x},${y}`,
      );
    }
  }
});

test('what is no pixel art is not taken for it', async () => {
  const photo = await sharp(path.join(ROOT, 'media/samples/kingfisher.webp'))
    .resize(96)
    .png()
    .toBuffer();
  const drawings = await Promise.all(
    (
      [
        ['icon', 64, 64, ICON],
        ['logo', 86, 54, LOGO],
        ['screenshot', 120, 80, SCREENSHOT],
      ] as const
    ).map(
      async ([name, width, height, body]) =>
        [name, (await drawnAt4(width, height, body)).source] as const,
    ),
  );
  const gradient = {
    data: Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => Math.floor(i / 3) % 64),
    width: 64,
    height: 64,
    channels: 3 as const,
  };
  const plain = {
    data: new Uint8Array(40 * 40 * 3).fill(90),
    width: 40,
    height: 40,
    channels: 3 as const,
  };
  for (const [name, content] of [
    ['photo', photo],
    ['gradient', gradient],
    ['plain', plain],
    ...drawings,
  ] as const) {
    const { notes, tiles } = await upscale(await write(`${name}.png`, content), DEFAULT_MODEL);
    assert.ok(tiles > 0 && !notes.join().includes('pixel art'), name);
  }
});
