import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { before, test } from 'node:test';
import * as tf from '@tensorflow/tfjs';
import { setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { openTileSession } from '../../src/engine/runtime/session';
import { EMBEDDED_MODELS, largestDifference, tiledModel } from './support';

const require = createRequire(__filename);
const SIDE = 24;

/** The two layers of the reference network that are not Keras's own, as UpscalerJS defines them. */
class MultiplyBeta extends tf.layers.Layer {
  static className = 'MultiplyBeta';
  private readonly beta: number;
  constructor(config: { beta: number; name?: string }) {
    super(config);
    this.beta = config.beta;
  }
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.mul(Array.isArray(inputs) ? inputs[0]! : inputs, this.beta);
  }
}

class PixelShuffle4x extends tf.layers.Layer {
  static className = 'PixelShuffle4x';
  override computeOutputShape(shape: tf.Shape | tf.Shape[]): tf.Shape {
    const [batch, , , channels] = shape as tf.Shape;
    return [batch ?? null, null, null, (channels ?? 0) / 16];
  }
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.depthToSpace((Array.isArray(inputs) ? inputs[0]! : inputs) as tf.Tensor4D, 4, 'NHWC');
  }
}

before(async () => {
  tf.serialization.registerClass(MultiplyBeta);
  tf.serialization.registerClass(PixelShuffle4x);
  setWasmPaths(`${path.dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
  setThreadsCount(1);
  assert.ok(await tf.setBackend('wasm'));
});

test('the embedded model gives what TensorFlow.js gives with the same weights (≤ 1/255)', async () => {
  const folder = path.join(path.dirname(require.resolve('@upscalerjs/esrgan-thick')).split(`${path.sep}dist${path.sep}`)[0]!, 'models/x4');
  const reference = await tf.loadLayersModel(fileHandler(folder));
  const pixels = Float32Array.from({ length: SIDE * SIDE * 3 }, (_, i) => ((Math.sin(i * 0.7) + Math.sin(i * i * 0.013)) / 4 + 0.5));
  const result = reference.predict(tf.tensor4d(pixels, [1, SIDE, SIDE, 3])) as tf.Tensor4D;
  const expected = await tf.transpose(result, [0, 3, 1, 2]).data();

  const model = await tiledModel(EMBEDDED_MODELS, 'esrgan-thick-4x');
  const session = await openTileSession(model.graph, 'cpu', model.manifest.branches);
  const planar = Float32Array.from({ length: pixels.length }, (_, i) => pixels[(i % (SIDE * SIDE)) * 3 + Math.floor(i / (SIDE * SIDE))]!);
  const { base, pixel } = await session.run(planar, SIDE, SIDE);
  await session.release();

  const difference = largestDifference(expected, Float32Array.from(base, (value, i) => value + pixel[i]!));
  console.log(`largest difference from TensorFlow.js: ${difference.toExponential(2)}`);
  assert.ok(difference <= 1 / 255);
  assert.ok(largestDifference(expected, base) > 0.01, 'the network does more than the bicubic base');
});

test('the manifest describes the graph: λ_pix only, ×4, halo of the receptive field', async () => {
  const { manifest } = await tiledModel(EMBEDDED_MODELS, 'esrgan-thick-4x');
  assert.deepEqual(manifest.branches, ['pixel']);
  assert.equal(manifest.scale, 4);
  // 1 + 10 blocks · 3 dense blocks · 5 convolutions + 1 + 1, and one more at four times the resolution.
  assert.equal(manifest.halo, Math.ceil(1 + 150 + 1 + 1 + 1 / 4));
});

/** Loads a layers-model from files; TensorFlow.js in plain Node has no loader for them. */
function fileHandler(folder: string): tf.io.IOHandler {
  return {
    async load() {
      const json = JSON.parse(await readFile(path.join(folder, 'model.json'), 'utf8')) as {
        modelTopology: object;
        weightsManifest: { paths: string[]; weights: tf.io.WeightsManifestEntry[] }[];
      };
      const group = json.weightsManifest[0]!;
      const shards = await Promise.all(group.paths.map((name) => readFile(path.join(folder, name))));
      const joined = Buffer.concat(shards);
      const weightData = joined.buffer.slice(joined.byteOffset, joined.byteOffset + joined.byteLength);
      return { modelTopology: json.modelTopology, weightSpecs: group.weights, weightData: weightData };
    },
  };
}

test('the margin keeps the network’s zero padding out of the picture', async () => {
  const model = await tiledModel(EMBEDDED_MODELS, 'esrgan-thick-4x');
  const { margin, branches, scale } = model.manifest;
  const session = await openTileSession(model.graph, 'cpu', branches);
  const side = 40;
  const grey = async (m: number): Promise<number> => {
    const { base, pixel } = await session.run(new Float32Array(3 * (side + 2 * m) ** 2).fill(0.8), side + 2 * m, side + 2 * m);
    const wide = (side + 2 * m) * scale;
    let largest = 0;
    for (let y = m * scale; y < wide - m * scale; y++) {
      for (let x = m * scale; x < wide - m * scale; x++) largest = Math.max(largest, Math.abs(base[y * wide + x]! + pixel[y * wide + x]! - 0.8));
    }
    return largest;
  };
  const [without, withMargin] = [await grey(0), await grey(margin)];
  await session.release();
  console.log(`flat grey, largest error: ${(without * 255).toFixed(1)}/255 without the margin, ${(withMargin * 255).toFixed(1)}/255 with it`);
  assert.ok(without > 8 / 255 && withMargin <= 2 / 255);
});
