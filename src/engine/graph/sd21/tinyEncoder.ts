import type { Tensors } from '../../checkpoint/checkpoint';
import { GraphBuilder } from '../graphBuilder';
import { Layers } from './layers';
import { BLOCK_CONVOLUTIONS, tinyBlock, type TinyShape } from './tinyBlock';
import type { ComputeType, Weights } from './weights';

/** Residual blocks at each size, from the picture's to the latents'. */
const BLOCKS = [1, 3, 3, 3] as const;

/** Whether a file of TAESD has the encoder, too. */
export const hasTinyEncoder = (tensors: Tensors): boolean => tensors.has('encoder.layers.0.weight');

/**
 * Builds the encoder of TAESD (Bohan, https://github.com/madebyollin/taesd), as diffusers'
 * AutoencoderTiny names its layers: `image` [1,3,8·H,8·W] in [−1,1] to `latent` [1,4,H,W], scaled as
 * the UNet takes them, both float32. `channels` of every layer between.
 */
export function buildTinyEncoder(
  weights: Weights,
  { channels, latentChannels, type }: TinyShape & { readonly type: ComputeType },
): Uint8Array {
  const graph = new GraphBuilder('tiny-encoder');
  const layers = new Layers(graph, weights, type);
  const image = graph.input('image', [1, 3, 'height', 'width']);
  const half = graph.shared('number 0.5', [], [0.5]);
  let index = 0;
  const next = (): string => `encoder.layers.${index++}`;

  let x = graph.node('Mul', [image, half], {}, { name: 'image/Mul' });
  x = graph.node('Add', [x, half], {}, { name: 'image/Add' });
  if (type !== 'float32') x = layers.cast(x, type, 'image/Cast');
  BLOCKS.forEach((count, size) => {
    const shape = { to: channels, kernel: 3 };
    x =
      size === 0
        ? layers.conv(x, next(), { ...shape, from: 3 })
        : layers.conv(x, next(), { ...shape, from: channels, stride: 2, bias: false });
    for (let i = 0; i < count; i++) x = tinyBlock(layers, x, next(), channels);
  });
  x = layers.conv(x, next(), { from: channels, to: latentChannels, kernel: 3 });
  if (type !== 'float32') x = layers.cast(x, 'float32', 'latent/Cast');
  graph.output('latent', x, [1, latentChannels, 'height_out', 'width_out']);
  return graph.toBytes('pisa-upscale');
}

/** How many pixels beyond its own area a latent sees on each side. */
export const TINY_ENCODER_REACH: number = (() => {
  let need = 1; // the last convolution
  for (let size = BLOCKS.length - 1; size >= 0; size--) {
    need += (BLOCKS[size] ?? 0) * BLOCK_CONVOLUTIONS + 1;
    if (size > 0) need = 2 * need;
  }
  return need;
})();
