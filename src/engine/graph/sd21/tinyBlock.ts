import type { Tensors } from '../../checkpoint/checkpoint';
import type { Value } from '../graphBuilder';
import type { EightBits, MeasuredRanges, Quantized, Signs } from './eightBits';
import type { Layers } from './layers';

/** Channels of every layer of TAESD but the outermost, and of the latents. */
export type TinyShape = { readonly channels: number; readonly latentChannels: number };

/** What its file tells; what it lacks is found while a graph is built. */
export const tinyShape = (tensors: Tensors, latentChannels: number): TinyShape => ({
  channels: tensors.get('decoder.layers.0.weight')?.shape[0] ?? 0,
  latentChannels,
});

/** Convolutions of a block, each of which sees one neighbor more. */
export const BLOCK_CONVOLUTIONS = 3;

/**
 * TAESD's residual block: convolutions with ReLU between, and after the sum with the input. `ranges` are
 * told how far the values go that `tinyBlock8` has in 8 bits.
 */
export function tinyBlock(
  layers: Layers,
  x: Value,
  block: string,
  channels: number,
  ranges?: MeasuredRanges,
): Value {
  let y = x;
  for (let j = 0; j < BLOCK_CONVOLUTIONS; j++) {
    const { name, signs } = convolution(block, j);
    y = layers.conv(y, name, { from: channels, to: channels, kernel: 3 });
    if (signs === 'positive') y = relu(layers, y, name);
    ranges?.see(y, signs, name);
  }
  const sum = relu(layers, layers.add(y, x, `${block}/Add`), block);
  ranges?.see(sum, 'positive', block);
  return sum;
}

/** The same in 8 bits. */
export function tinyBlock8(
  bits: EightBits,
  x: Quantized,
  block: string,
  channels: number,
): Quantized {
  let y = x;
  for (let j = 0; j < BLOCK_CONVOLUTIONS; j++) {
    const { name, signs } = convolution(block, j);
    y = bits.conv(y, name, { from: channels, to: channels, kernel: 3 }, signs);
  }
  return bits.add(y, x, `${block}/Add`);
}

const convolution = (block: string, j: number): { name: string; signs: Signs } => ({
  name: `${block}.conv.${2 * j}`,
  signs: j < BLOCK_CONVOLUTIONS - 1 ? 'positive' : 'both',
});

export const relu = ({ graph }: Layers, x: Value, name: string): Value =>
  graph.node('Relu', [x], {}, { name: `${name}/Relu` });
