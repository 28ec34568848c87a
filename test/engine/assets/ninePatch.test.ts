import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { EngineClient } from '../../../src/client/engineClient';
import { containerFacts } from '../../../src/engine/image/containers';
import {
  callFor,
  EMBEDDED_MODELS,
  ENGINE,
  NO_STORE,
  pixelsOf,
  temporaryFolder,
  TEST_MODELS,
} from '../support';

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

const [WIDTH, HEIGHT] = [12, 8];
type Mark = 'black' | 'red' | 'grey';
const COLOURS = { black: [0, 0, 0, 255], red: [255, 0, 0, 255], grey: [90, 90, 90, 255] } as const;

/** A nine-patch with a gradient inside and these marks on its frame. */
async function writePatch(
  name: string,
  marks: readonly (readonly [x: number, y: number, mark: Mark])[],
  isWhite = false,
): Promise<string> {
  const [w, h] = [WIDTH + 2, HEIGHT + 2];
  const data = Buffer.alloc(w * h * 4, isWhite ? 255 : 0);
  for (let y = 1; y <= HEIGHT; y++)
    for (let x = 1; x <= WIDTH; x++) data.set([x * 20, y * 30, 120, 255], (y * w + x) * 4);
  for (const [x, y, mark] of marks) data.set(COLOURS[mark], (y * w + x) * 4);
  await sharp(data, { raw: { width: w, height: h, channels: 4 } })
    .png()
    .toFile(file(name));
  return file(name);
}

const MARKS = [
  [3, 0, 'black'],
  [4, 0, 'black'],
  [0, 2, 'black'],
  [WIDTH + 1, 5, 'black'],
  [6, HEIGHT + 1, 'red'],
] as const;

/** Where a line of pixels is marked, as ranges. */
function markedRanges(length: number, at: (i: number) => readonly number[]): string {
  const text = Array.from({ length }, (_, i) => {
    const [r, , , a] = at(i);
    return a === 0 ? '.' : r === 255 ? 'r' : 'b';
  }).join('');
  return [...text.matchAll(/b+|r+/g)]
    .map((match) => `${match[0][0]!}${match.index}-${match.index + match[0].length}`)
    .join();
}

for (const scale of [2, 2.5, 4])
  test(`the frame of a nine-patch is one hard pixel again, its marks in their places: ×${scale}`, async () => {
    const input = await writePatch(`button${scale}.9.png`, MARKS);
    const { output, width, height } = await client.upscale(callFor(input, { scale }));
    assert.equal(path.basename(output), `button${scale}@${scale}x.9.png`);
    const [w, h] = [Math.round(WIDTH * scale) + 2, Math.round(HEIGHT * scale) + 2];
    assert.deepEqual([width, height], [w, h]);
    const result = await pixelsOf(output);
    assert.deepEqual([result.width, result.height, result.channels], [w, h, 4]);
    const pixel = (x: number, y: number): readonly number[] => [
      ...result.data.subarray((y * w + x) * 4, (y * w + x) * 4 + 4),
    ];
    const range = (kind: string, from: number, to: number): string =>
      `${kind}${1 + Math.ceil(from * scale - 0.5)}-${1 + Math.ceil(to * scale - 0.5)}`;
    assert.equal(
      markedRanges(w, (x) => pixel(x, 0)),
      range('b', 2, 4),
    );
    assert.equal(
      markedRanges(h, (y) => pixel(0, y)),
      range('b', 1, 2),
    );
    assert.equal(
      markedRanges(h, (y) => pixel(w - 1, y)),
      range('b', 4, 5),
    );
    assert.equal(
      markedRanges(w, (x) => pixel(x, h - 1)),
      range('r', 5, 6),
    );
    for (const [x, y] of [
      [0, 0],
      [w - 1, 0],
      [0, h - 1],
      [w - 1, h - 1],
    ] as const)
      assert.equal(pixel(x, y)[3], 0);
    // The inside is the inside upscaled alone.
    await sharp(input)
      .extract({ left: 1, top: 1, width: WIDTH, height: HEIGHT })
      .toFile(file('in.png'));
    const alone = await client.upscale(callFor(file('in.png'), { scale, overwrite: 'overwrite' }));
    const inside = await sharp(output)
      .extract({ left: 1, top: 1, width: w - 2, height: h - 2 })
      .raw()
      .toBuffer();
    const expected = await sharp(alone.output).ensureAlpha().raw().toBuffer();
    assert.deepEqual(inside, expected);
  });

test('a white frame is one, too; without marks, or with other colours, there is none', async () => {
  const white = await writePatch('white.9.png', MARKS, true);
  assert.equal((await client.upscale(callFor(white, { scale: 2 }))).width, WIDTH * 2 + 2);
  for (const [name, marks] of [
    ['plain.9.png', []],
    ['grey.9.png', [...MARKS, [8, 0, 'grey']]],
  ] as const) {
    const { width, output } = await client.upscale(
      callFor(await writePatch(name, marks), { scale: 2 }),
    );
    assert.deepEqual([width, path.extname(output)], [(WIDTH + 2) * 2, '.png']);
  }
});

test('a width or height is that of the content, as a note says; a factor needs none', async () => {
  const note = /^Width and height are those of the nine-patch's content; its frame adds two pixels/;
  const input = await writePatch('sides.9.png', MARKS);
  for (const [part, size] of [
    [{ size: { kind: 'box', width: WIDTH * 3, fit: 'inside' } }, [WIDTH * 3 + 2, HEIGHT * 3 + 2]],
    [{ scale: 8, notBeyond: { height: HEIGHT * 2 } }, [WIDTH * 2 + 2, HEIGHT * 2 + 2]],
    [{ scale: 2 }, [WIDTH * 2 + 2, HEIGHT * 2 + 2]],
  ] as const) {
    const { width, height, notes } = await client.upscale(callFor(input, part));
    assert.deepEqual([width, height], size);
    assert.equal(
      notes.filter((one) => note.test(one)).length,
      'scale' in part && !('notBeyond' in part) ? 0 : 1,
    );
  }
});

test('what would not be a nine-patch any more is refused, and nothing is left', async () => {
  const input = await writePatch('refused.9.png', MARKS);
  const before_ = readdirSync(folder);
  for (const part of [
    { format: 'webp' },
    { target: { kind: 'file', path: file('other.png') } },
    { region: { x: 0, y: 0, width: 4, height: 4 } },
  ] as const)
    await assert.rejects(client.upscale(callFor(input, part)), {
      code: 'bad-setting',
      message: /nine-patch/,
    });
  assert.deepEqual(readdirSync(folder), before_);
});

test('a nine-patch keeps its text, EXIF and density, and gets none that it had not', async () => {
  const input = await writePatch('described.9.png', MARKS);
  const bare = await client.upscale(callFor(input, { scale: 2 }));
  const none = await containerFacts(bare.output, 'png');
  assert.deepEqual([none.density, none.remarks], [undefined, []]);
  assert.equal((await sharp(bare.output).metadata()).exif, undefined);

  const described = await sharp(input)
    .withMetadata({ density: 150 })
    .withExifMerge({ IFD0: { Artist: 'Ada' } })
    .png()
    .toBuffer();
  const text = Buffer.from('tEXtAuthor\0Grace', 'latin1');
  const chunk = Buffer.concat([Buffer.alloc(4), text, Buffer.alloc(4)]);
  chunk.writeUInt32BE(text.length - 4);
  chunk.writeUInt32BE(crc32(text), chunk.length - 4);
  writeFileSync(input, Buffer.concat([described.subarray(0, -12), chunk, described.subarray(-12)]));
  const { output } = await client.upscale(callFor(input, { scale: 2 }));
  const facts = await containerFacts(output, 'png');
  assert.deepEqual(facts.remarks, [{ keyword: 'Author', text: 'Grace' }]);
  assert.equal(Math.round(facts.density!.x), 300);
  assert.match((await sharp(output).metadata()).exif?.toString('latin1') ?? '', /Ada/);
});
