import { GraphBuilder, type Value } from '../graphBuilder';
import { residualBlock, vaeAttention } from './blocks';
import type { VaeConfig } from './config';
import { cropped, type DecoderReach } from './decoderCrops';
import { SharedStatistics } from './groupNorm';
import { Layers, type AttentionKind } from './layers';
import { LoraAdapters, type Loras } from './lora';
import type { ComputeType, Weights } from './weights';
import { SIDE } from './winograd';
import { upsampleConv, type Blocks, type ConvolutionKind } from './winogradConv';

/**
 * The VAE in four graphs. Only convolutions depend on the picture's full size, and they see a
 * bounded neighbourhood: `encoderDown` and `decoderUp` run tile by tile and yield the very pixels
 * of an untiled run. The attention, which sees everything, is in the middle graphs, which run at an
 * eighth of the side.
 */
export const VAE_PARTS = ['encoderDown', 'encoderMid', 'decoderMid', 'decoderUp'] as const;
export type VaePart = (typeof VAE_PARTS)[number];

export type VaeParams = {
  readonly config: VaeConfig;
  readonly weights: Weights;
  readonly type: ComputeType;
  /**
   * Whether the group norms measure their statistics (and yield them as output) or are given them.
   */
  readonly statistics: 'measure' | 'given';
  /** Fused by default. */
  readonly attention?: AttentionKind;
  /** One operator each by default. */
  readonly convolutions?: ConvolutionKind;
  /** LoRAs of the encoder, whose tensors `weights` has, too. */
  readonly encoderLoras?: Loras | undefined;
};

export type VaeGraph = {
  readonly onnx: Uint8Array;
  readonly input: string;
  readonly output: string;
  readonly normLayers: number;
  /** The modules that have LoRAs. */
  readonly adapted: ReadonlySet<string>;
  /** Those of a part with LoRAs that lack them. */
  readonly unadapted: ReadonlySet<string>;
};

const EPSILON = 1e-6;
const FREE = ['height', 'width'] as const;

/**
 * Builds one part (diffusers' AutoencoderKL). Pictures are in [−1,1], latents unscaled; everything
 * is [1,C,H,W] float32 at the edges.
 */
export function buildVae(part: VaePart, params: VaeParams): VaeGraph {
  const { config, weights, type } = params;
  const graph = new GraphBuilder(`vae-${part}`);
  const { encoderLoras } = params;
  const adapters =
    encoderLoras && part.startsWith('encoder') ? new LoraAdapters(encoderLoras) : undefined;
  const layers = new Layers(graph, weights, type, adapters, params.attention, params.convolutions);
  const statistics = new SharedStatistics(config.normGroups, params.statistics);
  const { input, output, channels } = EDGES[part](config);
  const given = graph.input(input, [1, channels.in, ...FREE]);
  const x = type === 'float32' ? given : layers.cast(given, type, `${input}/Cast`);
  const y = BUILDERS[part](layers, x, config, statistics);
  graph.output(output, type === 'float32' ? y : layers.cast(y, 'float32', `${output}/Cast`), [
    1,
    channels.out,
    'height_out',
    'width_out',
  ]);
  statistics.finish(layers);
  return {
    onnx: graph.toBytes('pisa-upscale'),
    input,
    output,
    normLayers: statistics.layers,
    adapted: adapters?.adapted ?? new Set(),
    unadapted: adapters?.unadapted ?? new Set(),
  };
}

type Edges = {
  readonly input: string;
  readonly output: string;
  readonly channels: { readonly in: number; readonly out: number };
};

const EDGES: Record<VaePart, (config: VaeConfig) => Edges> = {
  encoderDown: (config) => ({
    input: 'image',
    output: 'features',
    channels: { in: 3, out: widest(config) },
  }),
  encoderMid: (config) => ({
    input: 'features',
    output: 'mean',
    channels: { in: widest(config), out: config.latentChannels },
  }),
  decoderMid: (config) => ({
    input: 'latent',
    output: 'features',
    channels: { in: config.latentChannels, out: widest(config) },
  }),
  decoderUp: (config) => ({
    input: 'features',
    output: 'image',
    channels: { in: widest(config), out: 3 },
  }),
};

const widest = (config: VaeConfig): number => config.blockOutChannels.at(-1) ?? 0;

type Build = (layers: Layers, x: Value, config: VaeConfig, statistics: SharedStatistics) => Value;

const BUILDERS: Record<VaePart, Build> = {
  encoderDown(layers, image, config, { norm }) {
    const { blockOutChannels } = config;
    let channels = blockOutChannels[0] ?? 0;
    let x = layers.conv(image, 'encoder.conv_in', { from: 3, to: channels, kernel: 3 });
    blockOutChannels.forEach((to, i) => {
      for (let j = 0; j < config.layersPerBlock; j++) {
        x = residualBlock(layers, x, `encoder.down_blocks.${i}.resnets.${j}`, {
          from: channels,
          to,
          norm,
          epsilon: EPSILON,
          blocks: blocksAt(2 ** (blockOutChannels.length - 1 - i)),
        });
        channels = to;
      }
      if (i === blockOutChannels.length - 1) return;
      // Diffusers pads at the right and bottom only.
      x = layers.conv(x, `encoder.down_blocks.${i}.downsamplers.0.conv`, {
        from: channels,
        to: channels,
        kernel: 3,
        stride: 2,
        pads: [0, 0, 1, 1],
      });
    });
    return x;
  },

  encoderMid(layers, features, config, statistics) {
    const { latentChannels } = config;
    let x = middle(layers, features, 'encoder', config, statistics);
    x = layers.silu(
      statistics.norm(layers, x, 'encoder.conv_norm_out', widest(config), EPSILON),
      'encoder.conv_norm_out',
    );
    x = layers.conv(x, 'encoder.conv_out', {
      from: widest(config),
      to: 2 * latentChannels,
      kernel: 3,
    });
    const moments = layers.conv(x, 'quant_conv', {
      from: 2 * latentChannels,
      to: 2 * latentChannels,
      kernel: 1,
    });
    const [starts, ends, axes] = [[0], [latentChannels], [1]].map((values) =>
      layers.graph.int64(values),
    ) as [Value, Value, Value];
    return layers.graph.node('Slice', [moments, starts, ends, axes], {}, { name: 'mean/Slice' });
  },

  decoderMid(layers, latent, config, statistics) {
    const { latentChannels } = config;
    const x = layers.conv(latent, 'post_quant_conv', {
      from: latentChannels,
      to: latentChannels,
      kernel: 1,
    });
    return middle(
      layers,
      layers.conv(x, 'decoder.conv_in', { from: latentChannels, to: widest(config), kernel: 3 }),
      'decoder',
      config,
      statistics,
    );
  },

  decoderUp(layers, features, config, { norm, mode }) {
    // Parts of a picture are cropped level by level, to any size.
    const blocks = (side: number): Blocks => ({
      ...blocksAt(side),
      ...(mode === 'given' ? { fits: false } : {}),
    });
    const upwards = [...config.blockOutChannels].reverse();
    let channels = upwards[0] ?? 0;
    let x = features;
    upwards.forEach((to, i) => {
      for (let j = 0; j <= config.layersPerBlock; j++) {
        x = residualBlock(layers, x, `decoder.up_blocks.${i}.resnets.${j}`, {
          from: channels,
          to,
          norm,
          epsilon: EPSILON,
          blocks: blocks(2 ** i),
        });
        channels = to;
      }
      if (i === upwards.length - 1) return;
      const upsampler = `decoder.up_blocks.${i}.upsamplers.0`;
      const module = { name: `${upsampler}.conv`, from: channels, to: channels };
      x = upsampleConv(layers, cropped(layers, x, i), module, blocks(2 ** (i + 1)), upsampler);
    });
    x = layers.silu(
      norm(layers, x, 'decoder.conv_norm_out', channels, EPSILON),
      'decoder.conv_norm_out',
    );
    return layers.conv(x, 'decoder.conv_out', { from: channels, to: 3, kernel: 3 });
  },
};

/**
 * For a level with so many pixels to a latent's side. In four bands, what lies in memory for filtering
 * the largest is less than the pictures themselves take; a picture has at least two latents a side.
 */
const blocksAt = (side: number): Blocks => ({
  bands: side < 8 ? 1 : 4,
  fits: side % SIDE === 0,
});

function middle(
  layers: Layers,
  x: Value,
  side: 'encoder' | 'decoder',
  config: VaeConfig,
  { norm }: SharedStatistics,
): Value {
  const channels = widest(config);
  const residual = (value: Value, i: number): Value =>
    residualBlock(layers, value, `${side}.mid_block.resnets.${i}`, {
      from: channels,
      to: channels,
      norm,
      epsilon: EPSILON,
      blocks: blocksAt(1),
    });
  return residual(
    vaeAttention(layers, residual(x, 0), `${side}.mid_block.attentions.0`, channels, norm, EPSILON),
    1,
  );
}

/** How far the pixels of `decoderUp` see. */
export function decoderReach({ blockOutChannels, layersPerBlock }: VaeConfig): DecoderReach {
  const convolutions = 2 * (layersPerBlock + 1);
  const crops: number[] = [];
  let need = 1 + convolutions; // conv_out and the last level
  for (let level = blockOutChannels.length - 2; level >= 0; level--) {
    const crop = Math.ceil((need + 1) / 2); // the upsampler's own convolution
    crops.unshift(crop);
    need = crop + convolutions;
  }
  return { entry: need, crops };
}

/** How many input pixels beyond its own area a latent of `encoderDown` sees on each side. */
export function encoderReach({ blockOutChannels, layersPerBlock }: VaeConfig): number {
  let need = 2 * layersPerBlock;
  for (let level = blockOutChannels.length - 2; level >= 0; level--)
    need = 2 * need + 2 + 2 * layersPerBlock;
  return need + 1;
}
