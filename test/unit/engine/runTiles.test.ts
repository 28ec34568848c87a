import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { PixelFile } from '../../../src/engine/image/pixelFile';
import type { TiledManifest } from '../../../src/engine/models/manifest';
import { planWithCore } from '../../../src/engine/tiling/plan';
import { runTiles } from '../../../src/engine/upscale/runTiles';

const folder = mkdtempSync(path.join(os.tmpdir(), 'pu-test-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const SIDE = 64;
const SCALE = 2;
const manifest = {
  scale: SCALE,
  margin: 0,
  halo: 4,
  sizeRule: { multipleOf: 1 },
  branches: ['pixel'],
} as unknown as TiledManifest;

async function plane(
  name: string,
  bands: number,
  value: (x: number, y: number) => number,
): Promise<PixelFile> {
  const file = await PixelFile.create(path.join(folder, name), {
    width: SIDE,
    height: SIDE,
    bands,
  });
  await file.writeRows(
    0,
    Uint8Array.from({ length: SIDE * SIDE * bands }, (_, i) =>
      value(Math.floor(i / bands) % SIDE, Math.floor(i / bands / SIDE)),
    ),
  );
  return file;
}

/**
 * Enlarges by squares and counts; with `byRun` each run adds so much more, as networks do whose
 * tiles differ.
 */
async function runsFor(
  alphaAt: (x: number, y: number) => number,
  { feather = 0, byRun = 0 } = {},
): Promise<{ runs: number; alpha: Uint8Array; red: Uint8Array }> {
  let runs = 0;
  const rgb = await plane('rgb.tif', 3, () => 100);
  const alpha = await plane('alpha.tif', 1, alphaAt);
  const output = await PixelFile.create(path.join(folder, 'out.tif'), {
    width: SIDE * SCALE,
    height: SIDE * SCALE,
    bands: 4,
  });
  await runTiles({
    manifest: { ...manifest, feather },
    plan: planWithCore({ width: SIDE, height: SIDE }, 16, { halo: 4, multipleOf: 1 }),
    session: {
      device: 'cpu',
      secondsPerPixel: undefined,
      run: async (image, width, height) => {
        runs++;
        const base = Float32Array.from({ length: 3 * width * height * SCALE ** 2 }, (_, i) => {
          const [channel, at] = [
            Math.floor(i / (width * height * SCALE ** 2)),
            i % (width * height * SCALE ** 2),
          ];
          const [x, y] = [
            Math.floor((at % (width * SCALE)) / SCALE),
            Math.floor(at / (width * SCALE) / SCALE),
          ];
          return image[channel * width * height + y * width + x]! + byRun * runs;
        });
        return { base, pixel: new Float32Array(base.length) };
      },
      release: async () => undefined,
    },
    guidance: { pixel: 0, semantic: 0 },
    rgb,
    alpha,
    output,
    signal: new AbortController().signal,
    onTile: () => undefined,
  });
  const rows = await output.rows(0, SIDE * SCALE);
  await Promise.all([rgb, alpha, output].map((file) => file.close()));
  return {
    runs,
    alpha: rows.filter((_, i) => i % 4 === 3),
    red: rows.filter((_, i) => i % 4 === 0),
  };
}

const TILES = 16;

test('alpha of one value costs no inference, and what is transparent none at all', async () => {
  assert.equal((await runsFor(() => 255)).runs, TILES);
  assert.equal((await runsFor(() => 120)).runs, TILES);
  assert.equal((await runsFor(() => 0)).runs, 0);
});

test('only the tiles that an edge touches are run twice', async () => {
  // The edge lies 12 pixels from the nearest border between tiles, which is beyond the halo.
  const { runs, alpha } = await runsFor((x) => (x < 8 ? 255 : 0));
  assert.equal(runs, 2 * 4, 'one column of tiles for colour and alpha; the others show nothing');
  assert.ok(alpha.every((value, i) => value === (i % (SIDE * SCALE) < 16 ? 255 : 0)));
});

test('where tiles differ they pass into each other, in colour and in alpha', async () => {
  // No pixel is flat, so none is kept as it was.
  const uneven = (x: number, y: number): number => 100 + ((x + y) % 2);
  const steps = async (feather: number): Promise<readonly number[]> => {
    const { alpha, red } = await runsFor(uneven, { feather, byRun: 4 / 255 });
    return [alpha, red].map((plane) => {
      let largest = 0;
      for (let i = 0; i < plane.length; i++) {
        const [x, y] = [i % (SIDE * SCALE), Math.floor(i / (SIDE * SCALE))];
        for (const before of [x > 0 ? i - 1 : i, y > 0 ? i - SIDE * SCALE : i])
          largest = Math.max(largest, Math.abs(plane[i]! - plane[before]!));
      }
      return largest;
    });
  };
  // Colour and alpha are two runs: two neighbours differ by 8, the rows of four tiles by 32.
  assert.ok(Math.min(...(await steps(0))) >= 32);
  assert.ok(Math.max(...(await steps(4))) <= 6);
});
