import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import { EngineClient } from '../../src/client/engineClient';
import type { PreviewProgress } from '../../src/shared/previewProtocol';
import { DEFAULT_SETTINGS } from '../../src/shared/settings';
import { ENGINE, NO_STORE, temporaryFolder, TEST_MODELS, testPixels } from './support';

const [WIDTH, HEIGHT] = [6000, 4000];
/** What is seen of it at once. */
const PART = { width: 640, height: 400 };

/** Kilobytes a process needed at most so far; Linux tells. */
const peakOf = (pid: number): number =>
  Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);

test(
  'parts of a 24 megapixel picture at ×2 and ×8: few tiles each, below 700 MB, and the disk is bounded',
  { skip: process.platform !== 'linux' },
  async () => {
    const folder = temporaryFolder();
    const input = path.join(folder, 'large.jpg');
    await sharp(testPixels(300, 200), { raw: { width: 300, height: 200, channels: 3 } })
      .resize(WIDTH, HEIGHT, { fit: 'fill' })
      .jpeg()
      .toFile(input);
    const client = new EngineClient({
      entry: ENGINE,
      modelFolders: [TEST_MODELS],
      store: NO_STORE,
      idleSeconds: 60,
      log: () => undefined,
    });
    const preview = await client.createPreviewFolder();
    const { directory } = preview;
    const { colourFix, maxInputMegapixels } = DEFAULT_SETTINGS;
    try {
      for (const scale of [2, 8])
        for (const [x, y] of [
          [0.5, 0.5],
          [0.52, 0.5],
          [0, 1],
        ] as const) {
          const region = {
            x: Math.floor(x * (WIDTH * scale - PART.width)),
            y: Math.floor(y * (HEIGHT * scale - PART.height)),
            ...PART,
          };
          let pixels = 0;
          const result = await client.preview(
            {
              input,
              scratchDirectory: directory,
              model: 'two-branch-4x',
              device: 'cpu',
              colourFix,
              maxInputMegapixels,
              scale,
              pixelArt: 'auto',
              region,
            },
            {
              onProgress: ({ tile }: PreviewProgress) => {
                pixels += tile ? tile.rect.width * tile.rect.height : 0;
              },
            },
          );
          assert.deepEqual(result.size, { width: WIDTH * scale, height: HEIGHT * scale });
          assert.ok(pixels >= region.width * region.height);
          assert.ok(pixels < 0.25 * WIDTH * HEIGHT * scale ** 2, `${pixels} pixels at ×${scale}`);
        }
      const peak = peakOf(client.processId!) / 1024;
      console.log(`24 MP by parts: peak ${peak.toFixed(0)} MB`);
      assert.ok(peak < 700, `${peak} MB`);
      const kept = readdirSync(directory).filter((name) => name.startsWith('kept-'));
      assert.equal(kept.length, 1);
      const bytes = readdirSync(path.join(directory, kept[0]!)).reduce(
        (sum, name) => sum + statSync(path.join(directory, kept[0]!, name)).size,
        0,
      );
      assert.ok(bytes < 3 * WIDTH * HEIGHT + 384 * 2 ** 20 + 2 ** 20, `${bytes} bytes`);
    } finally {
      await client.dispose();
      await preview.remove();
    }
  },
);
