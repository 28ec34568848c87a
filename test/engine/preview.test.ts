import assert from 'node:assert/strict';
import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import sharp from 'sharp';
import type { Rect } from '../../src/shared/geometry';
import type {
  ConsistencySums,
  PreviewProgress,
  PreviewRequest,
} from '../../src/shared/previewProtocol';
import { DEFAULT_SETTINGS } from '../../src/shared/settings';
import {
  blendOf,
  exported,
  newEngine,
  previewRequest,
  quiet,
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
  await sharp(path.join(ROOT, 'media/samples/kingfisher.webp'))
    .resize(width, height)
    .png()
    .toFile(at(name));
  return at(name);
}

describe('a preview', () => {
  for (const [model, width, height] of [
    ['two-branch-4x', 61, 47],
    [DEFAULT_SETTINGS.model, 56, 42],
    ['one-layer-4x', 280, 120],
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

  for (const scale of [1, 2.5, 6.4, 8])
    it(`×${scale}: every blend of its layers is the file that is written, within 2/255 where nothing clips`, async () => {
      const input = await photo('scales.png', 150, 131);
      const { layers, result, rects } = await runPreview(api, input, at(`scales-${scale}`), {
        scale,
      });
      assert.ok(rects.length > 1, 'tiles meet');
      assert.equal(result.scale, scale);
      for (const [pixel, semantic] of GUIDANCES.slice(2, 5)) {
        const { data, width, height } = await pixelsOf(
          await exported(api, input, at('export'), 'two-branch-4x', { pixel, semantic }, 'adain', {
            scale,
          }),
        );
        assert.deepEqual(result.size, { width, height });
        const { largest, share } = unclippedDifference(
          layers,
          blendOf(layers, { pixel, semantic }),
          data,
        );
        // More of the semantic part than of the pixel part adds up the layers' roundings.
        const most = semantic > pixel ? 3 : 2;
        assert.ok(largest <= most, `(${pixel}, ${semantic}) differs by ${largest}`);
        assert.ok(share > 0.5, `${share} of the samples were compared`);
      }
    });

  for (const scale of [1, 2, 2.5, 4, 7.3])
    it(`×${scale}: pixel art is shown as the squares that are written`, async () => {
      const { width, height } = { width: 37, height: 150 };
      const colours = [0xd03030, 0x30a040, 0x2040c0, 0xf0e0d0];
      const pixels = new Uint8Array(width * height * 4).map((_, i) => {
        const [pixel, channel] = [i >> 2, i & 3];
        const [x, y] = [pixel % width, Math.floor(pixel / width)];
        const kind = ((x * 7 + (x >> 2) * 3 + y * 5 + (y >> 3) * 11) >> 2) % 5;
        if (kind === 4) return 0;
        return channel === 3 ? 255 : (colours[kind]! >> (16 - 8 * channel)) & 255;
      });
      await sharp(pixels, { raw: { width, height, channels: 4 } })
        .png()
        .toFile(at('sprite.png'));
      const written = await pixelsOf(
        await exported(
          api,
          at('sprite.png'),
          at('export'),
          'two-branch-4x',
          { pixel: 1, semantic: 1 },
          'adain',
          { scale },
        ),
      );
      for (const pixelArt of ['auto', 'on'] as const) {
        const { layers, alpha, result } = await runPreview(
          api,
          at('sprite.png'),
          at(`sprite-${scale}-${pixelArt}`),
          { scale, pixelArt },
        );
        assert.deepEqual([result.way, result.branches], ['squares', []]);
        assert.equal(result.notes.length, pixelArt === 'auto' ? 1 : 0);
        let largest = 0;
        for (let i = 0; i < alpha!.length; i++) {
          const a = written.data[4 * i + 3]!;
          largest = Math.max(largest, Math.abs(alpha![i]! - a));
          for (let channel = 0; channel < 3; channel++)
            largest = Math.max(
              largest,
              (Math.abs(layers[1]![3 * i + channel]! - written.data[4 * i + channel]!) * a) / 255,
            );
        }
        assert.ok(largest <= (Number.isInteger(scale) ? 0 : 3), `${largest}`);
      }
      const off = await runPreview(api, at('sprite.png'), at(`sprite-off-${scale}`), {
        scale,
        pixelArt: 'off',
      });
      assert.equal(off.result.way, 'model');
    });

  it('computes only the tiles of the wanted part, and none that are there already', async () => {
    const input = await photo('region.png', 300, 225);
    const whole = await runPreview(api, input, at('region-whole'), { scale: 2 });
    const region = { x: 325, y: 260, width: 100, height: 65 };
    const touching = whole.rects.filter((rect) => overlaps(rect, region));
    assert.ok(touching.length > 0 && touching.length < whole.rects.length);
    const part = await previewTiles(input, at('region'), { scale: 2, region });
    assert.deepEqual(part.map(keyOf).sort(), touching.map(keyOf).sort());
    const rest = await previewTiles(input, at('region'), {
      scale: 2,
      region,
      have: touching.slice(1),
    });
    assert.deepEqual(rest.map(keyOf), [keyOf(touching[0]!)]);
  });

  it('keeps what the network made: moving back and another scale cost no inference', async () => {
    const input = await photo('kept.png', 150, 120);
    const first = await runPreview(api, input, at('kept'), { scale: 2 });
    assert.ok(first.result.seconds.inference > 0);
    for (const scale of [2, 3.5, 4]) {
      const again = await runPreview(api, input, at('kept'), { scale });
      assert.equal(again.result.seconds.inference, 0, `×${scale}`);
      const fresh = await runPreview(api, input, at(`kept-${scale}`), { scale });
      assert.deepEqual(again.layers, fresh.layers);
    }
    // Another version of the file is another picture.
    await photo('kept.png', 120, 150);
    const changed = await runPreview(api, input, at('kept'), { scale: 2 });
    assert.ok(changed.result.seconds.inference > 0);
    assert.deepEqual(changed.result.sourceSize, { width: 120, height: 150 });
  });

  it('tells that the frame of a nine-patch is saved otherwise than shown', async () => {
    const [w, h] = [14, 10];
    const data = Buffer.alloc(w * h * 4);
    for (let y = 1; y < h - 1; y++)
      for (let x = 1; x < w - 1; x++) data.set([x * 15, y * 20, 120, 255], (y * w + x) * 4);
    data.set([0, 0, 0, 255], 4 * 5);
    data.set([0, 0, 0, 255], 4 * w * 4);
    const write = async (name: string): Promise<string> => {
      await sharp(data, { raw: { width: w, height: h, channels: 4 } })
        .png()
        .toFile(at(name));
      return at(name);
    };
    const told = async (name: string): Promise<string> =>
      (await runPreview(api, await write(name), at(`told-${name}`))).result.notes.join(' ');
    assert.match(await told('button.9.png'), /nine-patch/);
    assert.doesNotMatch(await told('button.png'), /nine-patch/);
  });

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
    [300, 230],
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
      if (width === 300) assert.ok(rects.length >= 4, `${rects.length} tiles`);
    });
  }

  it('tells the phases, the device and the picture, and what the time will be', async () => {
    const { progress, result } = await runPreview(
      api,
      await writePng(at('tell.png'), 350, 200),
      at('tell'),
    );
    assert.deepEqual([...new Set(progress.map(({ phase }) => phase))], ['prepare', 'infer']);
    const infer = progress.filter(({ phase }) => phase === 'infer');
    for (const step of infer) {
      assert.deepEqual(step.picture, {
        size: result.size,
        sourceSize: { width: 350, height: 200 },
        scale: 4,
        branches: ['pixel', 'semantic'],
        hasAlpha: false,
        way: 'model',
        exact: true,
      });
      assert.equal(step.device, 'cpu');
    }
    assert.equal(infer.at(-1)?.secondsLeft, 0);
    assert.ok((infer.at(-2)?.secondsLeft ?? 0) > 0);
    assert.ok(result.seconds.inference > 0 && result.seconds.total >= result.seconds.inference);
  });

  it('begins with the tiles that the first part touches, then goes outward', async () => {
    const input = await writePng(at('first.png'), 320, 250);
    const plain = await runPreview(api, input, at('plain'));
    assert.deepEqual(plain.rects[0], { ...plain.rects[0], x: 0, y: 0 });
    const first = { x: 1030, y: 820, width: 210, height: 140 };
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

  it('leaves nothing but the files it names, and what later previews use', async () => {
    const { scratch, progress } = await runPreview(
      api,
      await writePng(at('tidy.png'), 300, 300),
      at('tidy'),
    );
    assert.deepEqual(
      readdirSync(scratch)
        .filter((name) => !name.startsWith('kept-'))
        .sort(),
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
    for (const scale of [4, 2, 2.5, 8]) {
      const { result, layers, alpha } = await runPreview(api, at('icon.png'), at(`icon-${scale}`), {
        scale,
      });
      const { data, channels } = await pixelsOf(
        await exported(
          api,
          at('icon.png'),
          at('export'),
          'two-branch-4x',
          { pixel: 1, semantic: 1 },
          'adain',
          { scale },
        ),
      );
      assert.equal(channels, 4);
      assert.equal(result.hasAlpha, true);
      assert.ok(alpha);
      const wanted = Uint8Array.from({ length: data.length / 4 }, (_, i) => data[4 * i + 3]!);
      assert.ok(largestDifference(alpha, wanted) <= (scale === 4 ? 0 : 2), `×${scale}: alpha`);
      let largest = 0;
      for (let i = 0; i < alpha.length; i++)
        for (let channel = 0; channel < 3; channel++)
          largest = Math.max(
            largest,
            // As they are seen: a division by little alpha makes much of a rounding.
            (Math.abs(data[4 * i + channel]! - layers[2]![3 * i + channel]!) * wanted[i]!) / 255,
          );
      assert.ok(largest <= (scale === 4 ? 0 : 3), `×${scale}: colours differ by ${largest}`);
    }
  });

  it('an opaque picture has no alpha', async () => {
    const { result } = await runPreview(
      api,
      await writePng(at('opaque.png'), 10, 10),
      at('opaque'),
    );
    assert.equal(result.hasAlpha, false);
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
    const [width, height] = [150, 131];
    const input = await photo('figures.png', width, height);
    const run = await runPreview(api, input, at('figures'));
    assert.ok(run.rects.length > 1, 'tiles meet');
    const expected = directFigures(run, (await pixelsOf(input)).data);
    const { consistency, inventedLuma } = run.result.figures;
    assert.equal(consistency.count, 3 * width * height);
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

const keyOf = ({ x, y, width, height }: Rect): string => [x, y, width, height].join(' ');

/** The tiles of a preview that need not cover all of the picture. */
async function previewTiles(
  input: string,
  scratch: string,
  part: Partial<PreviewRequest>,
): Promise<Rect[]> {
  mkdirSync(scratch, { recursive: true });
  const rects: Rect[] = [];
  await api.preview(previewRequest(input, scratch, part), {
    ...quiet,
    progress: (step) => {
      const { tile } = step as PreviewProgress;
      if (tile) rects.push(tile.rect);
    },
  });
  return rects;
}

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
