import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { before, describe, it, mock } from 'node:test';
import sharp from 'sharp';
import { Steps } from '../../src/engine/pisa/steps';
import type { Guidance } from '../../src/shared/guidance';
import type { PreviewProgress } from '../../src/shared/previewProtocol';
import { keepNetworksOpen } from './pisaSupport';
import {
  cropped,
  exported,
  newEngine,
  previewRequest,
  runExact,
  runPreview,
} from './previewSupport';
import { largestDifference, pixelsOf, ROOT, temporaryFolder } from './support';
import { importTiny, tinyWithDraft } from './tinyOnDevice';

const folder = temporaryFolder();
const at = (name: string): string => path.join(folder, name);
const store = at('store');
const model = 'pisa-sr';
const CORNERS: readonly Guidance[] = [
  { pixel: 0, semantic: 0 },
  { pixel: 1, semantic: 0 },
  { pixel: 1, semantic: 1 },
];

async function photo(name: string, width: number, height: number): Promise<string> {
  await sharp(path.join(ROOT, 'media/samples/kingfisher.webp'))
    .resize(width, height)
    .png()
    .toFile(at(name));
  return at(name);
}

/** Counts the UNet's runs that `work` needs: one a pass for pictures of one tile. */
async function passesOf(work: () => Promise<unknown>): Promise<number> {
  const run = mock.method(Steps.prototype, 'run');
  try {
    await work();
    return run.mock.calls.filter(({ arguments: [kind] }) => kind === 'unet').length;
  } finally {
    run.mock.restore();
  }
}

describe('a preview with PiSA-SR', () => {
  keepNetworksOpen();
  // Smaller pictures are computed as large as this model's process size, which is small.
  before(() => importTiny(store));

  for (const [width, height, colourFix] of [
    [40, 30, 'adain'],
    [132, 40, 'wavelet'],
  ] as const) {
    it(
      `${width}×${height}: its layers are the exports at the corners (${colourFix}), its ` +
        'figures theirs',
      async () => {
        const api = newEngine(store);
        const input = await photo(`${width}.png`, width, height);
        const { result, layers, progress } = await runPreview(api, input, at(`layers-${width}`), {
          model,
          colourFix,
        });
        assert.equal(result.exact, false);
        assert.deepEqual(result.branches, ['pixel', 'semantic']);
        assert.equal(layers.length, 3);
        // One that knows nothing of the preview.
        const other = newEngine(store);
        for (const [index, guidance] of CORNERS.entries()) {
          const { data } = await pixelsOf(
            await exported(other, input, at('export'), model, guidance, colourFix),
          );
          assert.deepEqual(Buffer.from(layers[index]!), data);
        }
        assert.equal(result.figures.consistency.count, 3 * width * height);
        assert.equal(
          result.figures.inventedLuma.reduce((a, b) => a + b),
          16 * width * height,
        );
        const totals = new Set(progress.filter(({ done }) => done > 0).map(({ total }) => total));
        assert.equal(totals.size, 1, 'the plan holds');
        assert.equal(progress.at(-1)?.done, [...totals][0]);
      },
    );
  }

  it('takes two passes for a look and two for the picture; a new dial of the same picture takes none', async () => {
    const api = newEngine(store);
    const input = await photo('passes.png', 75, 65);
    assert.equal(await passesOf(() => runPreview(api, input, at('passes'), { model })), 4);
    const rect = { x: 93, y: 41, width: 80, height: 77 };
    let part: Uint8Array = new Uint8Array();
    assert.equal(
      await passesOf(
        async () =>
          (part = await runExact(api, input, at('passes'), { model, rect, guidance: CORNERS[2]! })),
      ),
      0,
    );
    const { data, width } = await pixelsOf(
      await exported(api, input, at('export'), model, CORNERS[2]!),
    );
    assert.ok(largestDifference(part, cropped(data, width, rect)) <= 1);
    assert.equal(
      await passesOf(() =>
        runExact(api, input, at('passes'), {
          model,
          rect,
          guidance: { pixel: 0.6, semantic: 1.2 },
        }),
      ),
      0,
    );
  });

  it('the exact part at a dial between the corners is nearer to the export than the blend', async () => {
    const api = newEngine(store);
    const input = await photo('between.png', 75, 65);
    const { layers } = await runPreview(api, input, at('between'), { model });
    const guidance = { pixel: 0.6, semantic: 1.2 };
    const rect = { x: 32, y: 100, width: 100, height: 75 };
    const part = await runExact(api, input, at('between'), { model, rect, guidance });
    const { data, width } = await pixelsOf(
      await exported(api, input, at('export'), model, guidance),
    );
    const expected = cropped(data, width, rect);
    const [plain, faithful, full] = layers.map((layer) => cropped(layer, width, rect)) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    const blend = Float32Array.from(
      plain,
      (value, i) =>
        value +
        guidance.pixel * (faithful[i]! - value) +
        guidance.semantic * (full[i]! - faithful[i]!),
    );
    const [ofPart, ofBlend] = [rms(part, expected), rms(blend, expected)];
    console.log(
      `RMS from the export: exact part ${ofPart.toFixed(3)}, blend ${ofBlend.toFixed(3)}`,
    );
    assert.ok(ofPart < ofBlend);
  });

  it(
    'the exact part of a picture that no preview knows works too, also of one that is ' +
      'computed larger',
    async () => {
      const api = newEngine(store);
      const input = await photo('alone.png', 12, 14);
      const rect = { x: 3, y: 20, width: 40, height: 30 };
      const guidance = { pixel: 0.6, semantic: 0.2 };
      const part = await runExact(api, input, at('alone'), { model, rect, guidance });
      const { data, width } = await pixelsOf(
        await exported(newEngine(store), input, at('export'), model, guidance),
      );
      assert.deepEqual(Buffer.from(part), Buffer.from(cropped(data, width, rect)));
    },
  );

  it('keeps transparency as the export does, and puts the first part first', async () => {
    const api = newEngine(store);
    const [width, height] = [140, 132];
    await sharp(await photo('opaque.png', width, height))
      .joinChannel(
        Buffer.from(
          Uint8Array.from({ length: width * height }, (_, i) => (i % width > 50 ? 255 : i % 251)),
        ),
        { raw: { width, height, channels: 1 } },
      )
      .png()
      .toFile(at('alpha.png'));
    const { result, rects, alpha } = await runPreview(api, at('alpha.png'), at('alpha'), {
      model,
      first: { x: 520, y: 300, width: 30, height: 50 },
    });
    assert.equal(result.hasAlpha, true);
    assert.ok(alpha);
    assert.deepEqual(rects[0], { x: 512, y: 0, width: 48, height: 512 });
    assert.equal(rects.length, 4);
    const { data } = await pixelsOf(
      await exported(api, at('alpha.png'), at('export'), model, CORNERS[0]!),
    );
    assert.equal(alpha.length, 16 * width * height);
    assert.deepEqual(
      alpha,
      Uint8Array.from({ length: alpha.length }, (_, i) => data[4 * i + 3]!),
    );
  });

  it('stops between two steps when it is cancelled', async () => {
    const api = newEngine(store);
    const input = await photo('stop.png', 75, 65);
    const controller = new AbortController();
    mkdirSync(at('stop'));
    const progress = (value: unknown): void => {
      if ((value as PreviewProgress).done === 3) controller.abort();
    };
    await assert.rejects(
      api.preview(
        { ...previewRequest(input, at('stop')), model },
        { signal: controller.signal, progress },
      ),
      { code: 'cancelled' },
    );
  });
});

const rms = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.sqrt(Array.from(a, (value, i) => (value - b[i]!) ** 2).reduce((x, y) => x + y) / a.length);

describe('a preview with PiSA-SR’s tiny decoder', () => {
  const drafting = at('drafting-store');
  before(() => importTiny(drafting, tinyWithDraft(at('drafting-files')), model, { draft: true }));

  it('has drafts as layers, which it says, and no step of the VAE’s decoder', async () => {
    const api = newEngine(drafting);
    const input = await photo('draft.png', 75, 65);
    const run = mock.method(Steps.prototype, 'run');
    const { result, layers, progress } = await runPreview(api, input, at('draft'), { model });
    const kinds = run.mock.calls.map(({ arguments: [kind] }) => kind);
    run.mock.restore();
    // A look at the middle, for which the tiny encoder is good enough, then all of it.
    const drafts = ['draft', 'unet', 'draft', 'unet', 'draft'];
    assert.deepEqual(kinds, ['draftEncode', ...drafts, 'encode', 'middle', ...drafts]);
    assert.deepEqual([result.exact, result.draft], [false, true]);
    assert.ok(result.notes.some((note) => /measured on drafts/.test(note)));
    const totals = new Set(progress.filter(({ done }) => done > 0).map(({ total }) => total));
    assert.equal(totals.size, 1, 'the plan holds');
    for (const [index, guidance] of CORNERS.entries()) {
      const file = await exported(api, input, at('export'), model, guidance, 'adain', {
        draft: true,
      });
      assert.deepEqual(Buffer.from(layers[index]!), (await pixelsOf(file)).data);
    }
  });

  it('drafts a part at any dial in one step as the command line does; the exact part is the export', async () => {
    const api = newEngine(drafting);
    const input = await photo('part.png', 75, 65);
    await runPreview(api, input, at('part'), { model });
    const guidance = { pixel: 0.6, semantic: 1.2 };
    const rect = { x: 32, y: 100, width: 100, height: 75 };
    const part = (draft: boolean): Promise<Uint8Array> =>
      runExact(api, input, at('part'), { model, rect, guidance, draft });
    const run = mock.method(Steps.prototype, 'run');
    const rough = await part(true);
    assert.deepEqual(
      run.mock.calls.map(({ arguments: [kind] }) => kind),
      ['draft'],
    );
    run.mock.restore();
    const exact = await part(false);
    for (const [pixels, draft, most] of [
      [rough, true, 0.5],
      [exact, false, 0.5],
    ] as const) {
      const file = await exported(api, input, at('export'), model, guidance, 'adain', { draft });
      const { data, width } = await pixelsOf(file);
      const error = rms(pixels, cropped(data, width, rect));
      assert.ok(error < most, `draft: ${draft}, RMS ${error}`);
    }
    assert.ok(largestDifference(rough, exact) > 2);
  });

  it('refuses drafts of a model without it', async () => {
    const api = newEngine(store);
    const input = await photo('none.png', 40, 30);
    const rect = { x: 0, y: 0, width: 8, height: 8 };
    await assert.rejects(
      runExact(api, input, at('none'), { model, rect, guidance: CORNERS[2]!, draft: true }),
      { code: 'model-not-installed' },
    );
  });
});
