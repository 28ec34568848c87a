import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { TINY_DECODER_REACH } from '../../src/engine/graph/sd21/tinyDecoder';
import { budgetsFor } from '../../src/engine/pisa/budgets';
import { uncropped } from '../../src/engine/pisa/levelCrops';
import type { PisaNetworks } from '../../src/engine/pisa/pisaNetworks';
import type { Floats } from '../../src/engine/runtime/network';
import { COLOUR_FIXES } from '../../src/shared/settings';
import {
  GOLDEN_PISA,
  GOLDEN_TAESD,
  golden,
  relativeL2,
  runPisa,
  tinyNetworks,
  type PisaRun,
} from './pisaSupport';
import { largestDifference, temporaryFolder, writePng } from './support';

const SIZES = ['even', 'odd', 'large'];
const source = path.join(GOLDEN_PISA, 'source.png');

describe('the tiny decoder against diffusers’ AutoencoderTiny', () => {
  let stages: ReadonlyMap<string, Floats>;
  before(async () => {
    stages = await golden(GOLDEN_TAESD);
  });
  const stage = (name: string): Floats => stages.get(name) ?? assert.fail(`no golden ${name}`);

  for (const [type, bound] of [
    ['float32', 1e-5],
    // Rounding alone: 2⁻¹¹ of each layer's values, in fifteen layers one after another.
    ['float16', 3e-3],
  ] as const)
    for (const name of SIZES)
      it(`${name} latents in ${type}`, async () => {
        const networks = await tinyNetworks(type);
        try {
          const { image } = await (
            await networks.get('draft')
          ).run({ latent: stage(`${name}.latent`), ...uncropped(TINY_DECODER_REACH) });
          assert.ok(image);
          const expected = stage(`${name}.picture`);
          assert.deepEqual(image.dims, expected.dims);
          const error = relativeL2(image, expected);
          assert.ok(error <= bound, `relative L2 ${error}`);
        } finally {
          await networks.releaseAll();
        }
      });
});

describe('the tiny encoder against diffusers’ AutoencoderTiny', () => {
  for (const name of ['even', 'odd'])
    it(`a picture of ${name} latents`, async () => {
      const stages = await golden(GOLDEN_TAESD);
      const networks = await tinyNetworks();
      try {
        const image = stages.get(`${name}.image`) ?? assert.fail('no golden picture');
        const { latent } = await (await networks.get('draftEncoder')).run({ image });
        const expected = stages.get(`${name}.encoded`) ?? assert.fail('no golden latents');
        assert.deepEqual(latent?.dims, expected.dims);
        const error = relativeL2(latent, expected);
        assert.ok(error <= 1e-5, `relative L2 ${error}`);
      } finally {
        await networks.releaseAll();
      }
    });
});

describe('drafts', () => {
  let networks: PisaNetworks;
  before(async () => {
    networks = await tinyNetworks();
  });
  after(() => networks.releaseAll());
  const small = { ...budgetsFor(), decoderPixels: 150 * 150 };
  const draft = (file: string, part = {}): Promise<PisaRun> =>
    runPisa(file, networks, { draft: true, processSize: 8, ...part });

  it('cost no step of the VAE’s decoder, and one of their own after that', async () => {
    const first = await draft(source, { guidance: { pixel: 1, semantic: 0.5 } });
    const whole = await runPisa(source, networks, {
      processSize: 8,
      guidance: { pixel: 1, semantic: 0.5 },
    });
    assert.equal(first.steps, whole.steps - 1, 'middle and end of the decoder are one');
    assert.ok(largestDifference(first.pixels, whole.pixels) > 2, 'it is another decoder');
    const next = await draft(source, {
      guidance: { pixel: 0.3, semantic: 0.9 },
      known: first.picture,
    });
    assert.equal(next.steps, 1);
  });

  it('leave no trace in the exact result that follows', async () => {
    const alone = await runPisa(source, networks, { processSize: 8 });
    const { picture } = await draft(source);
    const after = await runPisa(source, networks, { processSize: 8, known: picture });
    assert.deepEqual(after.pixels, alone.pixels);
  });

  it('are the same cut into tiles, at every size of tiles', async () => {
    const file = await writePng(path.join(temporaryFolder(), 'a.png'), 91, 67);
    const whole = await draft(file);
    for (const side of [150, 220]) {
      const tiled = await draft(file, {
        known: whole.picture,
        budgets: { ...budgetsFor(), decoderPixels: side * side },
      });
      assert.ok(tiled.steps > 2, `${tiled.steps} steps`);
      assert.ok(largestDifference(tiled.pixels, whole.pixels) <= 1, `tiles of ${side}`);
    }
  });

  it('of a region are the same part of the whole, whatever is done to colors', async () => {
    const file = await writePng(path.join(temporaryFolder(), 'a.png'), 70, 50);
    const region = { x: 93, y: 41, width: 60, height: 77 };
    for (const colourFix of COLOUR_FIXES) {
      const whole = await draft(file, { colourFix });
      const expected = Buffer.concat(
        Array.from({ length: region.height }, (_, row) => {
          const from = 3 * ((region.y + row) * whole.raw.info.width + region.x);
          return whole.pixels.subarray(from, from + 3 * region.width);
        }),
      );
      const fresh = await draft(file, { colourFix, region });
      const cached = await draft(file, {
        colourFix,
        region,
        known: whole.picture,
        budgets: small,
      });
      for (const { pixels } of [fresh, cached])
        assert.ok(largestDifference(pixels, expected) <= 1, colourFix);
    }
  });

  describe('of large pictures are encoded by the tiny encoder', () => {
    const tiles = { encoderPixels: 400 * 400 };
    const rough = (file: string, encoderPixels: number): Promise<PisaRun> =>
      draft(file, { roughDraft: 'large', budgets: { ...budgetsFor(), encoderPixels } });

    it('and leave nothing that an exact picture could begin with', async () => {
      const file = await writePng(path.join(temporaryFolder(), 'a.png'), 131, 107);
      const large = await rough(file, tiles.encoderPixels);
      const exact = await draft(file, { budgets: { ...budgetsFor(), ...tiles } });
      assert.ok(largestDifference(large.pixels, exact.pixels) > 2, 'it is another encoder');
      assert.equal(large.picture, undefined);
      assert.ok(exact.picture);
    });

    it('cut into tiles as they are whole', async () => {
      const file = await writePng(path.join(temporaryFolder(), 'a.png'), 131, 107);
      const [few, many] = [await rough(file, 440 * 440), await rough(file, 300 * 300)];
      assert.ok(many.steps > few.steps, 'more tiles');
      assert.ok(largestDifference(few.pixels, many.pixels) <= 1);
    });

    it('small ones are encoded exactly', async () => {
      const [small, exact] = [await draft(source, { roughDraft: 'large' }), await draft(source)];
      assert.deepEqual(small.pixels, exact.pixels);
      assert.ok(small.picture);
    });
  });
});
