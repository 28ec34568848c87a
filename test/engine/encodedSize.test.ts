import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import type { OutputFormat } from '../../src/shared/settings';
import { newEngine, quiet, runPreview } from './previewSupport';
import { requestFor, ROOT, temporaryFolder } from './support';

const folder = temporaryFolder();
const at = (name: string): string => path.join(folder, name);

/** The kingfisher, with a soft shadow as its alpha where that is wanted. */
async function picture(alpha: boolean): Promise<string> {
  const file = at(alpha ? 'alpha.png' : 'photo.png');
  const photo = sharp(path.join(ROOT, 'media/samples/kingfisher.webp')).resize(160, 160);
  const shade = Buffer.from(
    Array.from({ length: 160 * 160 }, (_, i) => Math.min(255, 4 * (i % 160))),
  );
  await (
    alpha
      ? photo.removeAlpha().joinChannel(shade, { raw: { width: 160, height: 160, channels: 1 } })
      : photo
  ).toFile(file);
  return file;
}

test('what is said of a file’s size before it is saved is near what is saved', async () => {
  const api = newEngine();
  for (const alpha of [false, true]) {
    const input = await picture(alpha);
    const scratch = at(`scratch-${String(alpha)}`);
    const { result, progress } = await runPreview(api, input, scratch, { scale: 3 });
    const tiles = progress.flatMap(({ tile }) => (tile ? [tile] : []));
    const { width, height } = result.size;
    const cases: readonly (readonly [OutputFormat, number, boolean])[] = alpha
      ? [['webp', 80, true]]
      : [
          ['png', 90, false],
          ['jpeg', 30, false],
          ['avif', 50, false],
        ];
    for (const [format, quality, lossless] of cases) {
      const guidance = { pixel: 1, semantic: 1.2 };
      const { branches } = result;
      const each = await api.encodedSize(
        { scratchDirectory: scratch, tiles, branches, guidance, format, quality, lossless },
        quiet,
      );
      const output = at(`saved.${format}`);
      await api.upscale(
        requestFor(input, scratch, {
          model: 'two-branch-4x',
          device: 'cpu',
          scale: 3,
          guidance,
          format,
          quality,
          output: { lossless, palette: false },
          overwrite: 'overwrite',
          target: { kind: 'file', path: output },
        }),
        quiet,
      );
      const ratio = ((each ?? 0) * width * height) / statSync(output).size;
      assert.ok(
        ratio > 0.6 && ratio < 1.6,
        `${format} ${quality}, alpha ${String(alpha)}: ${ratio}`,
      );
    }
  }
});

test('tiles that are gone, and none at all, tell nothing', async () => {
  const request = {
    scratchDirectory: folder,
    branches: ['pixel'],
    guidance: { pixel: 1, semantic: 0 },
    format: 'png',
    quality: 90,
    lossless: false,
  } as const;
  const rect = { x: 0, y: 0, width: 8, height: 8 };
  const api = newEngine();
  assert.equal(await api.encodedSize({ ...request, tiles: [] }, quiet), undefined);
  const tiles = [{ file: 'gone.bin', rect }];
  assert.equal(await api.encodedSize({ ...request, tiles }, quiet), undefined);
});
