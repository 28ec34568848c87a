import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import sharp from 'sharp';
import type { Rect } from '../../src/shared/geometry';
import type { ConsistencySums } from '../../src/shared/previewProtocol';
import { DEFAULT_SETTINGS } from '../../src/shared/settings';
import {
  blendOf,
  exported,
  newEngine,
  runPreview,
  unclippedDifference,
  type PreviewRun,
} from './previewSupport';
import {
  largestDifference,
  pixelsOf,
  ROOT,
  temporaryFolder,
  testPixels,
  writePng,
} from './support';

const folder = temporaryFolder();
const at = (name: string): string => path.join(folder, name);
const api = newEngine();
const GUIDANCES = [
  [0, 0],
  [1, 0],
  [1, 1],
  [0.5, 0.5],
  [0, 1],
  [0.35, 0.8],
  [0.9, 0.15],
] as const;

/** A photograph, reduced so that it is quick. */
async function photo(name: string, width: number, height: number): Promise<string> {
  await sharp(path.join(ROOT, 'test/fixtures/pictures/kingfisher.webp'))
    .resize(width, height)
    .png()
    .toFile(at(name));
  return at(name);
}

describe('a preview', () => {
  for (const [model, width, height] of [
    ['two-branch-4x', 61, 47],
    [DEFAULT_SETTINGS.model, 96, 70],
    ['one-layer-4x', 400, 300],
  ] as const) {
    it(`${model}: every blend of its layers is the export within 2/255 where nothing clips`, async () => {
      const input = await photo(`${model}.png`, width, height);
      const { layers, result } = await runPreview(api, input, at(`${model}-scratch`), { model });
      assert.equal(result.exact, true);
      assert.equal(layers.length, model === 'one-layer-4x' ? 2 : 3);
      for (const [pixel, semantic] of GUIDANCES) {
        const { data } = await pixelsOf(
          await exported(api, input, at('export'), model, { pixel, semantic }),
        );
        const { largest, share } = unclippedDifference(
          layers,
          blendOf(layers, { pixel, semantic }),
          data,
        );
        assert.ok(largest <= 2, `(${pixel}, ${semantic}) differs by ${largest}`);
        assert.ok(share > 0.5, `${share} of the samples were compared`);
      }
    });
  }

  it('rounds its layers: at the corners they are the export’s own bytes', async () => {
    const input = await photo('corners.png', 50, 50);
    const { layers } = await runPreview(api, input, at('corners'));
    for (const [index, [pixel, semantic]] of (
      [
        [0, 0],
        [1, 0],
        [1, 1],
      ] as const
    ).entries()) {
      const { data } = await pixelsOf(
        await exported(api, input, at('export'), 'two-branch-4x', { pixel, semantic }),
      );
      assert.deepEqual(Buffer.from(layers[index]!), data);
    }
  });

  for (const [width, height] of [
    [1, 1],
    [3, 200],
    [523, 17],
    [700, 500],
  ] as const) {
    it(`covers ${width}×${height} exactly once, on multiples of the scale`, async () => {
      const input = await writePng(at(`${width}.png`), width, height);
      const { rects, result, progress } = await runPreview(api, input, at(`cover-${width}`));
      assert.deepEqual(result.size, { width: 4 * width, height: 4 * height });
      assert.deepEqual(result.sourceSize, { width, height });
      for (const rect of rects) for (const value of Object.values(rect)) assert.equal(value % 4, 0);
      const done = progress.filter(({ tile }) => tile);
      assert.deepEqual(
        done.map(({ done: number }) => number),
        rects.map((_, i) => i + 1),
      );
      assert.ok(done.every(({ total }) => total === rects.length));
      if (width === 700) assert.ok(rects.length >= 4, `${rects.length} tiles`);
    });
  }

  it('tells the phases, the device and the picture, and what the time will be', async () => {
    const { progress, result } = await runPreview(
      api,
      await writePng(at('tell.png'), 700, 400),
      at('tell'),
    );
    assert.deepEqual([...new Set(progress.map(({ phase }) => phase))], ['prepare', 'infer']);
    const infer = progress.filter(({ phase }) => phase === 'infer');
    for (const step of infer) {
      assert.deepEqual(step.picture, {
        size: result.size,
        sourceSize: { width: 700, height: 400 },
        scale: 4,
        branches: ['pixel', 'semantic'],
        exact: true,
      });
      assert.equal(step.device, 'cpu');
    }
    assert.equal(infer.at(-1)?.secondsLeft, 0);
    assert.ok((infer.at(-2)?.secondsLeft ?? 0) > 0);
    assert.ok(result.seconds.inference > 0 && result.seconds.total >= result.seconds.inference);
  });

  it('begins with the tiles that the first part touches, then goes outward', async () => {
    const input = await writePng(at('first.png'), 900, 700);
    const plain = await runPreview(api, input, at('plain'));
    assert.deepEqual(plain.rects[0], { ...plain.rects[0], x: 0, y: 0 });
    const first = { x: 2900, y: 2300, width: 300, height: 200 };
    const { rects } = await runPreview(api, input, at('first'), { first });
    assert.ok(rects.length >= 6, `${rects.length} tiles`);
    const touching = rects.filter((rect) => overlaps(rect, first)).length;
    assert.ok(touching > 0 && touching < rects.length);
    assert.ok(rects.slice(0, touching).every((rect) => overlaps(rect, first)));
    const gaps = rects
      .slice(touching)
      .map((rect) =>
        Math.hypot(
          gapOf(rect.x, rect.width, first.x, first.width),
          gapOf(rect.y, rect.height, first.y, first.height),
        ),
      );
    assert.deepEqual(
      gaps,
      [...gaps].sort((a, b) => a - b),
    );
  });

  it('leaves nothing but the files it names', async () => {
    const { scratch, progress } = await runPreview(
      api,
      await writePng(at('tidy.png'), 300, 300),
      at('tidy'),
    );
    assert.deepEqual(
      readdirSync(scratch).sort(),
      progress.flatMap(({ tile }) => (tile ? [tile.file] : [])).sort(),
    );
  });

  it('enlarges transparency as the export does', async () => {
    const rgba = testPixels(40, 30);
    const icon = new Uint8Array(40 * 30 * 4).map((_, i) =>
      i % 4 === 3
        ? Math.floor(i / 4) % 40 > 12
          ? 255 - (i % 200)
          : 0
        : rgba[3 * Math.floor(i / 4) + (i % 4)]!,
    );
    await sharp(icon, { raw: { width: 40, height: 30, channels: 4 } })
      .png()
      .toFile(at('icon.png'));
    const { result, layers, progress } = await runPreview(api, at('icon.png'), at('icon'));
    const { data, channels } = await pixelsOf(
      await exported(api, at('icon.png'), at('export'), 'two-branch-4x', { pixel: 1, semantic: 1 }),
    );
    assert.equal(channels, 4);
    assert.ok(result.alphaFile);
    assert.equal(
      progress.find(({ phase }) => phase === 'infer')?.picture?.alphaFile,
      result.alphaFile,
    );
    const alpha = readFileSync(path.join(at('icon'), result.alphaFile));
    assert.deepEqual(
      alpha,
      Buffer.from(Uint8Array.from({ length: data.length / 4 }, (_, i) => data[4 * i + 3]!)),
    );
    for (let i = 0; i < alpha.length; i++)
      if (alpha[i]! > 0)
        assert.deepEqual(
          [...data.subarray(4 * i, 4 * i + 3)],
          [...layers[2]!.subarray(3 * i, 3 * i + 3)],
        );
  });

  it('an opaque picture has no alpha file', async () => {
    const { result } = await runPreview(
      api,
      await writePng(at('opaque.png'), 10, 10),
      at('opaque'),
    );
    assert.ok(!('alphaFile' in result));
  });

  it(
    'takes grey, palette, 16-bit and turned pictures like the export, and says what the ' +
      'export says',
    async () => {
      const rgb = sharp(testPixels(30, 20), { raw: { width: 30, height: 20, channels: 3 } });
      await rgb.clone().greyscale().png().toFile(at('grey.png'));
      await rgb.clone().png({ palette: true, colours: 8 }).toFile(at('palette.png'));
      await rgb.clone().toColourspace('rgb16').png().toFile(at('deep.png'));
      await rgb.clone().jpeg().withMetadata({ orientation: 6 }).toFile(at('turned.jpg'));
      for (const name of ['grey.png', 'palette.png', 'deep.png', 'turned.jpg']) {
        const { layers, result } = await runPreview(api, at(name), at(`kinds-${name}`));
        const { data, width, height } = await pixelsOf(
          await exported(api, at(name), at('export'), 'two-branch-4x', { pixel: 1, semantic: 1 }),
        );
        assert.deepEqual(result.size, { width, height });
        // The screen has 8 bits; the export of a deeper source has 16.
        assert.ok(largestDifference(layers[2]!, data) <= (name === 'deep.png' ? 1 : 0), name);
        assert.deepEqual(result.notes, []);
      }
    },
  );

  it('measures what its layers hold', async () => {
    const input = await photo('figures.png', 500, 300);
    const run = await runPreview(api, input, at('figures'), { model: DEFAULT_SETTINGS.model });
    assert.ok(run.rects.length > 1);
    const expected = directFigures(run, (await pixelsOf(input)).data);
    const { consistency, inventedLuma } = run.result.figures;
    assert.equal(consistency.count, 3 * 500 * 300);
    for (const [name, value] of Object.entries(expected.consistency)) {
      const got = consistency[name as keyof ConsistencySums];
      assert.ok(Math.abs(got - value) <= 1e-9 * Math.abs(value), `${name}: ${got}, ${value}`);
    }
    assert.deepEqual(inventedLuma, expected.inventedLuma);
    assert.ok(inventedLuma[0]! < inventedLuma.reduce((a, b) => a + b), 'something is invented');
  });

  it('a model without a semantic branch has no figure for what is invented', async () => {
    const { result } = await runPreview(api, await writePng(at('one.png'), 20, 20), at('one'), {
      model: 'one-layer-4x',
    });
    assert.deepEqual(result.figures.inventedLuma, []);
    const { ds, ps, ss, pp } = result.figures.consistency;
    assert.deepEqual([ds, ps, ss], [0, 0, 0]);
    assert.ok(pp > 0);
  });
});

const gapOf = (a: number, aLength: number, b: number, bLength: number): number =>
  Math.max(0, Math.max(a, b) - Math.min(a + aLength, b + bLength));
const overlaps = (a: Rect, b: Rect): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

/** The figures computed from the whole layers, pixel by pixel. */
function directFigures(
  { layers, result }: PreviewRun,
  source: Uint8Array,
): { consistency: Omit<ConsistencySums, 'count'>; inventedLuma: number[] } {
  const { size, sourceSize, scale } = result;
  const reduced = (layer: Uint8Array, x: number, y: number, channel: number): number => {
    let sum = 0;
    for (let i = 0; i < scale; i++)
      for (let j = 0; j < scale; j++)
        sum += layer[3 * ((y * scale + i) * size.width + x * scale + j) + channel]!;
    return sum / scale ** 2;
  };
  const consistency = { dd: 0, dp: 0, ds: 0, pp: 0, ps: 0, ss: 0 };
  for (let i = 0; i < source.length; i++) {
    const [pixel, channel] = [Math.floor(i / 3), i % 3];
    const [a, b, c] = layers.map((layer) =>
      reduced(layer, pixel % sourceSize.width, Math.floor(pixel / sourceSize.width), channel),
    ) as [number, number, number];
    const [d, p, s] = [a - source[i]!, b - a, c - b];
    consistency.dd += d * d;
    consistency.dp += d * p;
    consistency.ds += d * s;
    consistency.pp += p * p;
    consistency.ps += p * s;
    consistency.ss += s * s;
  }
  const inventedLuma = new Array<number>(256).fill(0);
  const [, faithful, full] = layers;
  for (let i = 0; i < full!.length; i += 3) {
    const [red, green, blue] = [0, 1, 2].map(
      (channel) => full![i + channel]! - faithful![i + channel]!,
    ) as [number, number, number];
    inventedLuma[Math.round(Math.abs(0.299 * red + 0.587 * green + 0.114 * blue))]!++;
  }
  return { consistency, inventedLuma };
}
