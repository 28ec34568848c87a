import { GraphBuilder, type Value } from '../graphBuilder';
import { cropped, type DecoderReach } from './decoderCrops';
import { EightBits, MeasuredRanges, type Quantized } from './eightBits';
import { Layers } from './layers';
import { BLOCK_CONVOLUTIONS, relu, tinyBlock, tinyBlock8, type TinyShape } from './tinyBlock';
import type { ComputeType, Weights } from './weights';

/** Residual blocks at each size, from the latents' to the picture's. */
const BLOCKS = [3, 3, 3, 1] as const;

/** Latents beyond this are bent towards it: smoothly, and never further. */
const MAGNITUDE = 3;

/**
 * The first size whose blocks are in 8 bits, where drafts are: a quarter of the picture's. From there on
 * lies nine tenths of the work; below, rounding would be seen in more pixels for little time.
 */
const FIRST_IN_8_BITS = 2;

/**
 * In floats; the same, with an output that tells the `RANGES` of what the third has in 8 bits; in 8 bits
 * where most of the work is, for such ranges.
 */
export type TinyForm = 'floats' | 'measured' | { readonly ranges: Float32Array };

/**
 * Builds the decoder of TAESD (Bohan, https://github.com/madebyollin/taesd), as diffusers'
 * AutoencoderTiny names its layers: `latent` [1,4,H,W], scaled as the UNet takes them, to `image`
 * [1,3,8·H,8·W] in about [−1,1], both float32. `channels` of every layer between.
 */
export function buildTinyDecoder(
  weights: Weights,
  {
    channels,
    latentChannels,
    type,
    form = 'floats',
  }: TinyShape & { readonly type: ComputeType; readonly form?: TinyForm },
): Uint8Array {
  const graph = new GraphBuilder('tiny-decoder');
  const layers = new Layers(graph, weights, type);
  const latent = graph.input('latent', [1, latentChannels, 'height', 'width']);
  let index = 0;
  const next = (): string => `decoder.layers.${index++}`;
  const number = (value: number): Value => graph.shared(`number ${value}`, [], [value]);

  let x = graph.node('Div', [latent, number(MAGNITUDE)], {}, { name: 'latent/Div' });
  x = graph.node('Tanh', [x], {}, { name: 'latent/Tanh' });
  x = graph.node('Mul', [x, number(MAGNITUDE)], {}, { name: 'latent/Mul' });
  if (type !== 'float32') x = layers.cast(x, type, 'latent/Cast');
  x = layers.conv(x, next(), { from: latentChannels, to: channels, kernel: 3 });
  x = relu(layers, x, next());
  const ranges = form === 'measured' ? new MeasuredRanges(layers) : undefined;
  const bits = typeof form === 'object' ? new EightBits(layers, form.ranges) : undefined;
  let eight: Quantized | undefined;
  BLOCKS.forEach((count, size) => {
    const isIn8Bits = size >= FIRST_IN_8_BITS;
    for (let i = 0; i < count; i++) {
      const block = next();
      if (bits && eight) eight = tinyBlock8(bits, eight, block, channels);
      else x = tinyBlock(layers, x, block, channels, isIn8Bits ? ranges : undefined);
    }
    const isLast = size === BLOCKS.length - 1;
    const shape = { from: channels, to: isLast ? 3 : channels, kernel: 3, bias: isLast };
    if (bits && eight && isLast) x = bits.floats(eight, 'image');
    if (bits && eight && !isLast) {
      const value = layers.upsample(cropped(layers, eight.value, size), next());
      eight = bits.conv({ ...eight, value }, next(), shape, 'both');
      return;
    }
    if (!isLast) x = layers.upsample(cropped(layers, x, size), next());
    const name = next();
    x = layers.conv(x, name, shape);
    if (isLast || size + 1 < FIRST_IN_8_BITS) return;
    ranges?.see(x, 'both', name);
    eight = bits?.quantize(x, 'both', name);
  });
  ranges?.finish();
  if (type !== 'float32') x = layers.cast(x, 'float32', 'image/Cast');
  // Its pictures are in [0,1], those of the VAE in [−1,1].
  x = graph.node('Mul', [x, number(2)], {}, { name: 'image/Mul' });
  x = graph.node('Sub', [x, number(1)], {}, { name: 'image/Sub' });
  graph.output('image', x, [1, 3, 'height_out', 'width_out']);
  return graph.toBytes('pisa-upscale');
}

/**
 * How far its pixels see, level by level from the latents' size upwards, as `decoderReach` tells it
 * of the VAE. Without norms a tile with that much around it yields the very pixels of an untiled run.
 */
export const TINY_DECODER_REACH: DecoderReach = (() => {
  const crops: number[] = [];
  // A convolution before the blocks of each size, and one more at the end.
  let need = 1;
  for (let size = BLOCKS.length - 1; size >= 0; size--) {
    need += 1 + (BLOCKS[size] ?? 0) * BLOCK_CONVOLUTIONS;
    if (size > 0) crops.unshift((need = Math.ceil(need / 2)));
  }
  return { entry: need, crops };
})();
