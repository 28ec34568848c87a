import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it, mock } from 'node:test';
import sharp from 'sharp';
import { isOneOf } from '../../src/shared/oneOf';
import { COLOUR_FIXES } from '../../src/shared/settings';
import { LATENT_TILE, latentTiles } from '../../src/engine/pisa/latentTiles';
import type { PisaNetworks } from '../../src/engine/pisa/pisaNetworks';
import type { PisaPicture } from '../../src/engine/pisa/pisaPicture';
import type { PisaParams } from '../../src/engine/pisa/upscalePisa';
import { EnlargedSource } from '../../src/engine/pisa/workPicture';
import { decoderReach } from '../../src/engine/graph/sd21/vae';
import { decodeTiles } from '../../src/engine/pisa/levelCrops';
import { GOLDEN_PISA, runPisa, tinyNetworks, type PisaRun } from './pisaSupport';
import { largestDifference, pixelsOf, ROOT, temporaryFolder, writePng } from './support';

/** Small enough that pictures of some hundred pixels are cut into many tiles. */
const MANY_TILES = {
  encoderPixels: 176 * 176,
  decoderPixels: 112 * 112,
  middleLatents: 1 << 20,
  unetTile: LATENT_TILE,
};

describe('PiSA-SR’s pipeline', () => {
  let networks: PisaNetworks;
  before(async () => {
    networks = await tinyNetworks();
  });
  after(() => networks.releaseAll());

  describe('against the reference pipeline in PyTorch', () => {
    for (const file of readdirSync(GOLDEN_PISA).filter((name) => /-.*\.png$/.test(name))) {
      const [name = '', pixel, semantic, fix] = file.replace('.png', '').split('-');
      it(file.replace('.png', ''), async () => {
        assert.ok(isOneOf(COLOUR_FIXES, fix));
        const result = await runPisa(path.join(GOLDEN_PISA, `${name}.png`), networks, {
          guidance: { pixel: Number(pixel), semantic: Number(semantic) },
          colourFix: fix,
        });
        const expected = await pixelsOf(path.join(GOLDEN_PISA, file));
        assert.deepEqual(
          [result.raw.info.width, result.raw.info.height],
          [expected.width, expected.height],
        );
        assert.ok(
          largestDifference(result.pixels, expected.data) <= 1,
          `differs by ${largestDifference(result.pixels, expected.data)}/255`,
        );
      });
    }
  });

  it(
    'needs one pass for (1,1), one for λ_sem = 0, none for (0,0), two otherwise; the ' +
      'dials change the picture',
    async () => {
      const file = path.join(GOLDEN_PISA, 'source.png');
      const count = async (
        pixel: number,
        semantic: number,
      ): Promise<{ steps: number; pixels: Uint8Array }> =>
        runPisa(file, networks, { guidance: { pixel, semantic } });
      const none = await count(0, 0);
      const full = await count(1, 1);
      const pixelOnly = await count(1, 0);
      const both = await count(1, 0.5);
      assert.deepEqual(
        [full.steps, pixelOnly.steps, both.steps].map((steps) => steps - none.steps),
        [1, 1, 2],
      );
      assert.ok(largestDifference(full.pixels, pixelOnly.pixels) > 3);
      assert.ok(largestDifference(full.pixels, none.pixels) > 3);
    },
  );

  it(
    'gives for (1,1) the same bytes in one pass as from both cached passes, and the same ' +
      'again',
    async () => {
      const file = path.join(GOLDEN_PISA, 'source.png');
      const once = await runPisa(file, networks);
      const other = await runPisa(file, networks, { guidance: { pixel: 0.4, semantic: 1.1 } });
      const cached = await runPisa(file, networks, { known: other.picture });
      assert.deepEqual(cached.pixels, once.pixels);
    },
  );

  it('decodes only, when λ changes', async () => {
    const file = path.join(GOLDEN_PISA, 'source.png');
    const first = await runPisa(file, networks, { guidance: { pixel: 1, semantic: 0.5 } });
    const second = await runPisa(file, networks, {
      guidance: { pixel: 0.8, semantic: 0.7 },
      known: first.picture,
    });
    assert.equal(second.steps, 2, 'the two graphs of the decoder');
    const fresh = await runPisa(file, networks, { guidance: { pixel: 0.8, semantic: 0.7 } });
    assert.deepEqual(second.pixels, fresh.pixels);
  });

  it('tiles the VAE without a trace when the statistics are those of the whole', async () => {
    const folder = temporaryFolder();
    const file = await writePng(path.join(folder, 'a.png'), 83, 61);
    const whole = await runPisa(file, networks, { processSize: 8 });
    const tiled = await runPisa(file, networks, {
      processSize: 8,
      known: whole.picture,
      budgets: MANY_TILES,
    });
    assert.ok(tiled.steps > 4, `${tiled.steps} steps`);
    assert.ok(largestDifference(tiled.pixels, whole.pixels) <= 1);
  });

  it('shows no step at the borders of tiles', async () => {
    const folder = temporaryFolder();
    const file = await writePng(path.join(folder, 'a.png'), 128, 96);
    const whole = await runPisa(file, networks, { processSize: 8 });
    const tiled = await runPisa(file, networks, { processSize: 8, budgets: MANY_TILES });
    const cores = decodeTiles(
      { x: 0, y: 0, width: 64, height: 48 },
      decoderReach(networks.checkpoint.vaeConfig),
      MANY_TILES.decoderPixels,
    );
    const borders = [...new Set(cores.map((core) => core.x * 8).filter((x) => x > 0))];
    assert.ok(borders.length >= 3, 'there are borders');
    assertNoStep(tiled, whole, borders);
  });

  it('decodes a region as the same part of the whole', async () => {
    const folder = temporaryFolder();
    const file = await writePng(path.join(folder, 'a.png'), 70, 50);
    const region = { x: 93, y: 41, width: 60, height: 77 };
    for (const colourFix of COLOUR_FIXES) {
      const whole = await runPisa(file, networks, { processSize: 8, colourFix });
      const part = await runPisa(file, networks, {
        processSize: 8,
        colourFix,
        region,
        known: whole.picture,
        budgets: MANY_TILES,
      });
      assert.deepEqual([part.raw.info.width, part.raw.info.height], [60, 77]);
      assert.ok(largestDifference(part.pixels, cropped(whole, region)) <= 1, colourFix);
    }
  });

  it('decodes a region at a λ that no whole decode was made for, close to the whole', async () => {
    const folder = temporaryFolder();
    const file = path.join(folder, 'a.png');
    await sharp(path.join(ROOT, 'media/samples/photo.jpg'))
      .extract({ left: 20, top: 20, width: 70, height: 50 })
      .png()
      .toFile(file);
    const region = { x: 16, y: 24, width: 64, height: 64 };
    const at = (
      pixel: number,
      semantic: number,
      known: PisaPicture | undefined,
      part: Partial<PisaParams> = {},
    ): Promise<PisaRun> =>
      runPisa(file, networks, { processSize: 8, guidance: { pixel, semantic }, known, ...part });
    const { picture } = await at(0, 0, undefined);
    await at(1, 0, picture);
    const full = await at(1, 1, picture);
    const part = await at(0.7, 0.4, picture, { region });
    const whole = await at(0.7, 0.4, picture);
    const difference = rootMeanSquare(part.pixels, cropped(whole, region));
    const effect = rootMeanSquare(cropped(full, region), cropped(whole, region));
    assert.ok(
      difference < effect / 4,
      `differs by ${difference.toFixed(2)} where the dials change ${effect.toFixed(2)}`,
    );
  });

  it('enlarges a picture that is known only where its pixels are needed', async () => {
    const file = await writePng(path.join(temporaryFolder(), 'a.png'), 40, 30);
    const { picture: known, pixels } = await runPisa(file, networks, { processSize: 8 });
    const enlarged = mock.method(EnlargedSource.prototype, 'pixels');
    try {
      const again = await runPisa(file, networks, { processSize: 8, known });
      assert.equal(enlarged.mock.callCount(), 0);
      assert.deepEqual(again.pixels, pixels);
      await runPisa(file, networks, { processSize: 8, known, colourFix: 'wavelet' });
      assert.equal(enlarged.mock.callCount(), 1, 'wavelets take low frequencies from it');
    } finally {
      enlarged.mock.restore();
    }
  });

  it('joins tiles of the attention without a step', async () => {
    const folder = temporaryFolder();
    const file = await writePng(path.join(folder, 'a.png'), 330, 120);
    const whole = await runPisa(file, networks, {
      processSize: 8,
      guidance: { pixel: 0, semantic: 0 },
    });
    const tiled = await runPisa(file, networks, {
      processSize: 8,
      guidance: { pixel: 0, semantic: 0 },
      budgets: { ...MANY_TILES, middleLatents: 1000 },
    });
    const tiles = latentTiles({ width: 165, height: 60 });
    assert.ok(tiles.length >= 2, 'the attention was tiled');
    // One tile's weight overtakes the other's in the middle of their overlap.
    const middles = tiles.slice(1).map((tile, i) => 4 * (tile.x + tiles[i]!.x + tiles[i]!.width));
    assertNoStep(
      tiled,
      whole,
      middles.flatMap((x) => [x - 8, x, x + 8]),
    );
  });

  it('joins tiles of the UNet without a step, on a picture thinner than a tile', async () => {
    const folder = temporaryFolder();
    const file = await writeTexture(path.join(folder, 'a.png'), 330, 120);
    const tiles = latentTiles({ width: 165, height: 60 });
    assert.ok(tiles.length >= 2);
    const tiled = await runPisa(file, networks, { processSize: 8, budgets: MANY_TILES });
    const whole = await runPisa(file, networks, {
      processSize: 8,
      budgets: { ...MANY_TILES, unetTile: { side: 165, overlap: 32 } },
    });
    assert.equal(tiled.steps - whole.steps, tiles.length - 1);
    const middles = tiles.slice(1).map((tile, i) => 4 * (tile.x + tiles[i]!.x + tiles[i]!.width));
    assertNoStep(
      tiled,
      whole,
      middles.flatMap((x) => Array.from({ length: 65 }, (_, i) => x - 32 + i)),
    );
  });

  for (const [width, height] of [
    [1, 1],
    [3, 5],
    [7, 61],
    [2, 300],
    [400, 9],
    [127, 31],
  ] as const) {
    it(`upscales ${width}×${height} to exactly four times the size`, async () => {
      const folder = temporaryFolder();
      const file = await writePng(path.join(folder, 'a.png'), width, height);
      const result = await runPisa(file, networks, { budgets: MANY_TILES });
      assert.deepEqual([result.raw.info.width, result.raw.info.height], [4 * width, 4 * height]);
    });
  }

  for (const [width, height] of [
    [60, 1],
    [1, 60],
  ] as const) {
    it(`works at ${width}×${height} as it is, thinner than a latent`, async () => {
      const folder = temporaryFolder();
      const file = await writePng(path.join(folder, 'a.png'), width, height);
      const whole = await runPisa(file, networks, { processSize: 4 });
      const tiled = await runPisa(file, networks, { processSize: 4, budgets: MANY_TILES });
      for (const { raw } of [whole, tiled])
        assert.deepEqual([raw.info.width, raw.info.height], [4 * width, 4 * height]);
    });
  }

  it('takes fractional scales to the exact size', async () => {
    const folder = temporaryFolder();
    const file = await writePng(path.join(folder, 'a.png'), 41, 33);
    const result = await runPisa(file, networks, { scale: 2.7 });
    assert.deepEqual(
      [result.raw.info.width, result.raw.info.height],
      [Math.round(41 * 2.7), Math.round(33 * 2.7)],
    );
  });

  it('stops between two steps when it is cancelled', async () => {
    const controller = new AbortController();
    const run = runPisa(path.join(GOLDEN_PISA, 'source.png'), networks, {
      signal: controller.signal,
      onProgress: ({ done }) => done === 1 && controller.abort(),
    });
    await assert.rejects(run, { code: 'cancelled' });
  });

  it('agrees in float16 with float32 as far as float16 can', async () => {
    const half = await tinyNetworks('float16');
    const file = path.join(GOLDEN_PISA, 'source.png');
    const [a, b] = [await runPisa(file, half), await runPisa(file, networks)];
    await half.releaseAll();
    const mean =
      a.pixels.reduce((sum, value, i) => sum + Math.abs(value - b.pixels[i]!), 0) / a.pixels.length;
    assert.ok(mean > 0 && mean < 1, `mean difference ${mean}`);
  });
});

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Energy of the step from column x − 1 to x. */
function columnEnergy({ pixels, raw }: PisaRun): (x: number) => number {
  const { width, height } = raw.info;
  return (x) => {
    let sum = 0;
    for (let y = 0; y < height; y++)
      for (let c = 0; c < 3; c++)
        sum += (pixels[3 * (y * width + x) + c]! - pixels[3 * (y * width + x - 1) + c]!) ** 2;
    return sum;
  };
}

/** At borders, steps have the energy they have in an untiled run, as nearly as elsewhere. */
function assertNoStep(tiled: PisaRun, whole: PisaRun, borders: readonly number[]): void {
  const [inTiled, inWhole] = [columnEnergy(tiled), columnEnergy(whole)];
  const ratio = (x: number): number => inTiled(x) / inWhole(x);
  const inside = Array.from({ length: tiled.raw.info.width - 1 }, (_, i) => i + 1).filter(
    (x) => !borders.includes(x),
  );
  const relative = mean(borders.map(ratio)) / mean(inside.map(ratio));
  assert.ok(
    relative > 0.95 && relative < 1.05,
    `border energy is ${relative.toFixed(3)} of the interior's`,
  );
}

/**
 * A texture that is the same everywhere, so that the picture itself makes no difference between
 * places.
 */
async function writeTexture(file: string, width: number, height: number): Promise<string> {
  let state = 1;
  const samples = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    return 60 + ((Math.floor(x / 13) + Math.floor(y / 11)) % 2) * 80 + (state >>> 26);
  });
  await sharp(samples, { raw: { width, height, channels: 3 } })
    .png()
    .toFile(file);
  return file;
}

const rootMeanSquare = (a: Uint8Array, b: Uint8Array): number =>
  Math.sqrt(mean([...a].map((value, i) => (value - b[i]!) ** 2)));

function cropped(
  { pixels, raw }: { pixels: Uint8Array; raw: { info: { width: number } } },
  { x, y, width, height }: { x: number; y: number; width: number; height: number },
): Uint8Array {
  const stride = raw.info.width;
  return Uint8Array.from({ length: 3 * width * height }, (_, i) => {
    const pixel = Math.floor(i / 3);
    return pixels[3 * ((y + Math.floor(pixel / width)) * stride + x + (pixel % width)) + (i % 3)]!;
  });
}
