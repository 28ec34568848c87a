import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { before, describe, it } from 'node:test';
import sharp from 'sharp';
import type { Guidance } from '../../src/shared/guidance';
import { RpcError } from '../../src/shared/rpc';
import { keepNetworksOpen } from './pisaSupport';
import {
  blendOf,
  cropped,
  exported,
  newEngine,
  quiet,
  runExact,
  runPreview,
  unclippedDifference,
} from './previewSupport';
import { largestDifference, pixelsOf, requestFor, ROOT, temporaryFolder } from './support';
import { importTiny, tinyOseDiff } from './tinyOnDevice';

const FIDELITY = 'pisa-compact-4x';
const PAIR = `${FIDELITY}+osediff`;
const GUIDANCES: readonly Guidance[] = [
  { pixel: 0, semantic: 0 },
  { pixel: 1, semantic: 0 },
  { pixel: 0, semantic: 1 },
  { pixel: 1, semantic: 1 },
  { pixel: 0.7, semantic: 0.4 },
  { pixel: 0.5, semantic: 1.3 },
];

/** As a pair is computed. */
const FLOATS = { precision: 'fp32' } as const;

const folder = temporaryFolder();
const at = (name: string): string => path.join(folder, name);
const store = at('store');

describe('a pair of a pixel branch and OSEDiff', () => {
  keepNetworksOpen();
  let input = '';
  before(async () => {
    await importTiny(store, tinyOseDiff(at('files')), 'osediff');
    await importTiny(store, undefined, 'pisa-sr');
    input = at('photo.png');
    await sharp(path.join(ROOT, 'media/samples/kingfisher.webp'))
      .resize(40, 34)
      .png()
      .toFile(input);
  });

  it('is base + λ_pix·(P − base) + λ_sem·(S − P) of what each model makes alone', async () => {
    const api = newEngine(store);
    const alone = async (model: string, guidance: Guidance): Promise<Uint8Array> => {
      const output = await exported(api, input, at('alone'), model, guidance, 'adain', FLOATS);
      return (await pixelsOf(output)).data;
    };
    const base = await alone(FIDELITY, { pixel: 0, semantic: 0 });
    const fidelity = await alone(FIDELITY, { pixel: 1, semantic: 0 });
    const texture = await alone('osediff', { pixel: 1, semantic: 1 });
    assert.ok(largestDifference(texture, fidelity) > 20, 'they differ');
    for (const guidance of GUIDANCES) {
      const { data } = await pixelsOf(await exported(api, input, at('pair'), PAIR, guidance));
      const expected = blendOf([base, fidelity, texture], guidance);
      assert.ok(largestDifference(data, expected) <= 1, JSON.stringify(guidance));
    }
  });

  for (const scale of [4, 2.5])
    it(`its preview at ×${scale} is exact: layers, blended by the dials, are the export`, async () => {
      const api = newEngine(store);
      const { result, layers, progress } = await runPreview(api, input, at(`layers-${scale}`), {
        model: PAIR,
        scale,
      });
      assert.equal(result.exact, true);
      assert.deepEqual(result.branches, ['pixel', 'semantic']);
      const shares = progress
        .filter(({ total }) => total > 0)
        .map(({ done, total }) => done / total);
      assert.deepEqual(
        shares,
        [...shares].sort((a, b) => a - b),
        'it goes one way',
      );
      assert.equal(shares.at(-1), 1);
      // Beyond these a blend clips at the models' own scale, which layers of another don't show.
      const shown = GUIDANCES.filter(
        ({ pixel, semantic }) => scale === 4 || (semantic <= pixel && pixel <= 1),
      );
      for (const guidance of shown) {
        const file = await exported(api, input, at('export'), PAIR, guidance, 'adain', { scale });
        const { data, width } = await pixelsOf(file);
        const blended = blendOf(layers, guidance);
        // Between its passes the reduction clips what no layer shows (blendThenReduce proves it): of
        // this noise a few samples.
        const isCorner = Number.isInteger(guidance.pixel) && Number.isInteger(guidance.semantic);
        const most = scale === 4 || isCorner ? 1 : 2;
        const { largest } = unclippedDifference(layers, blended, data);
        assert.ok(
          largest <= most || (most === 2 && shareBeyond(layers, blended, data, most) < 1e-3),
          `${JSON.stringify(guidance)} differs by ${largest}`,
        );
        if (guidance.semantic !== 0.4) continue;
        const rect = { x: 13, y: 9, width: 41, height: 30 };
        const part = await runExact(api, input, at(`part-${scale}`), {
          model: PAIR,
          scale,
          rect,
          guidance,
        });
        assert.ok(largestDifference(part, cropped(data, width, rect)) <= 1);
      }
    });

  it('takes transparency through the pixel branch, whatever the dials say', async () => {
    const clear = at('clear.png');
    const ring = Buffer.from(
      '<svg width="40" height="34"><circle cx="20" cy="17" r="12" fill="none" stroke="#fff" stroke-width="5"/></svg>',
    );
    await sharp(input)
      .ensureAlpha()
      .composite([{ input: ring, blend: 'dest-in' }])
      .png()
      .toFile(clear);
    const api = newEngine(store);
    const alphaAt = async (model: string, guidance: Guidance): Promise<Buffer> =>
      sharp(await exported(api, clear, at('alpha'), model, guidance, 'adain', FLOATS))
        .extractChannel('alpha')
        .raw()
        .toBuffer();
    const expected = await alphaAt(FIDELITY, { pixel: 1, semantic: 0 });
    for (const guidance of [
      { pixel: 1, semantic: 1 },
      { pixel: 0, semantic: 0.5 },
    ])
      assert.deepEqual(await alphaAt(PAIR, guidance), expected);
    const { alpha } = await runPreview(api, clear, at('clear-layers'), { model: PAIR });
    assert.ok(largestDifference(alpha!, expected) <= 1);
  });

  it('computes nothing of the diffusion model where λ_sem is 0', async () => {
    const scratch = at('no-texture');
    mkdirSync(scratch);
    const result = await newEngine(store).upscale(
      requestFor(input, scratch, {
        model: PAIR,
        device: 'cpu',
        guidance: { pixel: 1, semantic: 0 },
        target: { kind: 'file', path: at('no-texture.png') },
      }),
      quiet,
    );
    assert.deepEqual(result.branches, ['pixel', 'semantic']);
    assert.equal(result.tiles, 1, 'one tile of the embedded model');
  });

  it('of others than these is refused with the way that works', async () => {
    for (const [model, words] of [
      [`${FIDELITY}+pisa-sr`, /PiSA-SR has both dials by itself/],
      [`osediff+${FIDELITY}`, /diffusion model can only be the second/],
      ['osediff+pisa-sr', /diffusion model can only be the second/],
    ] as const)
      await assert.rejects(
        newEngine(store).upscale(
          requestFor(input, folder, { model, target: { kind: 'file', path: at('never.png') } }),
          quiet,
        ),
        (error: unknown) => {
          const { code, message } = RpcError.from(error);
          return code === 'bad-setting' && words.test(message);
        },
        model,
      );
  });
});

/** The share of unclipped samples that differ by more than `most`. */
function shareBeyond(
  layers: readonly Uint8Array[],
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  most: number,
): number {
  const differences = Array.from(a, (value, i) => Math.abs(value - b[i]!)).filter(
    (_, i) => !layers.some((layer) => layer[i] === 0 || layer[i] === 255),
  );
  return differences.filter((difference) => difference > most).length / differences.length;
}
