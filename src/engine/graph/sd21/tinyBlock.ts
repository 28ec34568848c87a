import type { Tensors } from '../../checkpoint/checkpoint';
import type { Value } from '../graphBuilder';
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

/** TAESD's residual block: convolutions with ReLU between, and after the sum with the input. */
export function tinyBlock(layers: Layers, x: Value, block: string, channels: number): Value {
  let y = x;
  for (let j = 0; j < BLOCK_CONVOLUTIONS; j++) {
    const name = `${block}.conv.${2 * j}`;
    y = layers.conv(y, name, { from: channels, to: channels, kernel: 3 });
    if (j < BLOCK_CONVOLUTIONS - 1) y = relu(layers, y, name);
  }
  return relu(layers, layers.add(y, x, `${block}/Add`), block);
}

export const relu = ({ graph }: Layers, x: Value, name: string): Value =>
  graph.node('Relu', [x], {}, { name: `${name}/Relu` });
