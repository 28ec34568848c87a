import type { Device } from '../../shared/settings';
import { decoderReach } from '../graph/sd21/vae';
import type { ComputeType } from '../graph/sd21/weights';
import type { DiffusionModel } from '../models/kinds/diffusion';
import { need } from '../pisa/need';
import { readPisaCheckpoint } from '../pisa/pisaCheckpoint';
import { PisaNetworks, type NetworkName } from '../pisa/pisaNetworks';
import type { Floats, Wholes } from '../runtime/network';
import { randomTensor } from './operators/pseudoRandom';
import type { Trial } from './trial';

/** Pixels of the picture's side: 8×8 latents, as many positions as the attention has chunks. */
const PISA_SIDE = 64;
/** Larger than any picture: no crop. */
const ALL = 2 ** 30;

/** Encoder, UNet and decoder, each given what the CPU made of the one before. */
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
  const crops = Object.fromEntries(
    decoderReach(vaeConfig).crops.flatMap((_, i): [string, Wholes][] => [
      [`crop.${i}.starts`, { wholes: [0, 0] }],
      [`crop.${i}.ends`, { wholes: [ALL, ALL] }],
    ]),
  );
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
  return [
    step(
      'encoderDown.measure',
      () => ({ image: randomTensor([1, 3, PISA_SIDE, PISA_SIDE], 3) }),
      'features',
    ),
    step('encoderMid.measure', () => ({ features: from('encoderDown.measure') }), 'mean'),
    step(
      'unet',
      () => ({
        latent: scaled(from('encoderMid.measure'), vaeConfig.scalingFactor),
        ...gate,
      }),
      'epsilon',
    ),
    step('decoderMid.measure', () => ({ latent: from('encoderMid.measure') }), 'features'),
    step('decoderUp.measure', () => ({ features: from('decoderMid.measure'), ...crops }), 'image'),
  ];
}
