// What the header of an animated WebP announces; decoders that go by it show a bare canvas black.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import sharp from 'sharp';
import { bench, PLAIN } from './assetSupport';

const { write, upscale } = bench();
const [WIDTH, HEIGHT, FRAMES] = [24, 20, 4];
const [EXTENDED_AT, FLAGS_AT] = [12, 20];
const [ANIMATION, ALPHA] = [0x02, 0x10];
type Colour = readonly number[];
const [NOTHING, RED, GLASS]: readonly [Colour, Colour, Colour] = [
  [0, 0, 0, 0],
  [200, 30, 60, 255],
  [200, 30, 60, 128],
];

/** An animation whose pixels are said, as the file that is upscaled. */
async function animated(
  source: 'gif' | 'webp',
  pixel: (frame: number, x: number, y: number) => Colour,
): Promise<string> {
  const data = Buffer.alloc(WIDTH * HEIGHT * FRAMES * 4);
  for (let frame = 0; frame < FRAMES; frame++)
    for (let y = 0; y < HEIGHT; y++)
      for (let x = 0; x < WIDTH; x++)
        data.set(pixel(frame, x, y), 4 * ((frame * HEIGHT + y) * WIDTH + x));
  const picture = sharp(data, {
    raw: { width: WIDTH, height: HEIGHT * FRAMES, channels: 4, pageHeight: HEIGHT },
  });
  return write(
    `moving.${source}`,
    await (source === 'gif' ? picture.gif() : picture.webp({ lossless: true })).toBuffer(),
  );
}

/** The flags that say it moves and is transparent, of what is made of an animation. */
async function flagsOf(input: string, pixelArt: 'on' | 'off'): Promise<number> {
  const { output } = await upscale(input, { ...PLAIN, format: 'webp', asset: { pixelArt } });
  const bytes = readFileSync(output);
  assert.equal(bytes.toString('latin1', EXTENDED_AT, EXTENDED_AT + 4), 'VP8X');
  return (bytes[FLAGS_AT] ?? 0) & (ANIMATION | ALPHA);
}

const movingOverNothing =
  (figure: Colour) =>
  (frame: number, x: number, y: number): Colour =>
    [x - 4 * frame, y - 3 * frame].every((at) => at >= 0 && at < 8) ? figure : NOTHING;

for (const [title, source, pixelArt, figure] of [
  ['opaque pictures on nothing, as squares', 'webp', 'on', RED],
  ['opaque pictures on nothing, by the model', 'webp', 'off', RED],
  ['opaque pictures on nothing, of a GIF', 'gif', 'on', RED],
  ['pictures that are transparent themselves', 'webp', 'on', GLASS],
] as const)
  test(`an animated WebP announces its transparency: ${title}`, async () =>
    assert.equal(
      await flagsOf(await animated(source, movingOverNothing(figure)), pixelArt),
      ANIMATION | ALPHA,
    ));

test('an animated WebP whose pictures cover all announces none', async () => {
  const flat = (frame: number): Colour => [60 * frame, 200 - 50 * frame, 90, 255];
  assert.equal(await flagsOf(await animated('webp', flat), 'on'), ANIMATION);
});
