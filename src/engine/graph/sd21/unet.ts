import { GraphBuilder, type Value } from '../graphBuilder';
import { residualBlock, spatialTransformer } from './blocks';
import type { UNetConfig } from './config';
import { ownStatistics } from './groupNorm';
import { Int8Products, type Int8Weights } from './int8Products';
import { Layers, type AttentionKind } from './layers';
import { LoraAdapters, type Loras } from './lora';
import type { ComputeType, Weights } from './weights';
import type { Blocks, ConvolutionKind } from './winogradConv';

export type UNetParams = {
  readonly config: UNetConfig;
  /** SD's tensors and the LoRAs' together. */
  readonly weights: Weights;
  readonly loras: Loras;
  /** Of the diffusion; the UNet is evaluated at this one only. */
  readonly timestep: number;
  /** The text encoder's output for the empty prompt, [tokens, crossAttentionDim]. */
  readonly context: Float32Array;
  readonly type: ComputeType;
  /** Fused by default. */
  readonly attention?: AttentionKind;
  /** One operator each by default. */
  readonly convolutions?: ConvolutionKind;
  /** Weights in 8 bits, of the modules whose products are computed in them. */
  readonly int8?: Int8Weights | undefined;
};

const FREQUENCY_BASE = 10_000;

/**
 * Chunks of the queries in each level's self-attention, where it is written in plain operators: a
 * tile of 96×96 latents then holds at most 106 MB of scores in float16 at a time. Each level has a
 * quarter of the positions of the one above.
 */
const CHUNKS = [8, 2];

/**
 * Levels whose convolutions may be computed by minimal filtering. Further down there are too few
 * pixels for what the transforms of the many kernels cost.
 */
const ANY_SIZE: Blocks = { bands: 1, fits: false };
const BLOCKS: readonly (Blocks | undefined)[] = [ANY_SIZE, ANY_SIZE];

/**
 * Stable Diffusion 2.1's UNet at one timestep for the empty prompt, with LoRAs (diffusers'
 * UNet2DConditionModel). `latent` [1,4,h,w] and, where the LoRAs are gated, `gate` [1,branches] →
 * `epsilon` [1,4,h,w], float32 at the edges. h and w may be odd. Also tells which modules have
 * LoRAs, and which lack those that such a model gives them.
 */
export function buildUNet({
  config,
  weights,
  loras,
  timestep,
  context,
  type,
  attention,
  convolutions,
  int8,
}: UNetParams): {
  onnx: Uint8Array;
  adapted: ReadonlySet<string>;
  unadapted: ReadonlySet<string>;
} {
  const graph = new GraphBuilder('sd21-unet');
  const adapters = new LoraAdapters(loras);
  const products = int8 && new Int8Products(int8);
  const layers = new Layers(graph, weights, type, adapters, attention, convolutions, products);
  const norm = ownStatistics(config.normGroups);
  const { blockOutChannels, crossAttentionDim, normEpsilon: epsilon } = config;
  const first = blockOutChannels[0] ?? 0;
  const last = blockOutChannels.at(-1) ?? 0;
  const time = timeEmbedding(layers, config, timestep);
  const text = typed(
    layers,
    graph.float32('context', [context.length / crossAttentionDim, crossAttentionDim], context),
    'context',
  );

  const residual = (x: Value, module: string, from: number, to: number, level: number): Value =>
    residualBlock(layers, x, module, { from, to, norm, epsilon, time, blocks: BLOCKS[level] });
  const transform = (
    x: Value,
    module: string,
    channels: number,
    heads: number,
    level: number,
  ): Value =>
    spatialTransformer(layers, x, module, {
      chunks: CHUNKS[level] ?? 1,
      channels,
      heads,
      norm,
      context: text,
      contextChannels: crossAttentionDim,
    });

  const latent = graph.input('latent', [1, config.inChannels, 'height', 'width']);
  let x = layers.conv(typed(layers, latent, 'latent'), 'conv_in', {
    from: config.inChannels,
    to: first,
    kernel: 3,
  });
  let channels = first;
  const skips: { value: Value; channels: number }[] = [{ value: x, channels }];
  blockOutChannels.forEach((to, i) => {
    const block = `down_blocks.${i}`;
    for (let j = 0; j < config.layersPerBlock; j++) {
      x = residual(x, `${block}.resnets.${j}`, channels, to, i);
      channels = to;
      if (config.downAttention[i])
        x = transform(x, `${block}.attentions.${j}`, channels, config.heads[i] ?? 1, i);
      skips.push({ value: x, channels });
    }
    if (i === blockOutChannels.length - 1) return;
    x = layers.conv(x, `${block}.downsamplers.0.conv`, {
      from: channels,
      to: channels,
      kernel: 3,
      stride: 2,
    });
    skips.push({ value: x, channels });
  });

  x = residual(x, 'mid_block.resnets.0', last, last, blockOutChannels.length - 1);
  x = transform(
    x,
    'mid_block.attentions.0',
    last,
    config.heads.at(-1) ?? 1,
    blockOutChannels.length - 1,
  );
  x = residual(x, 'mid_block.resnets.1', last, last, blockOutChannels.length - 1);

  const upwards = [...blockOutChannels].reverse();
  const headsUpwards = [...config.heads].reverse();
  upwards.forEach((to, i) => {
    const block = `up_blocks.${i}`;
    for (let j = 0; j <= config.layersPerBlock; j++) {
      const skip = skips.pop();
      if (!skip) throw new Error('The UNet has more layers upwards than downwards.');
      const joined = graph.node(
        'Concat',
        [x, skip.value],
        { axis: 1 },
        { name: `${block}.resnets.${j}/Skip` },
      );
      x = residual(
        joined,
        `${block}.resnets.${j}`,
        channels + skip.channels,
        to,
        upwards.length - 1 - i,
      );
      channels = to;
      if (config.upAttention[i])
        x = transform(
          x,
          `${block}.attentions.${j}`,
          channels,
          headsUpwards[i] ?? 1,
          upwards.length - 1 - i,
        );
    }
    if (i === upwards.length - 1) return;
    const enlarged = layers.upsample(x, `${block}.upsamplers.0`, skips.at(-1)?.value);
    x = layers.conv(enlarged, `${block}.upsamplers.0.conv`, {
      from: channels,
      to: channels,
      kernel: 3,
      blocks: BLOCKS[upwards.length - 2 - i],
    });
  });

  x = layers.silu(norm(layers, x, 'conv_norm_out', first, epsilon), 'conv_norm_out');
  x = layers.conv(x, 'conv_out', { from: first, to: config.outChannels, kernel: 3 });
  const epsilonOut = type === 'float32' ? x : layers.cast(x, 'float32', 'epsilon/Cast');
  graph.output('epsilon', epsilonOut, [1, config.outChannels, 'height', 'width']);
  return {
    onnx: graph.toBytes('pisa-upscale'),
    adapted: adapters.adapted,
    unadapted: adapters.unadapted,
  };
}

/**
 * SiLU of the time embedding for `timestep`: sinusoid → linear → SiLU → linear → SiLU. All
 * constant, so ONNX Runtime folds it.
 */
function timeEmbedding(
  layers: Layers,
  { blockOutChannels, flipSinToCos, freqShift }: UNetConfig,
  timestep: number,
): { value: Value; channels: number } {
  const size = blockOutChannels[0] ?? 0;
  const channels = 4 * size;
  const half = size / 2;
  const angles = Array.from(
    { length: half },
    (_, i) => timestep * Math.exp((-Math.log(FREQUENCY_BASE) * i) / (half - freqShift)),
  );
  const [sines, cosines] = [angles.map(Math.sin), angles.map(Math.cos)];
  const wave = layers.graph.float32(
    'time_embedding/Sinusoid',
    [1, size],
    flipSinToCos ? [...cosines, ...sines] : [...sines, ...cosines],
  );
  const hidden = layers.linear(
    typed(layers, wave, 'time_embedding/Sinusoid'),
    'time_embedding.linear_1',
    size,
    channels,
  );
  const embedded = layers.linear(
    layers.silu(hidden, 'time_embedding.act'),
    'time_embedding.linear_2',
    channels,
    channels,
  );
  return { value: layers.silu(embedded, 'time_embedding.out'), channels };
}

const typed = (layers: Layers, value: Value, name: string): Value =>
  layers.type === 'float32' ? value : layers.cast(value, layers.type, `${name}/Cast`);
