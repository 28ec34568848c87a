import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { decoderReach } from '../../src/engine/graph/sd21/vae';
import { METHODS, signalShare } from '../../src/engine/pisa/method';
import type { PisaNetworks } from '../../src/engine/pisa/pisaNetworks';
import { PisaPicture } from '../../src/engine/pisa/pisaPicture';
import { Steps } from '../../src/engine/pisa/steps';
import { budgetsFor } from '../../src/engine/pisa/budgets';
import type { Floats } from '../../src/engine/runtime/network';
import { isOneOf } from '../../src/shared/oneOf';
import { COLOUR_FIXES } from '../../src/shared/settings';
import {
  GOLDEN_OSEDIFF,
  GOLDEN_PISA,
  golden,
  relativeL2,
  runPisa,
  tinyNetworks,
} from './pisaSupport';
import { largestDifference, pixelsOf } from './support';

const FULL = { pixel: 1, semantic: 1 };
const quietSteps = (): Steps =>
  new Steps(
    new AbortController().signal,
    { steps: 1, cost: 1 },
    { secondsPerUnit: undefined },
    () => undefined,
  );

describe('OSEDiff against diffusers and peft', () => {
  let networks: PisaNetworks;
  let stages: ReadonlyMap<string, Floats>;
  before(async () => {
    networks = await tinyNetworks('float32', 'cpu', undefined, 'osediff');
    stages = await golden(GOLDEN_OSEDIFF);
  });
  after(() => networks.releaseAll());
  const stage = (name: string): Floats => stages.get(name) ?? assert.fail(`no golden ${name}`);
  const close = (actual: Floats, expected: Floats): void => {
    const error = relativeL2(actual, expected);
    assert.ok(error <= 1e-5, `relative L2 ${error}`);
  };

  it('knows the share of the signal that SD-2.1-base’s schedule leaves at the end', () => {
    // diffusers: DDPMScheduler(...).alphas_cumprod[999]
    assert.ok(Math.abs(signalShare(999) - 0.00466) < 1e-6);
    assert.ok(Math.abs(signalShare(0) - (1 - 0.00085)) < 1e-12);
  });

  for (const size of ['even', 'odd'])
    it(`UNet at t = 999 with LoRAs and its own first convolution, then the step to z₀, latents of ${size} size`, async () => {
      const latent = stage(`unet.${size}.latent`);
      const unet = await networks.get('unet');
      close(need(await unet.run({ latent }), 'epsilon'), stage(`unet.${size}.epsilon`));

      const [, channels = 0, height = 0, width = 0] = latent.dims;
      const picture = new PisaPicture({ channels, height, width, data: latent.data });
      await picture.complete(FULL, networks, budgetsFor(), quietSteps());
      const { data } = picture.guided(FULL, METHODS.osediff, 1);
      close({ data, dims: latent.dims }, stage(`unet.${size}.denoised`));
    });

  it('VAE encoder with LoRAs, quant_conv’s included; decoder without', async () => {
    const image = stage('vae.image');
    const signed = { dims: image.dims, data: image.data.map((value) => value * 2 - 1) };
    const down = await (await networks.get('encoderDown.measure')).run({ image: signed });
    const features = need(down, 'features');
    const mean = need(await (await networks.get('encoderMid.measure')).run({ features }), 'mean');
    const { vaeConfig } = networks.checkpoint;
    const data = mean.data.map((value) => value * vaeConfig.scalingFactor);
    close({ data, dims: mean.dims }, stage('vae.latent'));

    const plain = await golden(GOLDEN_PISA);
    const z = plain.get('vae.z') ?? assert.fail('no golden vae.z');
    const latent = { dims: z.dims, data: z.data.map((value) => value / vaeConfig.scalingFactor) };
    const middle = await (await networks.get('decoderMid.measure')).run({ latent });
    const crops = Object.fromEntries(
      decoderReach(vaeConfig).crops.flatMap((_, i) => [
        [`crop.${i}.starts`, { wholes: [0, 0] }],
        [`crop.${i}.ends`, { wholes: [1 << 20, 1 << 20] }],
      ]),
    );
    const up = await networks.get('decoderUp.measure');
    const decoded = await up.run({ features: need(middle, 'features'), ...crops });
    close(need(decoded, 'image'), plain.get('vae.decoded') ?? assert.fail('no golden'));
  });

  for (const file of readdirSync(GOLDEN_OSEDIFF).filter((name) => name.endsWith('.png'))) {
    const [name = '', semantic, fix] = file.replace('.png', '').split('-');
    it(`picture ${file.replace('.png', '')}`, async () => {
      assert.ok(isOneOf(COLOUR_FIXES, fix));
      const result = await runPisa(path.join(GOLDEN_PISA, `${name}.png`), networks, {
        guidance: { pixel: 0, semantic: Number(semantic) },
        colourFix: fix,
      });
      const expected = await pixelsOf(path.join(GOLDEN_OSEDIFF, file));
      assert.deepEqual(
        [result.raw.info.width, result.raw.info.height],
        [expected.width, expected.height],
      );
      const difference = largestDifference(result.pixels, expected.data);
      assert.ok(difference <= 1, `differs by ${difference}/255`);
    });
  }
});

describe('OSEDiff’s dial', () => {
  let networks: PisaNetworks;
  before(async () => {
    networks = await tinyNetworks('float32', 'cpu', undefined, 'osediff');
  });
  after(() => networks.releaseAll());
  const source = path.join(GOLDEN_PISA, 'source.png');
  const at = (semantic: number, part = {}): ReturnType<typeof runPisa> =>
    runPisa(source, networks, { guidance: { pixel: 0, semantic }, ...part });

  it('is the bicubic enlargement at 0, for which no network runs, and a line through both from there on', async () => {
    const [none, half, whole, beyond] = [await at(0), await at(0.5), await at(1), await at(1.5)];
    assert.equal(none.steps, 0);
    assert.equal(none.picture, undefined);
    assert.ok(half.steps > 0);
    const expected = (share: number): Uint8ClampedArray =>
      Uint8ClampedArray.from(none.pixels, (base, i) => base + share * (whole.pixels[i]! - base));
    for (const [share, result] of [
      [0.5, half],
      [1.5, beyond],
    ] as const)
      assert.equal(largestDifference(result.pixels, expected(share)), 0);
    assert.ok(largestDifference(none.pixels, whole.pixels) > 3);
  });

  it('makes of a region what the whole has there, whatever the dial says', async () => {
    const region = { x: 11, y: 20, width: 33, height: 30 };
    const first = await at(1, { processSize: 8 });
    for (const semantic of [0, 0.4, 1]) {
      const whole = await at(semantic, { processSize: 8 });
      const part = await at(semantic, { processSize: 8, region, known: first.picture });
      const cut = Uint8Array.from({ length: part.pixels.length }, (_, i) => {
        const pixel = Math.floor(i / 3);
        const [x, y] = [
          region.x + (pixel % region.width),
          region.y + Math.floor(pixel / region.width),
        ];
        return whole.pixels[3 * (y * whole.raw.info.width + x) + (i % 3)]!;
      });
      assert.ok(largestDifference(part.pixels, cut) <= 1, `λ_sem ${semantic}`);
    }
  });
});

const need = (outputs: Readonly<Record<string, Floats>>, name: string): Floats =>
  outputs[name] ?? assert.fail(`no ${name}`);
