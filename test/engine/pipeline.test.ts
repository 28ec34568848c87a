import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { EngineClient } from '../../src/client/engineClient';
import type { UpscaleProgress } from '../../src/shared/engineProtocol';
import { DEFAULT_SETTINGS } from '../../src/shared/settings';
import {
  callFor,
  EMBEDDED_MODELS,
  ENGINE,
  pixelsOf,
  temporaryFolder,
  TEST_MODELS,
  testPixels,
  writePng,
  NO_STORE,
} from './support';

const folder = temporaryFolder();
const file = (name: string): string => path.join(folder, name);
let client: EngineClient;

before(() => {
  client = new EngineClient({
    entry: ENGINE,
    modelFolders: [EMBEDDED_MODELS, TEST_MODELS],
    store: NO_STORE,
    idleSeconds: 60,
    log: () => undefined,
  });
});
after(() => client.dispose());

test('the embedded model upscales a PNG to exactly four times its size', async () => {
  const input = await writePng(file('plain.png'), 60, 41);
  const progress: UpscaleProgress[] = [];
  const result = await client.upscale(callFor(input, { model: DEFAULT_SETTINGS.model }), {
    onProgress: (p) => progress.push(p),
  });
  assert.equal(result.output, file('plain@4x.png'));
  const { width, height, channels } = await pixelsOf(result.output);
  assert.deepEqual([width, height, channels], [240, 164, 3]);
  assert.equal(result.device, 'cpu');
  assert.deepEqual(result.guidance, { pixel: 1, semantic: 1 });
  assert.ok(result.seconds.inference > 0 && result.seconds.total >= result.seconds.inference);
  assert.deepEqual([...new Set(progress.map((p) => p.phase))], ['prepare', 'infer', 'encode']);
  assert.deepEqual(progress.findLast((p) => p.phase === 'infer')?.rect, {
    x: 0,
    y: 0,
    width: 240,
    height: 164,
  });
});

for (const format of ['png', 'jpeg', 'webp', 'avif', 'tiff'] as const) {
  test(`${format} in, ${format} out`, async () => {
    const input = file(`in-${format}.${format === 'jpeg' ? 'jpg' : format}`);
    await sharp(testPixels(33, 17), { raw: { width: 33, height: 17, channels: 3 } })
      .toFormat(format)
      .toFile(input);
    const result = await client.upscale(callFor(input));
    const metadata = await sharp(result.output).metadata();
    assert.equal(metadata.format, format === 'avif' ? 'heif' : format);
    assert.deepEqual([metadata.width, metadata.height], [132, 68]);
    assert.equal(path.extname(result.output), path.extname(input));
  });
}

test('the first frame of an animated GIF becomes a PNG where that is asked for, and it is said', async () => {
  const frame = (shade: number): Promise<Buffer> =>
    sharp({
      create: { width: 12, height: 8, channels: 3, background: { r: shade, g: shade, b: shade } },
    })
      .png()
      .toBuffer();
  await sharp([await frame(10), await frame(200)], { join: { animated: true } })
    .gif()
    .toFile(file('anim.gif'));
  const result = await client.upscale(
    callFor(file('anim.gif'), { guidance: { pixel: 0, semantic: 0 }, format: 'png' }),
  );
  const { data, width, height } = await pixelsOf(result.output);
  assert.deepEqual([width, height, path.extname(result.output)], [48, 32, '.png']);
  assert.ok(data.every((value) => Math.abs(value - 10) <= 2));
  assert.match(result.notes.join(), /2 frames/);
});

test('grey, palette, 16-bit and CMYK pictures come out of the right size', async () => {
  const rgb = sharp(testPixels(20, 10), { raw: { width: 20, height: 10, channels: 3 } });
  await rgb.clone().greyscale().png().toFile(file('grey.png'));
  await rgb.clone().png({ palette: true, colours: 8 }).toFile(file('palette.png'));
  await rgb.clone().toColourspace('rgb16').png().toFile(file('deep.png'));
  await rgb.clone().toColourspace('cmyk').jpeg().toFile(file('cmyk.jpg'));
  for (const name of ['grey.png', 'palette.png', 'deep.png', 'cmyk.jpg']) {
    const { output } = await client.upscale(callFor(file(name)));
    const { width, height } = await pixelsOf(output);
    assert.deepEqual([width, height], [80, 40], name);
  }
});

test('the EXIF orientation is applied', async () => {
  await sharp(testPixels(20, 10), { raw: { width: 20, height: 10, channels: 3 } })
    .jpeg()
    .withMetadata({ orientation: 6 })
    .toFile(file('turned.jpg'));
  const { output, sourceWidth } = await client.upscale(callFor(file('turned.jpg')));
  const metadata = await sharp(output).metadata();
  assert.deepEqual(
    [metadata.width, metadata.height, metadata.orientation ?? 1, sourceWidth],
    [40, 80, 1, 10],
  );
});

test(
  'λ_pix blends between the bicubic base and the network; λ_sem acts only where the ' +
    'model has it',
  async () => {
    const input = await writePng(file('dials.png'), 24, 16);
    const at = async (pixel: number, semantic: number): Promise<Buffer> => {
      const { output } = await client.upscale(
        callFor(input, {
          model: 'two-branch-4x',
          guidance: { pixel, semantic },
          overwrite: 'overwrite',
        }),
      );
      return (await pixelsOf(output)).data;
    };
    const [base, half, full, both] = [
      await at(0, 0),
      await at(0.5, 0),
      await at(1, 0),
      await at(1, 1),
    ];
    let inRange = 0;
    for (let i = 0; i < base.length; i++) {
      const [a, b, c] = [base[i]!, half[i]!, full[i]!];
      if (a === 0 || a === 255 || c === 0 || c === 255) continue;
      inRange++;
      assert.ok(Math.abs(b - (a + c) / 2) <= 1, `${a} ${b} ${c}`);
    }
    assert.ok(inRange > base.length / 2);
    assert.ok(!base.equals(full) && !full.equals(both));
  },
);

test('a transparent icon keeps its alpha, without the black that lies under it', async () => {
  const width = 24;
  const rgba = new Uint8Array(width * width * 4);
  for (let y = 6; y < 18; y++)
    for (let x = 6; x < 18; x++) rgba.set([230, 40, 40, 255], (y * width + x) * 4);
  await sharp(rgba, { raw: { width, height: width, channels: 4 } })
    .png()
    .toFile(file('icon.png'));
  const { output } = await client.upscale(
    callFor(file('icon.png'), { guidance: { pixel: 0, semantic: 0 } }),
  );
  const { data, channels } = await pixelsOf(output);
  assert.equal(channels, 4);
  let visible = 0;
  for (let i = 0; i < data.length; i += 4) {
    const alpha = data[i + 3]!;
    if (alpha === 0)
      assert.deepEqual(
        [...data.subarray(i, i + 3)],
        [0, 0, 0],
        'nothing is stored under full transparency',
      );
    else {
      visible++;
      assert.ok(
        data[i]! >= 225 && data[i + 1]! <= 45,
        `fringe: ${[...data.subarray(i, i + 4)].join()}`,
      );
    }
  }
  assert.ok(Math.abs(visible - 48 * 48) < 48 * 48 * 0.25);
  // The enlarged square lies in the middle: its alpha is the same read forwards and backwards.
  const alpha = Uint8Array.from({ length: data.length / 4 }, (_, i) => data[4 * i + 3]!);
  assert.ok(alpha.every((value, i) => Math.abs(value - alpha[alpha.length - 1 - i]!) <= 2));
});

test('an alpha channel that is opaque everywhere is dropped', async () => {
  await sharp(testPixels(10, 10), { raw: { width: 10, height: 10, channels: 3 } })
    .ensureAlpha()
    .png()
    .toFile(file('opaque.png'));
  const { output } = await client.upscale(callFor(file('opaque.png')));
  assert.equal((await pixelsOf(output)).channels, 3);
});

test('the same input and settings give the same bytes, whatever the tiles', async () => {
  const input = await writePng(file('same.png'), 70, 50);
  const bytes = async (tile?: number): Promise<Buffer> => {
    const { output } = await client.upscale(
      callFor(input, { model: 'two-branch-4x', ...(tile === undefined ? {} : { tile }) }),
    );
    return readFileSync(output);
  };
  const first = await bytes();
  assert.ok(first.equals(await bytes()));
  assert.ok(first.equals(await bytes(17)));
});

for (const [scale, width, height] of [
  [1, 31, 21],
  [2, 62, 42],
  [2.5, 78, 53],
  [8, 248, 168],
] as const) {
  test(`scale ${scale} gives exactly ${width}×${height} from 31×21`, async () => {
    const input = await writePng(file(`scale${scale}.png`), 31, 21);
    const { output } = await client.upscale(callFor(input, { scale }));
    const { width: w, height: h } = await pixelsOf(output);
    assert.deepEqual([w, h], [width, height]);
  });
}

test('whatever the scale, the picture does not shift', async () => {
  const side = 22;
  const half = testPixels(side / 2, side);
  const mirrored = new Uint8Array(side * side * 3);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const from = 3 * (y * (side / 2) + Math.min(x, side - 1 - x));
      mirrored.set(half.subarray(from, from + 3), 3 * (y * side + x));
    }
  }
  await sharp(mirrored, { raw: { width: side, height: side, channels: 3 } })
    .png()
    .toFile(file('mirrored.png'));
  for (const scale of [1.5, 2, 3, 4, 6, 8]) {
    const { output } = await client.upscale(
      callFor(file('mirrored.png'), { scale, guidance: { pixel: 0, semantic: 0 } }),
    );
    const { data, width, height } = await pixelsOf(output);
    let largest = 0;
    for (let y = 0; y < height; y++) {
      for (let i = 0; i < width * 3; i++) {
        const mirror = 3 * (width - 1 - Math.floor(i / 3)) + (i % 3);
        largest = Math.max(
          largest,
          Math.abs(data[y * width * 3 + i]! - data[y * width * 3 + mirror]!),
        );
      }
    }
    assert.ok(largest <= 1, `×${scale}: ${largest}`);
  }
});

for (const [width, height] of [
  [1, 1],
  [3, 5000],
  [7, 5],
  [1, 64],
] as const) {
  test(`a ${width}×${height} picture succeeds`, async () => {
    const input = await writePng(file(`odd-${width}x${height}.png`), width, height);
    const { output } = await client.upscale(callFor(input));
    const { width: w, height: h } = await pixelsOf(output);
    assert.deepEqual([w, h], [4 * width, 4 * height]);
  });
}

test('names: the next free one by default, skip and overwrite on request, sub-folders are made', async () => {
  const input = await writePng(file('name.png'), 8, 8);
  assert.equal((await client.upscale(callFor(input))).output, file('name@4x.png'));
  const first = readFileSync(file('name@4x.png'));
  assert.equal(
    (await client.upscale(callFor(input, { guidance: { pixel: 0, semantic: 0 } }))).output,
    file('name@4x-2.png'),
  );
  assert.ok(first.equals(readFileSync(file('name@4x.png'))), 'the first result is untouched');
  assert.equal((await client.upscale(callFor(input, { overwrite: 'skip' }))).skipped, true);
  assert.equal(
    (
      await client.upscale(
        callFor(input, { overwrite: 'overwrite', guidance: { pixel: 0, semantic: 0 } }),
      )
    ).output,
    file('name@4x.png'),
  );
  assert.ok(!first.equals(readFileSync(file('name@4x.png'))));
  const target = { kind: 'pattern', directory: folder, pattern: 'big/{name}.{ext}' } as const;
  assert.equal((await client.upscale(callFor(input, { target }))).output, file('big/name.png'));
  assert.ok(!existsSync(file('name@4x-3.png')));
});

for (const name of ['other.jpg', 'other.JFIF', 'other.webp'])
  test(`a file that is named ${name} is never a PNG`, async () => {
    const input = await writePng(file('other.png'), 8, 8);
    const target = { kind: 'file', path: file(name) } as const;
    await assert.rejects(client.upscale(callFor(input, { target, format: 'png' })), {
      code: 'bad-setting',
      message: /names a picture of the format \w+, and what is to be written is PNG/,
    });
    assert.ok(!existsSync(file(name)));
    await client.upscale(callFor(input, { target }));
    assert.notEqual((await sharp(file(name)).metadata()).format, 'png');
  });

test('the source is never replaced by a pattern, and only by name when overwriting is allowed', async () => {
  const input = await writePng(file('precious.png'), 8, 8);
  const before = readFileSync(input);
  const target = { kind: 'pattern', directory: folder, pattern: '{name}.{ext}' } as const;
  await assert.rejects(client.upscale(callFor(input, { target, overwrite: 'overwrite' })), {
    code: 'output-is-source',
  });
  assert.equal((await client.upscale(callFor(input, { target }))).output, file('precious-2.png'));
  assert.ok(before.equals(readFileSync(input)));
  await client.upscale(
    callFor(input, { target: { kind: 'file', path: input }, overwrite: 'overwrite' }),
  );
  assert.equal((await pixelsOf(input)).width, 32);
});

test('no temporary file is left beside the results', () => {
  writeFileSync(file('.keep'), '');
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.includes('pisa-upscale')),
    [],
  );
});
