import type { TensorInfo, Tensors } from '../../checkpoint/checkpoint';
import { isDict, isTensor, type CheckpointDict } from '../../checkpoint/torchValues';
import type { LoraBranch, Loras } from './lora';
import { phrase, WordedError } from '../../../shared/phrase';

/** What a model's own file changes in Stable Diffusion. */
export type AdapterFile = {
  readonly unet: Loras;
  /** Of the VAE's encoder and `quant_conv`; undefined where the VAE is left as it is. */
  readonly vaeEncoder: Loras | undefined;
  /** Tensors of the UNet that take the place of its own. */
  readonly replaced: Tensors;
};

/** The UNet's tensors as the model wants them, with those of its LoRAs. */
export const unetTensors = (own: Tensors, { unet, replaced }: AdapterFile): Tensors =>
  new Map<string, TensorInfo>([...own, ...replaced, ...unet.tensors]);

/** Peft's default, which these models leave and OSEDiff's checkpoint does not record. */
const DEFAULT_ALPHA = 8;
const LARGEST_RANK = 1024;
/** Modules are sorted into three adapters a branch. */
const GROUPS = ['encoder', 'decoder', 'others'] as const;

/** Takes the LoRAs out of a loaded `pisa_sr.pkl`. Throws an Error that says what is missing. */
export function readPisaFile(checkpoint: CheckpointDict): AdapterFile {
  const tensors = stateOf(checkpoint, 'state_dict_unet', 'PiSA-SR');
  const branch = (suffix: string): LoraBranch => ({
    adapters: GROUPS.map((group) => `default_${group}_${suffix}`),
    rank: rankOf(checkpoint, `lora_rank_unet_${suffix}`),
    alpha: alphaOf(checkpoint, `lora_alpha_unet_${suffix}`),
  });
  return {
    unet: { tensors, branches: [branch('pix'), branch('sem')], gated: true },
    vaeEncoder: undefined,
    replaced: new Map(),
  };
}

/**
 * Takes the LoRAs of UNet and VAE and the UNet's first convolution, which was trained with them, out
 * of a loaded `osediff.pkl`. Throws an Error that says what is missing.
 */
export function readOseDiffFile(checkpoint: CheckpointDict): AdapterFile {
  const unet = stateOf(checkpoint, 'state_dict_unet', 'OSEDiff');
  const vae = stateOf(checkpoint, 'state_dict_vae', 'OSEDiff');
  const branch = (key: string, groups: readonly string[]): LoraBranch => ({
    adapters: groups.map((group) => `default_${group}`),
    rank: rankOf(checkpoint, key),
    alpha: DEFAULT_ALPHA,
  });
  const replaced = new Map<string, TensorInfo>();
  const loras = new Map<string, TensorInfo>();
  for (const [name, tensor] of unet) {
    // Peft moves an adapted layer's own weights to `base_layer`.
    const plain = name.replace('.base_layer.', '.');
    if (name.includes('.lora_')) loras.set(name, tensor);
    else replaced.set(plain, { ...tensor, name: plain });
  }
  for (const part of ['weight', 'bias'])
    if (!replaced.has(`conv_in.${part}`)) throw new WordedError(phrase`it lacks "conv_in.${part}"`);
  return {
    unet: { tensors: loras, branches: [branch('rank_unet', GROUPS)], gated: false },
    vaeEncoder: { tensors: vae, branches: [branch('rank_vae', ['encoder'])], gated: false },
    replaced,
  };
}

function stateOf(checkpoint: CheckpointDict, key: string, model: string): Map<string, TensorInfo> {
  const state = checkpoint.get(key);
  if (!isDict(state))
    throw new WordedError(phrase`it lacks "${key}", so it is not a ${model} checkpoint`);
  const tensors = new Map<string, TensorInfo>();
  for (const [name, value] of state) if (isTensor(value)) tensors.set(name, { name, ...value });
  return tensors;
}

function rankOf(checkpoint: CheckpointDict, key: string): number {
  const rank = checkpoint.get(key);
  if (typeof rank !== 'number' || !Number.isInteger(rank) || rank < 1 || rank > LARGEST_RANK)
    throw new WordedError(phrase`"${key}" is missing or no rank`);
  return rank;
}

function alphaOf(checkpoint: CheckpointDict, key: string): number {
  const alpha = checkpoint.get(key) ?? DEFAULT_ALPHA;
  if (typeof alpha !== 'number' || !(alpha > 0))
    throw new WordedError(phrase`"${key}" is not a number above 0`);
  return alpha;
}
