/**
 * Why the embedded network has 64 channels: stacks of 3×3 convolutions with LeakyReLU and the same
 * number of multiplications, narrow and deep to wide and shallow, in alternation on the CPU. A
 * deeper one sees farther, a wider one has fewer steps.
 *
 *   npm run bench:shapes
 */
import { GraphBuilder } from '../src/engine/graph/graphBuilder';
import { loadOnnxRuntime, type Ort } from '../src/engine/runtime/onnxRuntime';
import { sessionOptions } from '../src/engine/runtime/session';

const SIDE = 256;
const ROUNDS = 5;
/** Layers and channels: layers · channels² is alike. */
const SHAPES = [
  [108, 32],
  [48, 48],
  [27, 64],
  [12, 96],
  [7, 128],
] as const;

async function main(): Promise<void> {
  const ort = await loadOnnxRuntime();
  const entries: {
    readonly layers: number;
    readonly channels: number;
    readonly session: Ort.InferenceSession;
    best: number;
  }[] = [];
  for (const [layers, channels] of SHAPES) {
    entries.push({
      layers,
      channels,
      session: await ort.InferenceSession.create(stack(layers, channels), sessionOptions('cpu')),
      best: Number.POSITIVE_INFINITY,
    });
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (const entry of entries) {
      const image = new ort.Tensor(
        'float32',
        new Float32Array(entry.channels * SIDE * SIDE).fill(0.1),
        [1, entry.channels, SIDE, SIDE],
      );
      const started = performance.now();
      await entry.session.run({ image });
      entry.best = Math.min(entry.best, performance.now() - started);
    }
  }
  for (const { layers, channels, session, best } of entries) {
    const operations = 2 * 9 * layers * channels ** 2 * SIDE ** 2;
    console.log(
      `${layers} layers of ${channels} channels: ${best.toFixed(0)} ms, ` +
        `${(operations / best / 1e6).toFixed(0)} GFLOP/s`,
    );
    await session.release();
  }
}

/**
 * Random weights that keep the values' size: tiny ones would become denormal, which is slow on a
 * CPU.
 */
function stack(layers: number, channels: number): Uint8Array {
  const graph = new GraphBuilder('stack');
  const shape = [1, channels, SIDE, SIDE];
  const bound = Math.sqrt(6 / (9 * channels));
  let features = graph.input('image', shape);
  for (let i = 0; i < layers; i++) {
    const weights = Float32Array.from(
      { length: channels * channels * 9 },
      () => (Math.random() * 2 - 1) * bound,
    );
    const convolved = graph.node(
      'Conv',
      [features, graph.float32(`weights${i}`, [channels, channels, 3, 3], weights)],
      { kernel_shape: [3, 3], pads: [1, 1, 1, 1] },
    );
    features = graph.node('LeakyRelu', [convolved], { alpha: { float: 0.1 } });
  }
  graph.output('features', features, shape);
  return graph.toBytes('bench');
}

void main();
