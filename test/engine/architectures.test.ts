import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test, { after } from 'node:test';
import type { Architecture } from '../../src/engine/architectures/architecture';
import { ARCHITECTURES } from '../../src/engine/architectures/list';
import { Network } from '../../src/engine/architectures/network';
import { openStateDict } from '../../src/engine/architectures/openStateDict';
import { StateDict } from '../../src/engine/architectures/stateDict';
import { readSafetensors } from '../../src/engine/checkpoint/safetensors';
import { GraphBuilder } from '../../src/engine/graph/graphBuilder';
import { loadOnnxRuntime } from '../../src/engine/runtime/onnxRuntime';
import { goldenTensors, RECIPES, referenceTensors, writeSafetensors } from '../harness/networks';
import { writeTorchZip } from '../harness/torchFiles';

const folder = mkdtempSync(path.join(os.tmpdir(), 'pu-networks-'));
after(() => rmSync(folder, { recursive: true, force: true }));

for (const name of Object.keys(RECIPES))
  test(`${name}: recognised, described, and the same picture as spandrel`, async () => {
    const file = path.join(folder, `${name}.safetensors`);
    writeSafetensors(file, await referenceTensors(name));
    const dict = new StateDict(await readSafetensors(file));
    const [architecture, ...others] = ARCHITECTURES.filter((each) => each.recognises(dict));
    assert.ok(architecture, 'not recognised');
    assert.deepEqual(
      others.map(({ id }) => id),
      [],
    );
    await assertGolden(name, dict, architecture);
  });

for (const name of ['esrgan-new-4x', 'span-norm-4x', 'cugan-2x'])
  test(`${name}: the same from kernels that lie in their file channels last`, async () => {
    const file = path.join(folder, `${name}-turned.pth`);
    writeTorchZip(file, await referenceTensors(name), { turned: true });
    const dict = await openStateDict(file);
    const architecture = ARCHITECTURES.find((each) => each.recognises(dict));
    assert.ok(architecture, 'not recognised');
    await assertGolden(name, dict, architecture);
  });

/** The network says what it is, and yields what the reference does. */
async function assertGolden(
  name: string,
  dict: StateDict,
  architecture: Architecture,
): Promise<void> {
  const golden = await goldenTensors(name);
  const [input, output] = [golden.get('input')!, golden.get('output')!];
  const description = architecture.describe(dict);
  assert.equal(description.scale, output.shape[3]! / input.shape[3]!);
  assert.equal(description.inputChannels, input.shape[1]);
  assert.equal(description.outputChannels, output.shape[1]);

  const graph = new GraphBuilder(name);
  const net = new Network(graph, dict, folder);
  const x = graph.input('x', [1, description.inputChannels, 'h', 'w']);
  graph.output('y', architecture.build(net, x, dict), [1, description.outputChannels, 'H', 'W']);
  assert.deepEqual(net.problems, []);
  const model = path.join(folder, `${name}.onnx`);
  writeFileSync(model, graph.toBytes('test'));
  const ort = await loadOnnxRuntime();
  const session = await ort.InferenceSession.create(model, { logSeverityLevel: 3 });
  const result = await session.run({ x: new ort.Tensor('float32', input.data, input.shape) });
  await session.release();
  const data = result.y!.data as Float32Array;
  assert.deepEqual(result.y!.dims, output.shape);
  let worst = 0;
  let range = 1;
  for (const [i, value] of output.data.entries()) {
    worst = Math.max(worst, Math.abs(value - data[i]!));
    range = Math.max(range, Math.abs(value));
  }
  assert.ok(worst / range <= 1e-5, `differs by ${worst} in a range of ${range}`);
}
