import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import sharp from 'sharp';
import { closeSource, decodePixels } from '../../src/engine/image/decode';
import { inspectSource } from '../../src/engine/image/inspect';
import { inWords } from '../../src/shared/phrase';
import { temporaryFolder } from './support';
import { randomFrom } from './assets/mutate';

const folder = temporaryFolder();
const SIDE = 96;
const AT_ONCE = 48;
const files: string[] = [];

/** Pictures that are sound, damaged in ways of which decoders say different things, or none. */
before(async () => {
  const random = randomFrom(5);
  const noise = sharp(
    Buffer.from(Array.from({ length: SIDE * SIDE * 3 }, () => Math.floor(256 * random()))),
    { raw: { width: SIDE, height: SIDE, channels: 3 } },
  );
  const add = (name: string, bytes: Buffer): void => {
    files.push(path.join(folder, name));
    writeFileSync(files.at(-1)!, bytes);
  };
  const jpeg = await noise.clone().jpeg().toBuffer();
  const middle = jpeg.length >> 1;
  const garbage = Buffer.from(jpeg);
  garbage.fill(0x55, middle, middle + 40);
  const png = await noise.clone().png().toBuffer();
  const wrongSum = Buffer.from(png);
  wrongSum[png.indexOf('IDAT') + 5000]! ^= 0xff;
  add('sound.jpg', jpeg);
  add('sound.png', png);
  add('sound.webp', await noise.clone().webp().toBuffer());
  add('cut.jpg', jpeg.subarray(0, middle));
  add('garbage.jpg', garbage);
  add('cut.png', png.subarray(0, png.length >> 1));
  add('sum.png', wrongSum);
  const tiff = await noise
    .clone()
    .tiff({ compression: 'none', tile: true, tileWidth: 16, tileHeight: 16 })
    .toBuffer();
  add('cut.tif', tiff.subarray(0, tiff.length >> 1));
  add('sound.tif', tiff);
});

/** What a person is told of a picture: its notes, or the error. */
async function told(file: string, scratch: string): Promise<string> {
  mkdirSync(scratch, { recursive: true });
  try {
    await inspectSource(file, 100);
    const { pixels, notes } = await decodePixels(file, scratch, { depth: 8, keepColours: true });
    await closeSource({ rgb: pixels, alpha: undefined });
    return notes.map(inWords).join(' ');
  } catch (error) {
    const { message, detail = '' } = error as Error & { detail?: string };
    return `${message} ${detail}`;
  }
}

test(`of ${AT_ONCE} pictures that are decoded at once each is told of in its own decoder’s words`, async () => {
  const alone = new Map<string, string>();
  for (const [i, file] of files.entries())
    alone.set(file, await told(file, path.join(folder, `alone-${i}`)));
  for (const file of files)
    assert.equal(alone.get(file) === '', path.basename(file).startsWith('sound'), file);
  assert.ok(new Set(alone.values()).size > 3, 'the decoders say different things');
  for (let round = 0; round < 4; round++)
    await Promise.all(
      Array.from({ length: AT_ONCE }, async (_, i) => {
        const file = files[(i * 7 + round) % files.length]!;
        const now = await told(file, path.join(folder, `${round}-${i}`));
        assert.equal(now, alone.get(file), path.basename(file));
      }),
    );
});
