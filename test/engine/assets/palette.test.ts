// Palettes of PNG, which come back where nothing visible is lost.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import { bench, DEFAULT_MODEL } from './assetSupport';
import { rawOf, svg, type Raw } from './pictures';

const { write, upscale } = bench();

for (const precision of ['fp32', 'int8'] as const)
  test(`${precision}: a palette comes back when nothing visible is lost, unless it is not wanted`, async () => {
    const input = await write(
      `palette-${precision}.png`,
      await sharp(
        svg(
          96,
          64,
          '<rect width="96" height="64" fill="#3a86ff"/><circle cx="30" cy="20" r="14" ' +
            'fill="#ffbe0b"/>',
        ),
      )
        .removeAlpha()
        .png({ palette: true })
        .toBuffer(),
    );
    assert.equal((await sharp(input).metadata()).isPalette, true);
    const part = { ...DEFAULT_MODEL, precision };
    const withPalette = await upscale(input, part);
    const without = await upscale(input, { ...part, output: { palette: false } });
    assert.deepEqual(
      [
        (await sharp(withPalette.output).metadata()).isPalette,
        (await sharp(without.output).metadata()).isPalette,
      ],
      [true, false],
    );
    assert.ok(withPalette.bytes < without.bytes);
    assert.ok(
      chartlessDifference(await rawOf(withPalette.output, 3), await rawOf(without.output, 3)) <= 32,
    );
  });

test('a palette that would show bands does not come back', async () => {
  const ramp = Uint8Array.from(
    { length: 128 * 64 * 3 },
    (_, i) => ((Math.floor(i / 3) % 128) * 2 + Math.floor(i / 384) * (i % 3)) % 256,
  );
  const input = await write(
    'ramp.png',
    await sharp(ramp, { raw: { width: 128, height: 64, channels: 3 } })
      .png({ palette: true, dither: 1 })
      .toBuffer(),
  );
  const { output } = await upscale(input, DEFAULT_MODEL);
  assert.equal((await sharp(output).metadata()).isPalette, false);
});

const chartlessDifference = (a: Raw, b: Raw): number =>
  a.data.reduce((most, value, i) => Math.max(most, Math.abs(value - b.data[i]!)), 0);
