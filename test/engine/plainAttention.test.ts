import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'node:test';
import { GraphBuilder } from '../../src/engine/graph/graphBuilder';
import { Layers, type AttentionKind } from '../../src/engine/graph/sd21/layers';
import { Weights } from '../../src/engine/graph/sd21/weights';
import { openNetwork, type Floats } from '../../src/engine/runtime/network';
import { golden, GOLDEN_PISA, relativeL2, runPisa, tinyNetworks } from './pisaSupport';
import { largestDifference, pixelsOf, ROOT } from './support';

describe('attention in plain operators is the fused one', () => {
  const random = (length: number, seed: number): Float32Array => {
    let state = seed;
    return Float32Array.from({ length }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2147483648 - 1;
    });
  };
  const attend = async (
    kind: AttentionKind,
    [channels, heads, queries, keys]: readonly [number, number, number, number],
    chunks: number,
  ): Promise<Floats> => {
    const graph = new GraphBuilder('attention');
    const layers = new Layers(graph, new Weights(new Map(), ROOT), 'float32', undefined, kind);
    const [q, k, v] = (['q', 'k', 'v'] as const).map((name) =>
      graph.input(name, [`${name}Rows`, channels]),
    );
    const y = layers.attention(q!, k!, v!, channels, heads, 'attention', { chunks });
    graph.output('y', y, ['rows', channels]);
    const onnx = graph.toBytes('pisa-upscale');
    const network = await openNetwork({
      onnx,
      weightsFolder: ROOT,
      device: 'cpu',
      plan: 'fastConvolutions',
    });
    const values = (rows: number, seed: number): Floats => ({
      data: random(rows * channels, seed),
      dims: [rows, channels],
    });
    const result = await network.run({
      q: values(queries, 1),
      k: values(keys, 2),
      v: values(keys, 3),
    });
    await network.release();
    return result.y!;
  };

  for (const shape of [
    [16, 2, 64, 16],
    [16, 2, 64, 64],
    [16, 2, 8, 64],
    [60, 3, 7, 7],
    [320, 5, 64, 77],
    [320, 5, 250, 250],
    [64, 1, 100, 100],
    [512, 1, 61, 61],
  ] as const)
    for (const chunks of [1, 2, 7, 8].filter((count) => count <= shape[2]))
      it(`${shape.join(', ')} in ${chunks} (channels, heads, queries, keys; chunks)`, async () => {
        const [fused, plain] = [
          await attend('fused', shape, 1),
          await attend('plain', shape, chunks),
        ];
        assert.deepEqual(plain.dims, fused.dims);
        assert.ok(relativeL2(plain, fused) <= 1e-5);
      });

  it('PiSA-SR’s networks with it yield the reference', async () => {
    const networks = await tinyNetworks('float32', 'cpu', 'plain');
    const stages = await golden();
    const gate = { data: Float32Array.from([1, 1]), dims: [1, 2] };
    for (const size of ['even', 'odd']) {
      const latent = stages.get(`unet.${size}.latent`)!;
      const { epsilon } = await (await networks.get('unet')).run({ latent, gate });
      assert.ok(relativeL2(epsilon!, stages.get(`unet.${size}.full`)!) <= 1e-5);
    }
    const { pixels } = await runPisa(path.join(GOLDEN_PISA, 'source.png'), networks);
    await networks.releaseAll();
    const expected = await pixelsOf(path.join(GOLDEN_PISA, 'source-1.0-1.0-adain.png'));
    assert.ok(largestDifference(Uint8Array.from(pixels), expected.data) <= 1);
  });
});
