import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, it } from 'node:test';
import sharp from 'sharp';
import { closeSource, decodeSource } from '../../src/engine/image/decode';
import { pillowResize } from '../../src/engine/image/pillowResize';
import { lookWindow } from '../../src/engine/pisa/firstLook';
import type { Rect } from '../../src/shared/geometry';
import { keepNetworksOpen } from './pisaSupport';
import { newEngine, runPreview, type PreviewRun } from './previewSupport';
import { ROOT, temporaryFolder } from './support';
import { importTiny, tinyOseDiff } from './tinyOnDevice';

const folder = temporaryFolder();
const at = (name: string): string => path.join(folder, name);
const store = at('store');
const SCALE = 4;
/** What these models are processed at. */
const SIDE = 64;

async function photo(name: string, width: number, height: number, alpha = false): Promise<string> {
  const picture = sharp(path.join(ROOT, 'media/samples/kingfisher.webp')).resize(width, height);
  if (alpha)
    picture.joinChannel(
      Buffer.from(Uint8Array.from({ length: width * height }, (_, i) => (i * 7) % 256)),
      { raw: { width, height, channels: 1 } },
    );
  await picture.png().toFile(at(name));
  return at(name);
}

const looksOf = ({ progress }: PreviewRun): { rect: Rect; file: string }[] =>
  progress.flatMap(({ look }) => (look ? [look] : []));

/** The window of the bicubic enlargement that the networks see, as a picture of its own. */
async function windowOf(input: string, rect: Rect, name: string): Promise<string> {
  const source = await decodeSource(input, folder);
  const { width, height } = source.rgb.info;
  const size = { width: SCALE * width, height: SCALE * height };
  const whole = await pillowResize(source.rgb, size, at(`${name}.tif`));
  const data = await whole.area(rect);
  await whole.close();
  await closeSource(source);
  await sharp(data, { raw: { width: rect.width, height: rect.height, channels: 3 } })
    .png()
    .toFile(at(`${name}.png`));
  return at(`${name}.png`);
}

describe('where a first look is', () => {
  const large = { width: 4000, height: 2668 };
  for (const [what, result, first, expected] of [
    ['in the middle', large, undefined, { x: 1744, y: 1078, width: 512, height: 512 }],
    [
      'around the middle of what is seen',
      large,
      { x: 1000, y: 500, width: 600, height: 400 },
      { x: 1044, y: 444, width: 512, height: 512 },
    ],
    [
      'inside the result',
      large,
      { x: 3900, y: -50, width: 200, height: 100 },
      { x: 3488, y: 0, width: 512, height: 512 },
    ],
    [
      'as high as a strip',
      { width: 9000, height: 200 },
      undefined,
      { x: 4244, y: 0, width: 512, height: 200 },
    ],
    ['nowhere in a small one', { width: 1023, height: 1024 }, undefined, undefined],
  ] as const)
    it(what, () => assert.deepEqual(lookWindow(result, 512, first), expected));
});

describe('a first look at a large picture', () => {
  keepNetworksOpen();
  before(async () => {
    await importTiny(store);
    await importTiny(store, tinyOseDiff(at('osediff-files')), 'osediff');
  });

  for (const model of ['pisa-sr', 'osediff'] as const)
    it(`${model}: comes before any tile, and is what the model makes of that window alone`, async () => {
      const input = await photo(`${model}.png`, 75, 65);
      const first = { x: 200, y: 20, width: 90, height: 60 };
      const run = await runPreview(newEngine(store), input, at(model), { model, first });
      const [look, ...others] = looksOf(run);
      assert.ok(look);
      assert.deepEqual(others, []);
      assert.deepEqual(look.rect, { x: 213, y: 18, width: SIDE, height: SIDE });
      const places = run.progress.map((step) => (step.look ? 'look' : step.tile ? 'tile' : ''));
      assert.ok(places.indexOf('look') < places.indexOf('tile'));
      const totals = new Set(run.progress.filter(({ done }) => done > 0).map(({ total }) => total));
      assert.equal(totals.size, 1, 'the plan holds');
      assert.equal(run.progress.at(-1)?.done, [...totals][0]);

      const window = await windowOf(input, look.rect, `${model}-window`);
      const alone = await runPreview(newEngine(store), window, at(`${model}-alone`), {
        model,
        scale: 1,
      });
      assert.deepEqual(looksOf(alone), [], 'a small picture needs none');
      assert.deepEqual(
        readFileSync(path.join(run.scratch, look.file)),
        Buffer.concat(alone.layers.map((layer) => Buffer.from(layer))),
      );
    });

  it('has the result’s transparency', async () => {
    const input = await photo('alpha.png', 75, 65, true);
    const run = await runPreview(newEngine(store), input, at('alpha'), { model: 'pisa-sr' });
    const [look] = looksOf(run);
    assert.ok(look && run.alpha);
    const { rect } = look;
    const bytes = readFileSync(path.join(run.scratch, look.file));
    const pixels = rect.width * rect.height;
    assert.equal(bytes.length, (3 * 3 + 1) * pixels);
    const expected = Uint8Array.from({ length: pixels }, (_, i) => {
      const [x, y] = [rect.x + (i % rect.width), rect.y + Math.floor(i / rect.width)];
      return run.alpha?.[y * SCALE * 75 + x] ?? -1;
    });
    assert.deepEqual(Uint8Array.from(bytes.subarray(9 * pixels)), expected);
  });

  it('is left out where the picture is known', async () => {
    const api = newEngine(store);
    const input = await photo('again.png', 75, 65);
    assert.equal(
      looksOf(await runPreview(api, input, at('again-1'), { model: 'pisa-sr' })).length,
      1,
    );
    assert.equal(
      looksOf(await runPreview(api, input, at('again-2'), { model: 'pisa-sr' })).length,
      0,
    );
  });
});
