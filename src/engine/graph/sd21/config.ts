import { quotedJson } from '../../checkpoint/limits';
import { phrase, WordedError } from '../../../shared/phrase';

/**
 * What the graph builders need of a diffusers pipeline's `config.json` files. Names are diffusers'
 * own, in camel case.
 */

export type UNetConfig = {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly blockOutChannels: readonly number[];
  readonly layersPerBlock: number;
  /**
   * Number of attention heads of each block. (SD-2's `attention_head_dim` is that, in spite of its
   * name.)
   */
  readonly heads: readonly number[];
  /** Which blocks have attention, downwards and upwards. */
  readonly downAttention: readonly boolean[];
  readonly upAttention: readonly boolean[];
  readonly crossAttentionDim: number;
  readonly normGroups: number;
  readonly normEpsilon: number;
  readonly flipSinToCos: boolean;
  readonly freqShift: number;
};

export type VaeConfig = {
  readonly blockOutChannels: readonly number[];
  readonly layersPerBlock: number;
  readonly latentChannels: number;
  readonly normGroups: number;
  readonly scalingFactor: number;
};

export type ClipTextConfig = {
  readonly vocabSize: number;
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly positions: number;
  readonly layerNormEpsilon: number;
  readonly activation: 'gelu' | 'quick_gelu';
};

/** Reads a UNet's `config.json`. Throws an Error that names what can't be built. */
export function parseUNetConfig(json: unknown): UNetConfig {
  const config = new ConfigReader(json);
  const blockOutChannels = config.wholes('block_out_channels');
  const blocks = blockOutChannels.length;
  config.requires('mid_block_type', 'UNetMidBlock2DCrossAttn');
  config.requires('use_linear_projection', true);
  config.requires('act_fn', 'silu');
  config.requires('transformer_layers_per_block', 1);
  config.requires('resnet_time_scale_shift', 'default');
  config.requires('center_input_sample', false);
  for (const absent of [
    'class_embed_type',
    'addition_embed_type',
    'encoder_hid_dim',
    'time_cond_proj_dim',
  ])
    config.requires(absent, null);
  return {
    inChannels: config.whole('in_channels', 4),
    outChannels: config.whole('out_channels', 4),
    blockOutChannels,
    layersPerBlock: config.whole('layers_per_block', 2, MOST_LAYERS),
    heads: config.wholes(
      config.has('num_attention_heads') ? 'num_attention_heads' : 'attention_head_dim',
      blocks,
    ),
    downAttention: config.blockTypes(
      'down_block_types',
      blocks,
      'CrossAttnDownBlock2D',
      'DownBlock2D',
    ),
    upAttention: config.blockTypes('up_block_types', blocks, 'CrossAttnUpBlock2D', 'UpBlock2D'),
    crossAttentionDim: config.whole('cross_attention_dim'),
    normGroups: config.whole('norm_num_groups', 32),
    normEpsilon: config.number('norm_eps', 1e-5),
    flipSinToCos: config.flag('flip_sin_to_cos', true),
    freqShift: config.number('freq_shift', 0),
  };
}

/** Reads a VAE's `config.json` (AutoencoderKL). Throws an Error that names what can't be built. */
export function parseVaeConfig(json: unknown): VaeConfig {
  const config = new ConfigReader(json);
  const blockOutChannels = config.wholes('block_out_channels');
  config.requires('act_fn', 'silu');
  config.blockTypes(
    'down_block_types',
    blockOutChannels.length,
    'DownEncoderBlock2D',
    'DownEncoderBlock2D',
  );
  config.blockTypes(
    'up_block_types',
    blockOutChannels.length,
    'UpDecoderBlock2D',
    'UpDecoderBlock2D',
  );
  return {
    blockOutChannels,
    layersPerBlock: config.whole('layers_per_block', 2, MOST_LAYERS),
    latentChannels: config.whole('latent_channels', 4),
    normGroups: config.whole('norm_num_groups', 32),
    scalingFactor: config.number('scaling_factor', 0.18215),
  };
}

/**
 * Reads a text encoder's `config.json` (CLIPTextModel). Throws an Error that names what can't be
 * built.
 */
export function parseClipTextConfig(json: unknown): ClipTextConfig {
  const config = new ConfigReader(json);
  return {
    vocabSize: config.whole('vocab_size', 49408, LARGEST_VOCABULARY),
    hiddenSize: config.whole('hidden_size'),
    intermediateSize: config.whole('intermediate_size'),
    layers: config.whole('num_hidden_layers', undefined, MOST_LAYERS),
    heads: config.whole('num_attention_heads'),
    positions: config.whole('max_position_embeddings', 77, MOST_POSITIONS),
    layerNormEpsilon: config.number('layer_norm_eps', 1e-5),
    activation: config.oneOf('hidden_act', ['gelu', 'quick_gelu'], 'gelu'),
  };
}

/** SD-2.1-base's own configurations, for files that come without them. */
export const SD21_UNET: UNetConfig = {
  inChannels: 4,
  outChannels: 4,
  blockOutChannels: [320, 640, 1280, 1280],
  layersPerBlock: 2,
  heads: [5, 10, 20, 20],
  downAttention: [true, true, true, false],
  upAttention: [false, true, true, true],
  crossAttentionDim: 1024,
  normGroups: 32,
  normEpsilon: 1e-5,
  flipSinToCos: true,
  freqShift: 0,
};
export const SD21_VAE: VaeConfig = {
  blockOutChannels: [128, 256, 512, 512],
  layersPerBlock: 2,
  latentChannels: 4,
  normGroups: 32,
  scalingFactor: 0.18215,
};
export const SD21_CLIP: ClipTextConfig = {
  vocabSize: 49408,
  hiddenSize: 1024,
  intermediateSize: 4096,
  layers: 23,
  heads: 16,
  positions: 77,
  layerNormEpsilon: 1e-5,
  activation: 'gelu',
};

/** Far above any network of this family, and small enough that no graph is a bomb. */
const LARGEST_NUMBER = 65_536;
const LARGEST_VOCABULARY = 1_000_000;
const MOST_LAYERS = 128;
const MOST_POSITIONS = 4096;

class ConfigReader {
  private readonly json: { readonly [key: string]: unknown };

  constructor(json: unknown) {
    if (typeof json !== 'object' || json === null || Array.isArray(json))
      throw new WordedError(phrase`it is not a JSON object`);
    this.json = json as { readonly [key: string]: unknown };
  }

  has(key: string): boolean {
    return this.json[key] !== undefined && this.json[key] !== null;
  }

  whole(key: string, fallback?: number, most = LARGEST_NUMBER): number {
    const value = this.has(key) ? this.json[key] : fallback;
    if (!isWhole(value) || value > most)
      throw new WordedError(
        phrase`"${key}" is ${quotedJson(value)}, which is not a number that can be used`,
      );
    return value;
  }

  number(key: string, fallback: number): number {
    const value = this.has(key) ? this.json[key] : fallback;
    if (typeof value !== 'number' || !Number.isFinite(value))
      throw new WordedError(phrase`"${key}" is ${quotedJson(value)}, which is not a number`);
    return value;
  }

  flag(key: string, fallback: boolean): boolean {
    const value = this.has(key) ? this.json[key] : fallback;
    if (typeof value !== 'boolean')
      throw new WordedError(
        phrase`"${key}" is ${quotedJson(value)}, which is neither true nor false`,
      );
    return value;
  }

  /** A list of whole numbers, or one number for each of `count`. */
  wholes(key: string, count?: number): readonly number[] {
    const value = this.json[key];
    if (count !== undefined && isWhole(value)) return Array.from({ length: count }, () => value);
    if (!isWholes(value))
      throw new WordedError(
        phrase`"${key}" is ${quotedJson(value)}, which is not a list of numbers`,
      );
    if (count !== undefined && value.length !== count)
      throw new WordedError(phrase`"${key}" has ${value.length} entries where ${count} are needed`);
    return value;
  }

  /** For each block whether it is of the type `yes`; it must be `no` otherwise. */
  blockTypes(key: string, count: number, yes: string, no: string): readonly boolean[] {
    const value = this.json[key];
    if (!Array.isArray(value) || value.length !== count)
      throw new WordedError(
        phrase`"${key}" is ${quotedJson(value)} where ${count} blocks are needed`,
      );
    return (value as readonly unknown[]).map((type) => {
      if (type !== yes && type !== no)
        throw new WordedError(
          phrase`"${key}" has a block of type ${quotedJson(type)}, which can't be built`,
        );
      return type === yes;
    });
  }

  oneOf<T extends string>(key: string, values: readonly T[], fallback: T): T {
    const value = this.has(key) ? this.json[key] : fallback;
    const found = values.find((candidate) => candidate === value);
    if (found === undefined)
      throw new WordedError(phrase`"${key}" is ${quotedJson(value)}; known: ${values.join(', ')}`);
    return found;
  }

  /**
   * Refuses a variant that the builders don't know. A key that is missing has the value that SD-2.1
   * has.
   */
  requires(key: string, expected: unknown): void {
    if (this.has(key) && this.json[key] !== expected)
      throw new WordedError(
        phrase`"${key}" is ${quotedJson(this.json[key])} where ${JSON.stringify(expected)} is needed`,
      );
  }
}

const isWholes = (value: unknown): value is readonly number[] =>
  Array.isArray(value) &&
  value.length >= 1 &&
  value.length <= 8 &&
  value.every((item) => isWhole(item) && item <= LARGEST_NUMBER);

const isWhole = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 1;
