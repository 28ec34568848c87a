import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { coreTiles, withReach } from '../../../src/engine/pisa/coreTiles';
import {
  collage,
  cut,
  gaussian,
  latentTiles,
  mapTiles,
  sampleWindows,
  type Latents,
} from '../../../src/engine/pisa/latentTiles';
import { latentSize, workSize } from '../../../src/engine/pisa/workSize';

const latents = (width: number, height: number, channels = 2): Latents => ({
  width,
  height,
  channels,
  data: Float32Array.from({ length: width * height * channels }, (_, i) => (i * 37) % 101),
});

describe('tiles of latents', () => {
  it('are none while 96² latents suffice, whatever the shape', () => {
    assert.deepEqual(latentTiles({ width: 96, height: 96 }), [
      { x: 0, y: 0, width: 96, height: 96 },
    ]);
    assert.equal(latentTiles({ width: 192, height: 48 }).length, 1);
  });

  it('are those of the reference: 96 with 32 overlap, the last flush with the edge', () => {
    const tiles = latentTiles({ width: 200, height: 128 });
    assert.deepEqual([...new Set(tiles.map(({ x }) => x))], [0, 64, 104]);
    assert.deepEqual([...new Set(tiles.map(({ y }) => y))], [0, 32]);
  });

  it('work on pictures thinner than a tile, on which the reference fails', () => {
    for (const [width, height] of [
      [2000, 10],
      [10, 2000],
      [1000, 95],
      [9217, 1],
    ] as const) {
      const tiles = latentTiles({ width, height });
      assert.ok(tiles.length > 1);
      for (const tile of tiles)
        assert.ok(
          tile.x >= 0 &&
            tile.y >= 0 &&
            tile.x + tile.width <= width &&
            tile.y + tile.height <= height,
        );
      const covered = new Uint8Array(width * height);
      for (const tile of tiles)
        for (let y = tile.y; y < tile.y + tile.height; y++)
          covered.fill(1, y * width + tile.x, y * width + tile.x + tile.width);
      assert.ok(covered.every((value) => value === 1));
    }
  });

  it('have symmetric weights that peak in the middle', () => {
    const weights = gaussian(96);
    assert.ok(Math.abs(weights[0]! - weights[95]!) < 1e-12);
    assert.ok(weights[48]! > weights[40]! && weights[40]! > weights[0]!);
    // σ = 0.1 tile: at the tile's edge e^(−12.24) of the middle.
    assert.ok(Math.abs(Math.log(weights[0]! / weights[47]!) + 12.24) < 0.05);
  });

  it('join to what they were cut from', async () => {
    const picture = latents(40, 33);
    const tiles = latentTiles(picture, { side: 16, overlap: 6 });
    assert.ok(tiles.length >= 9);
    const joined = await mapTiles(picture, tiles, 2, async (tile) => tile.data);
    joined.data.forEach((value, i) => assert.ok(Math.abs(value - picture.data[i]!) < 1e-3));
  });

  it('are added in a fixed order', async () => {
    const picture = latents(50, 50);
    const tiles = latentTiles(picture, { side: 20, overlap: 8 });
    const run = async (): Promise<Float32Array> =>
      (
        await mapTiles(picture, tiles, 2, async (tile, rect) =>
          tile.data.map((value) => value * (1 + rect.x)),
        )
      ).data;
    assert.deepEqual(await run(), await run());
  });
});

describe('windows that statistics are estimated from', () => {
  it('are spread over the picture and joined without overlap', () => {
    const picture = latents(100, 90);
    const { windows, columns } = sampleWindows(picture, { side: 32, perAxis: 2 });
    assert.deepEqual(
      windows.map(({ x, y }) => [x, y]),
      [
        [0, 0],
        [68, 0],
        [0, 58],
        [68, 58],
      ],
    );
    const joined = collage(
      windows.map((window) => cut(picture, window)),
      columns,
    );
    assert.deepEqual([joined.width, joined.height], [64, 64]);
    assert.equal(joined.data[33], picture.data[69]);
  });

  it('are as wide as the picture where it is thin', () => {
    const { windows, columns } = sampleWindows({ width: 500, height: 5 }, { side: 32, perAxis: 2 });
    assert.deepEqual([columns, windows.length, windows[0]!.height], [2, 2, 5]);
  });
});

describe('cores of VAE tiles', () => {
  it('cover an area exactly once within the budget', () => {
    for (const [width, height] of [
      [1, 1],
      [7, 300],
      [128, 96],
      [65, 64],
      [1000, 3],
    ] as const) {
      const tiles = coreTiles(
        { x: 3, y: 5, width, height },
        { budget: 300 * 300, around: 16, pixels: 8 },
      );
      assert.equal(
        tiles.reduce((sum, tile) => sum + tile.width * tile.height, 0),
        width * height,
      );
      for (const tile of tiles) {
        assert.ok(
          tile.width > 0 &&
            tile.height > 0 &&
            (tile.width * 8 + 16) * (tile.height * 8 + 16) <= 300 * 300,
        );
        assert.ok(
          tile.x >= 3 &&
            tile.y >= 5 &&
            tile.x + tile.width <= 3 + width &&
            tile.y + tile.height <= 5 + height,
        );
      }
    }
  });

  it('see around them as far as the picture goes', () => {
    assert.deepEqual(
      withReach({ x: 2, y: 50, width: 10, height: 10 }, 13, { width: 100, height: 65 }),
      { x: 0, y: 37, width: 25, height: 28 },
    );
  });
});

describe('the size that PiSA-SR works at', () => {
  it('is the target for pictures that are large enough', () => {
    assert.deepEqual(workSize({ width: 200, height: 128 }, 4, 512), {
      target: { width: 800, height: 512 },
      source: { width: 200, height: 128 },
      work: { width: 800, height: 512 },
    });
  });

  it('is 512 on the shorter side for small ones, by way of the reference’s first step', () => {
    const { target, source, work } = workSize({ width: 40, height: 30 }, 4, 512);
    assert.deepEqual(
      [target, source, work],
      [
        { width: 160, height: 120 },
        { width: 170, height: 128 },
        { width: 680, height: 512 },
      ],
    );
  });

  it('stays below a megapixel for strips, however long', () => {
    for (const size of [
      { width: 3, height: 5000 },
      { width: 1, height: 100_000 },
      { width: 900, height: 2 },
    ]) {
      const { target, work } = workSize(size, 4, 512);
      assert.ok(
        work.width * work.height <= Math.max(1.1 * 1024 * 1024, target.width * target.height),
        JSON.stringify(work),
      );
      assert.ok(work.width >= target.width && work.height >= target.height);
    }
  });

  it('covers a picture with latents', () => {
    assert.deepEqual(latentSize({ width: 801, height: 512 }), { width: 101, height: 64 });
    assert.deepEqual(latentSize({ width: 3, height: 17 }), { width: 2, height: 3 });
  });
});
