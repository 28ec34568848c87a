import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import type { Guidance } from '../../src/shared/guidance';
import {
  blendOf,
  exported,
  newEngine,
  runPreview,
  unclippedDifference,
  type PreviewRun,
} from '../engine/previewSupport';
import { pixelsOf, temporaryFolder } from '../engine/support';
import { call, decoded, launchRenderPage } from './renderHarness';

/**
 * What the panel shows against the file that saving writes: a photograph through the embedded
 * model, pixel by pixel.
 */

const MODEL = 'pisa-compact-4x';
/** Both are rounded once: the layers and the file. */
const LARGEST = 2;
/**
 * At other scales than the model's the layers are rounded before they are resampled, by a filter
 * whose weights' sizes add up to 2.2, and once more after it.
 */
const LARGEST_RESAMPLED = 3;
/** Share of the samples that may differ by more than `LARGEST` then. */
const RARE = 1e-3;
const GUIDANCES: readonly Guidance[] = [0, 0.25, 0.5, 0.85, 1].flatMap((pixel) =>
  [0, 0.4, 0.75, 1].map((semantic) => ({ pixel, semantic })),
);
/** At other scales than the model's the same blends are resampled: the corners, and some between. */
const RESAMPLED = GUIDANCES.filter(
  ({ pixel, semantic }, i) => i % 7 === 2 || [pixel, semantic].every((share) => share % 1 === 0),
);

let close: () => Promise<void>;
let page: Page;
let problems: string[];
let source: string;
let soft: string;
const folder = temporaryFolder();
const engine = newEngine();

before(async () => {
  ({ page, close, problems } = await launchRenderPage());
  source = path.join(folder, 'kingfisher.png');
  await sharp(path.join(__dirname, '../../media/samples/kingfisher.webp'))
    .extract({ left: 150, top: 0, width: 67, height: 59 })
    .png()
    .toFile(source);
  // A blend that is clipped before it is resampled differs from resampled layers as far around as
  // the filter reaches: of this picture nothing clips. A part is enough for scales up to 8.
  soft = path.join(folder, 'soft.png');
  await sharp(source)
    .extract({ left: 20, top: 10, width: 41, height: 37 })
    .linear(0.4, 76)
    .png()
    .toFile(soft);
});
after(async () => {
  await close();
  assert.deepEqual(problems, []);
});

type Saved = Awaited<ReturnType<typeof pixelsOf>>;
const saved = new Map<string, Saved>();

const previews = new Map<number, PreviewRun>();

/** The layers of a scale; both backends show the same. */
async function preview(input: string, scale: number): Promise<PreviewRun> {
  const scratch = path.join(folder, 'preview');
  const run =
    previews.get(scale) ?? (await runPreview(engine, input, scratch, { model: MODEL, scale }));
  previews.set(scale, run);
  return run;
}

/** The pixels of the exported file; both backends are compared with the same. */
async function savedFile(input: string, scale: number, guidance: Guidance): Promise<Saved> {
  const key = JSON.stringify([input, scale, guidance]);
  const scratch = path.join(folder, 'export');
  const file =
    saved.get(key) ??
    (await pixelsOf(await exported(engine, input, scratch, MODEL, guidance, 'adain', { scale })));
  saved.set(key, file);
  return file;
}

for (const [backend, scale] of (['webgl2', 'canvas'] as const).flatMap((kind) =>
  ([4, 2, 2.5, 8] as const).map((factor) => [kind, factor] as const),
)) {
  const limit = scale === 4 ? LARGEST : LARGEST_RESAMPLED;
  test(
    `${backend}, ×${scale}: the picture on screen is the exported file within ${limit}/255 ` +
      'wherever nothing clips',
    async () => {
      const input = scale === 4 ? source : soft;
      const run = await preview(input, scale);
      const { size, sourceSize } = run.result;
      const id = await call(
        page,
        'openLayers',
        size,
        sourceSize,
        Buffer.concat(run.layers).toString('base64'),
        { force: backend },
      );
      assert.equal(await call(page, 'kind', id), backend);
      let farthest = 0;
      for (const guidance of scale === 4 ? GUIDANCES : RESAMPLED) {
        const file = await savedFile(input, scale, guidance);
        assert.deepEqual([file.width, file.height, file.channels], [size.width, size.height, 3]);
        const onScreen = withoutAlpha(
          decoded(
            await call(page, 'draw', id, {
              guidance,
              stage: size,
              view: { zoom: 1, x: 0.5, y: 0.5 },
            }),
          ).data,
        );
        const read = withoutAlpha(
          decoded(await call(page, 'readPixels', id, guidance, { x: 0, y: 0, ...size })).data,
        );
        for (const shown of [onScreen, read]) {
          const { largest, share } = unclippedDifference(run.layers, shown, file.data);
          assert.ok(share > 0.8, `only ${share} of the samples do not clip`);
          assert.ok(largest <= limit, `${JSON.stringify(guidance)}: ${largest}/255`);
          if (scale !== 4)
            assert.ok(shareBeyond(shown, file.data, LARGEST) < RARE, JSON.stringify(guidance));
          farthest = Math.max(farthest, largest);
        }
      }
      await call(page, 'close', id);
      // Other guidances do differ: the comparison could fail.
      assert.ok(
        unclippedDifference(
          run.layers,
          blendOf(run.layers, { pixel: 1, semantic: 1 }),
          blendOf(run.layers, { pixel: 1, semantic: 0 }),
        ).largest >
          5 * limit,
      );
      assert.ok(farthest > 0, 'rounding twice shows somewhere');
    },
  );
}

function shareBeyond(a: Uint8Array, b: Uint8Array, limit: number): number {
  let count = 0;
  for (let i = 0; i < a.length; i++) if (Math.abs(a[i]! - b[i]!) > limit) count++;
  return count / a.length;
}

function withoutAlpha(rgba: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
    rgb[to] = rgba[from]!;
    rgb[to + 1] = rgba[from + 1]!;
    rgb[to + 2] = rgba[from + 2]!;
  }
  return rgb;
}
