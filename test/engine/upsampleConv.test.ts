import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { before, describe, it } from 'node:test';
import type { Tensors } from '../../src/engine/checkpoint/checkpoint';
import { GraphBuilder } from '../../src/engine/graph/graphBuilder';
import { Layers } from '../../src/engine/graph/sd21/layers';
import { upsampleConv, type UpsamplingKind } from '../../src/engine/graph/sd21/upsampleConv';
import { Weights, type ComputeType } from '../../src/engine/graph/sd21/weights';
import { openNetwork, type Floats } from '../../src/engine/runtime/network';
import { relativeL2 } from './pisaSupport';
import { temporaryFolder } from './support';

const SHAPE = { from: 5, to: 18 };
const MODULE = 'upsampler.conv';

/** Reproducible values in [−1,1]. */
function noise(length: number): Float32Array {
  let state = 7;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2147483648 - 1;
  });
}

describe('an enlargement and its convolution in phases', () => {
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

  async function run(
    kind: UpsamplingKind,
    type: ComputeType,
    [height, width]: readonly [number, number],
  ): Promise<Floats> {
    const graph = new GraphBuilder('upsample');
    const weights = new Weights(tensors, folder);
    const layers = new Layers(graph, weights, type, undefined, 'fused', kind);
    const x = graph.input('x', [1, SHAPE.from, 'height', 'width']);
    const typed = type === 'float32' ? x : layers.cast(x, type, 'x/Cast');
    const y = upsampleConv(layers, typed, MODULE, SHAPE, 'upsampler');
    const out = type === 'float32' ? y : layers.cast(y, 'float32', 'y/Cast');
    graph.output('y', out, [1, SHAPE.to, 'height2', 'width2']);
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

  for (const [type, bound] of [
    ['float32', 1e-6],
    // Sums of up to four weights are rounded once more.
    ['float16', 2e-3],
  ] as const)
    for (const size of [
      [1, 1],
      [1, 6],
      [7, 2],
      [16, 33],
    ] as const)
      it(`${size.join('×')} in ${type} is what the two operators yield`, async () => {
        const expected = await run('enlarged', 'float32', size);
        const phases = await run('phases', type, size);
        assert.deepEqual(phases.dims, [1, SHAPE.to, 2 * size[0], 2 * size[1]]);
        assert.deepEqual(phases.dims, expected.dims);
        const error = relativeL2(phases, expected);
        assert.ok(error <= bound, `relative L2 ${error}`);
      });
});
