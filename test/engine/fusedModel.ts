import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bicubicUpscale } from '../../src/engine/graph/bicubic';
import { GraphBuilder } from '../../src/engine/graph/graphBuilder';
import { Layers } from '../../src/engine/graph/sd21/layers';
import { Weights } from '../../src/engine/graph/sd21/weights';

const CHANNELS = 16;

/**
 * Writes a model that keeps the contract and whose graph has ONNX Runtime's fused attention, among
 * the rows of pixels that a convolution yields. Returns its id.
 */
export function writeFusedModel(models: string): string {
  const id = 'fused-attention-4x';
  const graph = new GraphBuilder(id);
  const layers = new Layers(graph, new Weights(new Map(), ''), 'float32');
  let state = 9;
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2147483648 - 1;
  };
  const conv = (name: string, from: number, to: number, gain: number): [string, string] => {
    const weight = Float32Array.from({ length: to * from * 9 }, () => random() * gain);
    graph.float32(`${name}.weight`, [to, from, 3, 3], weight);
    graph.float32(`${name}.bias`, [to], new Float32Array(to));
    return [`${name}.weight`, `${name}.bias`];
  };
  type Value = ReturnType<GraphBuilder['input']>;
  const image = graph.input('image', [1, 3, 'height', 'width']);
  const [weight, bias] = conv('features', 3, CHANNELS, 1) as [Value, Value];
  const features = graph.conv(image, weight, bias, 3);
  const sequence = layers.toSequence(features, CHANNELS, 'rows');
  const attended = layers.attention(sequence, sequence, sequence, CHANNELS, 2, 'attention');
  const picture = layers.toPicture(attended, features, 'picture');
  const [lastWeight, lastBias] = conv('last', CHANNELS, 48, 0.05) as [Value, Value];
  const last = graph.conv(picture, lastWeight, lastBias, 3);
  const dims = [1, 3, 'height_out', 'width_out'];
  graph.output('base', bicubicUpscale(graph, image, 3, 4, 'bicubic'), dims);
  graph.output('pixel', graph.node('DepthToSpace', [last], { blocksize: 4, mode: 'CRD' }), dims);

  const folder = path.join(models, id);
  mkdirSync(folder, { recursive: true });
  const bytes = graph.toBytes('test');
  writeFileSync(path.join(folder, 'model.onnx'), bytes);
  const manifest = {
    id,
    name: 'Fused attention ×4 (test)',
    description: 'One attention over all pixels, as ONNX Runtime fuses it.',
    scale: 4,
    branches: ['pixel'],
    sizeRule: { multipleOf: 1, minimum: 8 },
    margin: 0,
    halo: 4,
    tilePixels: 65536,
    licence: { spdx: 'MIT', source: 'this project' },
    graph: {
      path: 'model.onnx',
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    },
  };
  writeFileSync(path.join(folder, 'manifest.json'), JSON.stringify(manifest));
  return id;
}
