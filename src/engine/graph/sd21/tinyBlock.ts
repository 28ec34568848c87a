import type { Value } from '../graphBuilder';
import type { Layers } from './layers';

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
