import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import { bicubicUpscale } from '../../src/engine/graph/bicubic';
import { GraphBuilder, type Value } from '../../src/engine/graph/graphBuilder';
import { loadOnnxRuntime, type Ort } from '../../src/engine/runtime/onnxRuntime';
import { largestDifference, temporaryFolder } from './support';

let ort: typeof Ort;
before(async () => (ort = await loadOnnxRuntime()));

const open = (graph: GraphBuilder): Promise<Ort.InferenceSession> =>
  ort.InferenceSession.create(graph.toBytes('test'), { logSeverityLevel: 3 });

test('every kind of attribute and constant reaches ONNX Runtime', async () => {
  const graph = new GraphBuilder('attributes');
  const x = graph.input('x', [1, 4, 'h', 'w']);
  const leaky = graph.node('LeakyRelu', [x], { alpha: { float: 0.5 } });
  const flat = graph.node('Reshape', [leaky, graph.int64([1, -1])]);
  const [low, high] = graph.nodeWithOutputs('Split', [flat, graph.int64([4, 4])], 2, { axis: 1 });
  graph.output(
    'y',
    graph.node('Add', [low!, graph.node('Mul', [high!, graph.float32('ten', [], [10])])]),
    [1, 4],
  );
  const session = await open(graph);
  const { y } = await session.run({
    x: new ort.Tensor('float32', [-1, 2, 3, -4, 5, 6, -7, 8], [1, 4, 1, 2]),
  });
  assert.deepEqual([...(y!.data as Float32Array)], [49.5, 62, -32, 78]);
  await session.release();
});

test('a fused operator of com.microsoft runs', async () => {
  const graph = new GraphBuilder('gelu');
  graph.output(
    'y',
    graph.node('Gelu', [graph.input('x', ['n'])], {}, { domain: 'com.microsoft' }),
    ['n'],
  );
  const session = await open(graph);
  const { y } = await session.run({ x: new ort.Tensor('float32', [0, 1], [2]) });
  assert.ok(largestDifference(y!.data as Float32Array, [0, 0.8413447]) < 1e-5);
  await session.release();
});

test('external data is read from any byte of another file', async () => {
  const folder = temporaryFolder();
  const weights = Buffer.alloc(3 + 8);
  weights.writeFloatLE(2, 3);
  weights.writeFloatLE(-1, 7);
  writeFileSync(path.join(folder, 'weights.bin'), weights);
  const graph = new GraphBuilder('external');
  const x = graph.input('x', [2]);
  graph.output(
    'y',
    graph.node('Mul', [
      x,
      graph.external('w', 'float32', [2], { location: 'weights.bin', offset: 3, length: 8 }),
    ]),
    [2],
  );
  const file = path.join(folder, 'model.onnx');
  writeFileSync(file, graph.toBytes('test'));
  const session = await ort.InferenceSession.create(file);
  const { y } = await session.run({ x: new ort.Tensor('float32', [3, 4], [2]) });
  assert.deepEqual([...(y!.data as Float32Array)], [6, -4]);
  await session.release();
});

test('mistakes are refused while the graph is written', () => {
  const graph = new GraphBuilder('mistakes');
  graph.input('x', [1]);
  assert.throws(() => graph.float32('x', [1], [1]), /"x" is used twice/);
  assert.throws(() => graph.float32('w', [2, 2], [1, 2, 3]), /do not fill \[2, 2\]/);
  assert.throws(
    () => graph.external('e', 'float16', [4], { location: 'f', offset: 0, length: 16 }),
    /needs 8/,
  );
  assert.throws(() => graph.node('LeakyRelu', ['x' as Value], { alpha: 0.5 }), /\{ float: 0.5 \}/);
});

for (const scale of [2, 3, 4]) {
  test(`bicubic ×${scale} equals ONNX Runtime's cubic Resize`, async () => {
    const ours = new GraphBuilder('ours');
    const dims = [1, 3, 'H', 'W'];
    ours.output(
      'y',
      bicubicUpscale(ours, ours.input('x', [1, 3, 'h', 'w']), 3, scale, 'bicubic'),
      dims,
    );
    const theirs = new GraphBuilder('theirs');
    const resize = {
      mode: 'cubic',
      cubic_coeff_a: { float: -0.5 },
      coordinate_transformation_mode: 'half_pixel',
    };
    const x = theirs.input('x', [1, 3, 'h', 'w']);
    theirs.output(
      'y',
      theirs.node(
        'Resize',
        [x, '' as Value, theirs.float32('scales', [4], [1, 1, scale, scale])],
        resize,
      ),
      dims,
    );
    const values = Float32Array.from({ length: 3 * 9 * 7 }, (_, i) => ((i * 37) % 101) / 101);
    const run = async (graph: GraphBuilder): Promise<Float32Array> => {
      const session = await open(graph);
      const { y } = await session.run({ x: new ort.Tensor('float32', values, [1, 3, 9, 7]) });
      assert.deepEqual(y!.dims, [1, 3, 9 * scale, 7 * scale]);
      await session.release();
      return y!.data as Float32Array;
    };
    assert.ok(largestDifference(await run(ours), await run(theirs)) < 2e-6);
  });
}
