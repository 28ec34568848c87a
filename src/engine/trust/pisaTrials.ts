import type { Device } from '../../shared/settings';
import { TINY_DECODER_REACH } from '../graph/sd21/tinyDecoder';
import { decoderReach } from '../graph/sd21/vae';
import type { ComputeType } from '../graph/sd21/weights';
import type { DiffusionModel } from '../models/kinds/diffusion';
import { uncropped } from '../pisa/levelCrops';
import { need } from '../pisa/need';
import { readPisaCheckpoint } from '../pisa/pisaCheckpoint';
import { PisaNetworks, type NetworkName } from '../pisa/pisaNetworks';
import type { Floats, Wholes } from '../runtime/network';
import { randomTensor } from './operators/pseudoRandom';
import type { Trial } from './trial';

/** Pixels of the picture's side: 8×8 latents, as many positions as the attention has chunks. */
const PISA_SIDE = 64;

/**
 * Encoder, UNet, decoder and, where it is installed, the tiny one of drafts, each given what the CPU
 * made of the one before.
 */
export async function pisaTrials(
  model: DiffusionModel,
  device: Device,
  type: ComputeType,
): Promise<Trial[]> {
  const checkpoint = await readPisaCheckpoint(model);
  const reference = new PisaNetworks(checkpoint, 'cpu', 'float32');
  const tried = new PisaNetworks(checkpoint, device, type);
  const { vaeConfig, adapters } = checkpoint;
  const gate = adapters.unet.gated
    ? { gate: { data: Float32Array.of(1, 1), dims: [1, 2] } }
    : undefined;
  const passed = new Map<string, Floats>();
  const step = (
    network: NetworkName,
    inputs: () => { readonly [name: string]: Floats | Wholes },
    output: string,
  ): Trial => ({
    name: network,
    async run(where) {
      const networks = where === 'cpu' ? reference : tried;
      try {
        const result = need((await (await networks.get(network)).run(inputs()))[output]);
        if (where === 'cpu') passed.set(network, result);
        return { [output]: result };
      } finally {
        await networks.release(network);
      }
    },
  });
  const from = (network: NetworkName): Floats => need(passed.get(network));
  const scaled = ({ data, dims }: Floats, factor: number): Floats => ({
    data: data.map((value) => value * factor),
    dims,
  });
  const latent = (): Floats => scaled(from('encoderMid.measure'), vaeConfig.scalingFactor);
  const draft = step(
    'draft',
    () => ({ latent: latent(), ...uncropped(TINY_DECODER_REACH) }),
    'image',
  );
  return [
    step(
      'encoderDown.measure',
      () => ({ image: randomTensor([1, 3, PISA_SIDE, PISA_SIDE], 3) }),
      'features',
    ),
    step('encoderMid.measure', () => ({ features: from('encoderDown.measure') }), 'mean'),
    step('unet', () => ({ latent: latent(), ...gate }), 'epsilon'),
    step('decoderMid.measure', () => ({ latent: from('encoderMid.measure') }), 'features'),
    step(
      'decoderUp.measure',
      () => ({ features: from('decoderMid.measure'), ...uncropped(decoderReach(vaeConfig)) }),
      'image',
    ),
    ...(checkpoint.draft ? [draft] : []),
  ];
}
