import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { openTileSession } from '../../../src/engine/runtime/session';
import { EMBEDDED_MODELS, largestDifference } from '../support';
import { bench, DEFAULT_MODEL } from './assetSupport';
import { drawnAt4, errorOn, fromRaw, ICON, LOGO, rawOf, SOFT_SHADOW, SCALE } from './pictures';

const { write, upscale } = bench();

for (const [name, body, width, height] of [
  ['icon', ICON, 64, 64],
  ['logo with text', LOGO, 86, 54],
  ['soft shadow', SOFT_SHADOW, 80, 80],
] as const) {
  test(
    `${name}: on black and on white the edge is far closer to the drawing than a sharp ` +
      `filter's`,
    async (t) => {
      const { source, reference } = await drawnAt4(width, height, body);
      const { output } = await upscale(await write(`${name}.png`, source), DEFAULT_MODEL);
      const result = await rawOf(output, 4);
      assert.deepEqual([result.width, result.height], [width * SCALE, height * SCALE]);
      const lanczos = await rawOf(
        await fromRaw(source)
          .resize(width * SCALE, height * SCALE, { kernel: 'lanczos3' })
          .png()
          .toBuffer(),
        4,
      );
      for (const background of [0, 255]) {
        const [own, other] = [
          errorOn(background, result, reference),
          errorOn(background, lanczos, reference),
        ];
        t.diagnostic(`on ${background}: ${own.toFixed(2)} (Lanczos-3 ${other.toFixed(2)})`);
        assert.ok(own < 0.6 * other + 0.3, `${own} against ${other} on ${background}`);
      }
    },
  );
}

test('what shines through an edge has the colour of the shape: no fringe', async () => {
  const { source } = await drawnAt4(64, 64, '<circle cx="32" cy="32" r="24" fill="#d62839"/>');
  const { output } = await upscale(await write('disc.png', source), DEFAULT_MODEL);
  const { data } = await rawOf(output, 4);
  let visible = 0;
  for (let i = 0; i < data.length; i += 4) {
    const alpha = data[i + 3]!;
    if (alpha === 0)
      assert.deepEqual(
        [...data.subarray(i, i + 3)],
        [0, 0, 0],
        'nothing is stored under full transparency',
      );
    if (alpha < 16) continue;
    visible++;
    for (const [channel, value] of [0xd6, 0x28, 0x39].entries())
      assert.ok(
        Math.abs(data[i + channel]! - value) <= 8,
        `${[...data.subarray(i, i + 4)].join()} at alpha ${alpha}`,
      );
  }
  assert.ok(Math.abs(visible - Math.PI * 96 ** 2) < 0.03 * Math.PI * 96 ** 2);
});

test('a soft shadow keeps its falloff: it never grows again on its way out, and ends in nothing', async () => {
  const { source, reference } = await drawnAt4(80, 80, SOFT_SHADOW);
  const { output } = await upscale(await write('shadow.png', source), DEFAULT_MODEL);
  const result = await rawOf(output, 4);
  const row = (raw: typeof result): number[] =>
    Array.from({ length: 160 }, (_, x) => raw.data[4 * (160 * 320 + 160 + x) + 3]!);
  const [own, wanted] = [row(result), row(reference)];
  for (const [x, alpha] of own.entries()) {
    if (x > 0) assert.ok(alpha <= own[x - 1]! + 1, `at ${x}: ${own[x - 1]!}, then ${alpha}`);
    assert.ok(Math.abs(alpha - wanted[x]!) <= 3, `at ${x}: ${alpha}, not ${wanted[x]!}`);
  }
  assert.equal(own.at(-1), 0);
});

test('what is flat in the alpha stays exactly as it was', async () => {
  const { source } = await drawnAt4(
    60,
    40,
    '<rect x="15" y="10" width="30" height="20" fill="#08f" fill-opacity="0.5"/>',
  );
  const { output } = await upscale(await write('flat.png', source), DEFAULT_MODEL);
  const { data, width } = await rawOf(output, 4);
  for (let y = 0; y < 160; y++) {
    for (let x = 0; x < 240; x++) {
      const away = Math.max(15 - x / 4, x / 4 - 45, 10 - y / 4, y / 4 - 30);
      const alpha = data[4 * (y * width + x) + 3]!;
      if (away > 1.3) assert.equal(alpha, 0, `${x},${y}`);
      if (away < -2.5) assert.equal(alpha, 128, `${x},${y}`);
    }
  }
});

test('a picture in which nothing can be seen costs no inference, and says so', async () => {
  const input = await write('invisible.png', {
    data: new Uint8Array(20 * 10 * 4),
    width: 20,
    height: 10,
    channels: 4,
  });
  const { output, tiles, seconds, notes } = await upscale(input, DEFAULT_MODEL);
  const result = await rawOf(output, 4);
  assert.deepEqual([result.width, result.height, tiles, seconds.inference], [80, 40, 0, 0]);
  assert.ok(result.data.every((value) => value === 0));
  assert.match(notes.join(), /transparent/);
});

test('16-bit alpha stays 16-bit', async () => {
  const samples = new Uint16Array(30 * 20 * 4).map((_, i) =>
    i % 4 === 3 ? 65_535 - 90 * Math.floor(i / 4) : 30_000 + 40 * Math.floor(i / 4),
  );
  const { default: sharp } = await import('sharp');
  const input = await write(
    'deep.png',
    await sharp(samples, { raw: { width: 30, height: 20, channels: 4 } })
      .toColourspace('rgb16')
      .png()
      .toBuffer(),
  );
  const { output } = await upscale(input, DEFAULT_MODEL);
  const metadata = await sharp(output).metadata();
  assert.deepEqual([metadata.depth, metadata.channels], ['ushort', 4]);
  const { data } = await sharp(output)
    .toColourspace('rgb16')
    .raw({ depth: 'ushort' })
    .toBuffer({ resolveWithObject: true });
  const values = new Uint16Array(data.buffer, data.byteOffset, data.length / 2);
  assert.ok(new Set(values.filter((_, i) => i % 4 === 3)).size > 300);
});

test('alpha takes the pixel branch alone: what else the model has is not computed for it', async () => {
  const graph = path.join(EMBEDDED_MODELS, 'pisa-compact-4x', 'model.onnx');
  const session = await openTileSession(graph, 'cpu', ['pixel', 'semantic']);
  const image = Float32Array.from({ length: 3 * 40 * 40 }, (_, i) => ((i * 37) % 100) / 100);
  const [whole, alone] = [await session.run(image, 40, 40), await session.runPixel!(image, 40, 40)];
  assert.equal(alone.semantic, undefined);
  assert.ok(whole.semantic);
  assert.ok(largestDifference(alone.pixel, whole.pixel) < 1e-5);
  assert.ok(largestDifference(alone.base, whole.base) < 1e-5);
  await session.release();
  const pixelOnly = await openTileSession(graph, 'cpu', ['pixel']);
  assert.equal('runPixel' in pixelOnly, false, 'nothing to leave out');
  await pixelOnly.release();
});
