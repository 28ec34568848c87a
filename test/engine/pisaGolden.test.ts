import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Tensors } from '../../src/engine/checkpoint/checkpoint';
import { readSafetensors } from '../../src/engine/checkpoint/safetensors';
import { readTorchZip } from '../../src/engine/checkpoint/torchZip';
import { buildClipText, emptyPrompt } from '../../src/engine/graph/sd21/clipText';
import {
  parseClipTextConfig,
  parseUNetConfig,
  parseVaeConfig,
  type VaeConfig,
} from '../../src/engine/graph/sd21/config';
import { readPisaFile } from '../../src/engine/graph/sd21/adapterFiles';
import { buildUNet } from '../../src/engine/graph/sd21/unet';
import type { ConvolutionKind } from '../../src/engine/graph/sd21/winogradConv';
import { buildVae, decoderReach, type VaePart } from '../../src/engine/graph/sd21/vae';
import { Weights, type ComputeType } from '../../src/engine/graph/sd21/weights';
import { openNetwork, type Floats, type Network } from '../../src/engine/runtime/network';
import { golden, relativeL2, TINY_PISA } from './pisaSupport';

const json = (name: string): unknown =>
  JSON.parse(readFileSync(path.join(TINY_PISA, name), 'utf8'));

describe('PiSA-SR’s networks against diffusers, transformers and peft', () => {
  let stages: ReadonlyMap<string, Floats>;
  before(async () => {
    stages = await golden();
  });
  const stage = (name: string): Floats => stages.get(name) ?? assert.fail(`no golden ${name}`);

  it('CLIP text encoder, empty prompt', async () => {
    const config = parseClipTextConfig(json('text_encoder/config.json'));
    const weights = new Weights(
      await readSafetensors(path.join(TINY_PISA, 'text_encoder/model.safetensors')),
      TINY_PISA,
    );
    const onnx = buildClipText(config, weights, emptyPrompt(config));
    assert.deepEqual(weights.problems, []);
    const network = await openNetwork({
      onnx,
      weightsFolder: TINY_PISA,
      device: 'cpu',
      plan: 'once',
    });
    const { context } = await network.run({ shift: { data: new Float32Array(1), dims: [1] } });
    await network.release();
    assert.ok(relativeL2(context!, stage('context')) <= 1e-5);
  });

  async function openUNet(
    type: ComputeType,
    convolutions: ConvolutionKind = 'direct',
  ): Promise<Network> {
    const { unet: loras } = readPisaFile(await readTorchZip(path.join(TINY_PISA, 'pisa_sr.pkl')));
    const unet = await readSafetensors(
      path.join(TINY_PISA, 'unet/diffusion_pytorch_model.safetensors'),
    );
    const tensors: Tensors = new Map([...unet, ...loras.tensors]);
    const weights = new Weights(tensors, TINY_PISA);
    const { onnx, adapted } = buildUNet({
      config: parseUNetConfig(json('unet/config.json')),
      weights,
      loras,
      timestep: 1,
      context: stage('context').data,
      type,
      convolutions,
    });
    assert.deepEqual(weights.problems, []);
    assert.equal(
      adapted.size * 4,
      loras.tensors.size,
      'every LoRA of the checkpoint found its layer',
    );
    return openNetwork({ onnx, weightsFolder: TINY_PISA, device: 'cpu', plan: 'mappedWeights' });
  }

  const KINDS: readonly ConvolutionKind[] = ['direct', 'winograd'];
  /** Those in floats, opened when they are first needed. */
  const unets = new Map<ConvolutionKind, Promise<Network>>();
  const unetOf = (kind: ConvolutionKind): Promise<Network> => {
    const unet = unets.get(kind) ?? openUNet('float32', kind);
    unets.set(kind, unet);
    return unet;
  };
  after(async () => {
    for (const unet of unets.values()) await (await unet).release();
  });
  const GATES = { base: [0, 0], pix: [1, 0], full: [1, 1] } as const;
  for (const size of ['even', 'odd']) {
    for (const [label, gate] of Object.entries(GATES)) {
      it(`UNet, ${label}, latents of ${size} size`, async () => {
        for (const kind of KINDS) {
          const network = await unetOf(kind);
          const latent = stage(`unet.${size}.latent`);
          const { epsilon } = await network.run({
            latent,
            gate: { data: Float32Array.from(gate), dims: [1, 2] },
          });
          const error = relativeL2(epsilon!, stage(`unet.${size}.${label}`));
          assert.ok(error <= 1e-5, `${kind}: relative L2 ${error}`);
        }
      });
    }
  }

  it('UNet in float16 stays close', async () => {
    const network = await openUNet('float16');
    const { epsilon } = await network.run({
      latent: stage('unet.odd.latent'),
      gate: { data: Float32Array.from([1, 1]), dims: [1, 2] },
    });
    await network.release();
    const error = relativeL2(epsilon!, stage('unet.odd.full'));
    assert.ok(error > 0 && error <= 1e-2, `relative L2 ${error}`);
  });

  async function vaeConfig(): Promise<{ config: VaeConfig; tensors: Tensors }> {
    return {
      config: parseVaeConfig(json('vae/config.json')),
      tensors: await readSafetensors(
        path.join(TINY_PISA, 'vae/diffusion_pytorch_model.safetensors'),
      ),
    };
  }

  async function runPart(
    part: VaePart,
    inputs: Record<string, Floats | { wholes: readonly number[] }>,
    statistics?: Floats,
    convolutions?: ConvolutionKind,
  ): Promise<Record<string, Floats>> {
    const { config, tensors } = await vaeConfig();
    const weights = new Weights(tensors, TINY_PISA);
    const { onnx } = buildVae(part, {
      config,
      weights,
      type: 'float32',
      statistics: statistics ? 'given' : 'measure',
      ...(convolutions ? { convolutions } : {}),
    });
    assert.deepEqual(weights.problems, []);
    const network = await openNetwork({
      onnx,
      weightsFolder: TINY_PISA,
      device: 'cpu',
      plan: 'fastConvolutions',
    });
    const result = await network.run({ ...inputs, ...(statistics ? { statistics } : {}) });
    await network.release();
    return result;
  }

  /**
   * The whole of a part, with its own statistics and then with these statistics given: both must be
   * right.
   */
  async function runBothWays(
    part: VaePart,
    inputs: Record<string, Floats | { wholes: readonly number[] }>,
    output: string,
    convolutions?: ConvolutionKind,
  ): Promise<Floats> {
    const measured = await runPart(part, inputs, undefined, convolutions);
    const given = await runPart(part, inputs, measured.statistics, convolutions);
    const error = relativeL2(given[output]!, measured[output]!);
    assert.ok(error <= 1e-6, `given statistics: relative L2 ${error}`);
    return measured[output]!;
  }

  it('VAE encoder', async () => {
    const image = stage('vae.image');
    const signed = { dims: image.dims, data: image.data.map((value) => value * 2 - 1) };
    for (const kind of KINDS) {
      const features = await runBothWays('encoderDown', { image: signed }, 'features', kind);
      const mean = await runBothWays('encoderMid', { features }, 'mean', kind);
      const { config } = await vaeConfig();
      const latent = {
        dims: mean.dims,
        data: mean.data.map((value) => value * config.scalingFactor),
      };
      const error = relativeL2(latent, stage('vae.latent'));
      assert.ok(error <= 1e-5, `${kind}: relative L2 ${error}`);
    }
  });

  it('VAE decoder', async () => {
    const { config } = await vaeConfig();
    const latent = stage('vae.z');
    const unscaled = {
      dims: latent.dims,
      data: latent.data.map((value) => value / config.scalingFactor),
    };
    const whole = Object.fromEntries(
      decoderReach(config).crops.flatMap((_, i) => [
        [`crop.${i}.starts`, { wholes: [0, 0] }],
        [`crop.${i}.ends`, { wholes: [1 << 20, 1 << 20] }],
      ]),
    );
    for (const kind of KINDS) {
      const features = await runBothWays('decoderMid', { latent: unscaled }, 'features', kind);
      const inputs = { features, ...whole };
      const image = await runBothWays('decoderUp', inputs, 'image', kind);
      const error = relativeL2(image, stage('vae.decoded'));
      assert.ok(error <= 1e-5, `${kind}: relative L2 ${error}`);
    }
  });
});
