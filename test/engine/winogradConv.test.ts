import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { before, describe, it } from 'node:test';
import type { Tensors } from '../../src/engine/checkpoint/checkpoint';
import { GraphBuilder } from '../../src/engine/graph/graphBuilder';
import { Layers } from '../../src/engine/graph/sd21/layers';
import { Weights } from '../../src/engine/graph/sd21/weights';
import {
  upsampleConv,
  type Blocks,
  type ConvolutionKind,
} from '../../src/engine/graph/sd21/winogradConv';
import { openNetwork, type Floats } from '../../src/engine/runtime/network';
import { relativeL2 } from './pisaSupport';
import { temporaryFolder } from './support';

const SHAPE = { from: 5, to: 18 };
const MODULE = 'module.conv';

/** Reproducible values in [−1,1]. */
function noise(length: number): Float32Array {
  let state = 7;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2147483648 - 1;
  });
}

describe('convolutions by minimal filtering', () => {
  const folder = temporaryFolder();
  let tensors: Tensors;
  before(async () => {
    const file = path.join(folder, 'weights.bin');
    const kernel = SHAPE.to * SHAPE.from * 9;
    await writeFile(file, noise(kernel + SHAPE.to));
    const tensor = (what: string, shape: readonly number[], from: number, to: number) => {
      const name = `${MODULE}.${what}`;
      const place = { file, offset: 4 * from, length: 4 * (to - from) };
      return [name, { name, dtype: 'F32', shape, ...place }] as const;
    };
    tensors = new Map([
      tensor('weight', [SHAPE.to, SHAPE.from, 3, 3], 0, kernel),
      tensor('bias', [SHAPE.to], kernel, kernel + SHAPE.to),
    ]);
  });

  const OPERATORS = { 'a convolution': 1, 'an enlargement and its convolution': 2 } as const;
  type Operator = keyof typeof OPERATORS;

  async function run(
    operator: Operator,
    kind: ConvolutionKind,
    [height, width]: readonly [number, number],
    blocks: Blocks,
  ): Promise<Floats> {
    const graph = new GraphBuilder('convolution');
    const weights = new Weights(tensors, folder);
    const layers = new Layers(graph, weights, 'float32', undefined, 'fused', kind);
    const x = graph.input('x', [1, SHAPE.from, 'height', 'width']);
    const y =
      operator === 'a convolution'
        ? layers.conv(x, MODULE, { ...SHAPE, kernel: 3, blocks })
        : upsampleConv(layers, x, { name: MODULE, ...SHAPE }, blocks, 'upsampler');
    graph.output('y', y, [1, SHAPE.to, 'height2', 'width2']);
    assert.deepEqual(weights.problems, []);
    const network = await openNetwork({
      onnx: graph.toBytes('pisa-upscale'),
      weightsFolder: folder,
      device: 'cpu',
      plan: 'fastConvolutions',
    });
    const dims = [1, SHAPE.from, height, width];
    const result = await network.run({ x: { data: noise(SHAPE.from * height * width), dims } });
    await network.release();
    return result.y ?? assert.fail('no output');
  }

  for (const [operator, scale] of Object.entries(OPERATORS) as [Operator, number][])
    for (const [size, blocks] of [
      [[1, 1], { bands: 1, fits: false }],
      [[1, 6], { bands: 1, fits: false }],
      [[7, 2], { bands: 1, fits: false }],
      [[9, 33], { bands: 2, fits: false }],
      [[14, 3], { bands: 3, fits: false }],
      [[8, 12], { bands: 1, fits: true }],
      [[8, 4], { bands: 2, fits: true }],
      [[20, 16], { bands: 3, fits: true }],
    ] as const)
      it(`${operator} of ${size.join('×')} in ${blocks.bands} bands${blocks.fits ? ' that fit' : ''}`, async () => {
        const expected = await run(operator, 'direct', size, blocks);
        const filtered = await run(operator, 'winograd', size, blocks);
        assert.deepEqual(filtered.dims, [1, SHAPE.to, scale * size[0], scale * size[1]]);
        assert.deepEqual(filtered.dims, expected.dims);
        const error = relativeL2(filtered, expected);
        assert.ok(error > 0 && error <= 3e-6, `relative L2 ${error}`);
      });
});
