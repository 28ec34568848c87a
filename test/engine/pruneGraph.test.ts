import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { pruneGraph } from '../../src/engine/graph/pruneGraph';
import { loadOnnxRuntime } from '../../src/engine/runtime/onnxRuntime';
import { openTileSession } from '../../src/engine/runtime/session';
import { TEST_MODELS, tiledModel } from './support';

const SIDE = 20;
const image = Float32Array.from(
  { length: 3 * SIDE * SIDE },
  (_, i) => 0.5 + Math.sin(i * 0.37) / 2,
);

test('a branch that is not wanted is left out of the graph, and the others stay the same', async () => {
  const { graph, file } = await tiledModel(TEST_MODELS, 'two-branch-4x');
  const whole = await readFile(file);
  const pruned = pruneGraph(whole, ['base', 'pixel']);
  assert.ok(pruned && pruned.length < whole.length);
  const ort = await loadOnnxRuntime();
  const session = await ort.InferenceSession.create(pruned, { logSeverityLevel: 3 });
  assert.deepEqual([...session.outputNames].sort(), ['base', 'pixel']);
  await session.release();

  const [all, some] = [
    await openTileSession(graph, 'cpu', ['pixel', 'semantic']),
    await openTileSession(graph, 'cpu', ['pixel']),
  ];
  const [expected, found] = [await all.run(image, SIDE, SIDE), await some.run(image, SIDE, SIDE)];
  await Promise.all([all.release(), some.release()]);
  assert.ok(expected.semantic && found.semantic === undefined);
  assert.deepEqual(found.base, expected.base);
  assert.deepEqual(found.pixel, expected.pixel);
});

test('a graph whose outputs are all wanted stays as it is', async () => {
  const { file } = await tiledModel(TEST_MODELS, 'two-branch-4x');
  assert.equal(pruneGraph(await readFile(file), ['base', 'pixel', 'semantic']), undefined);
});
