import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import { EngineClient } from '../../src/client/engineClient';
import { callFor, ENGINE, temporaryFolder, TEST_MODELS, testPixels, NO_STORE } from './support';

/** `npm test -- thorough` takes 6000. */
const WIDTH = Number(process.env.MEMORY_WIDTH ?? 1400);
const HEIGHT = Math.round((WIDTH * 2) / 3);
const MORE_RUNS = 2;

/** Upscales a WIDTH×height picture ×4 in a fresh engine; returns the engine's peak memory in MB. */
async function peakFor(folder: string, height: number): Promise<number> {
  const input = path.join(folder, `tall-${height}.png`);
  const seed = sharp(testPixels(300, 200), { raw: { width: 300, height: 200, channels: 3 } });
  await seed.resize(WIDTH, height, { fit: 'fill' }).png({ compressionLevel: 1 }).toFile(input);
  const client = new EngineClient({
    entry: ENGINE,
    modelFolders: [TEST_MODELS],
    store: NO_STORE,
    idleSeconds: 60,
    log: () => undefined,
  });
  try {
    const result = await client.upscale(callFor(input));
    assert.deepEqual([result.width, result.height], [4 * WIDTH, 4 * height]);
    const metadata = await sharp(result.output, { limitInputPixels: false }).metadata();
    assert.deepEqual([metadata.width, metadata.height], [4 * WIDTH, 4 * height]);
    console.log(
      `${WIDTH}×${height} → ${result.width}×${result.height}: peak ${result.peakRssMB} MB, ` +
        `${result.seconds.total.toFixed(0)} s`,
    );
    return result.peakRssMB;
  } finally {
    await client.dispose();
  }
}

test(`a ${WIDTH}×${HEIGHT} picture stays below 1 GB, and twice the height adds less than 10 %`, async () => {
  const folder = temporaryFolder();
  let once = await peakFor(folder, HEIGHT);
  let twice = await peakFor(folder, 2 * HEIGHT);
  // A run's peak depends on when its garbage is collected, by some tens of megabytes.
  for (let more = 0; more < MORE_RUNS && twice >= once * 1.1; more++) {
    once = Math.max(once, await peakFor(folder, HEIGHT));
    twice = Math.min(twice, await peakFor(folder, 2 * HEIGHT));
  }
  assert.ok(once < 1000, `${once} MB`);
  assert.ok(twice < once * 1.1, `${once} MB, then ${twice} MB`);
});
