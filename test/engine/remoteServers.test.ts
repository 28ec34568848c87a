import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { ModelRegistry } from '../../src/engine/models/registry';
import { ServerModels } from '../../src/engine/remote/serverModels';
import { startKserve, startMlserver, type PythonServer } from '../harness/pythonServers';
import { pythonWith } from '../harness/serverProcess';
import { deviceOn, MODEL, picture, servicesOn, upscaleOn, type Done } from './remoteSupport';
import { largestDifference, temporaryFolder, TEST_MODELS } from './support';

const folder = temporaryFolder();
const registry = new ModelRegistry([TEST_MODELS]);
const running: PythonServer[] = [];
after(() => Promise.all(running.map((server) => server.kill())));

const graph = path.join(TEST_MODELS, MODEL, 'model.onnx');
const outputs = ['base', 'pixel', 'semantic'];
const HALF = 'half';
let input: string;
let local: Done;

before(async () => {
  input = await picture();
  local = await upscaleOn(servicesOn(deviceOn({ url: 'http://127.0.0.1:1' })), input, {
    device: 'cpu',
  });
});

/** The names in the server's index, and the ids of those that this machine has. */
async function indexOf(url: string): Promise<readonly (readonly [string, string | undefined])[]> {
  const models = new ServerModels(deviceOn({ url }), registry, path.join(folder, 'store'));
  const { models: list, hasIndex } = await models.list(new AbortController().signal);
  assert.ok(hasIndex);
  return list.map(({ name, id, unfit }) => {
    assert.equal(unfit, undefined, name);
    return [name, id];
  });
}

test('KServe: the same pixels over REST and gRPC, in float16 nearly, within its limits', async (context) => {
  const python = pythonWith('kserve', context);
  if (python === undefined) return;
  const server = await startKserve(python, [
    { name: MODEL, graph, outputs },
    { name: HALF, graph, outputs, datatype: 'FP16' },
  ]);
  running.push(server);
  // KServe’s list of models; over gRPC it has none.
  assert.deepEqual(await indexOf(server.url), [
    [HALF, undefined],
    [MODEL, MODEL],
  ]);
  for (const url of [server.url, server.grpcUrl]) {
    const { result, data } = await upscaleOn(servicesOn(deviceOn({ url })), input);
    assert.ok(data.equals(local.data), url);
    assert.match(result.server ?? '', /^kserve [\d.]+ @ 127\.0\.0\.1:\d+$/);

    const half = deviceOn({ url }, { model: HALF, precision: 'fp16' });
    const nearly = await upscaleOn(servicesOn(half), input);
    assert.ok(largestDifference(nearly.data, local.data) <= 1, url);
    assert.deepEqual(nearly.result.notes, []);
  }

  // An answer has at most 8 MiB over gRPC, which KServe says after it has computed it.
  const large = await picture(230, 220);
  const services = servicesOn(deviceOn({ url: server.grpcUrl }));
  const { result, data } = await upscaleOn(services, large, {}, { freely: true });
  assert.match(result.notes.join(), /larger than max.*tried again with smaller tiles/i);
  const here = await upscaleOn(services, large, { device: 'cpu' });
  assert.ok(data.equals(here.data));
  await server.kill();
});

test('MLServer: the same pixels over gRPC, which is told where it sends no binary tensors', async (context) => {
  const python = pythonWith('mlserver', context);
  if (python === undefined) return;
  const server = await startMlserver(python, path.join(folder, 'mlserver'), [
    { name: MODEL, graph, outputs },
  ]);
  running.push(server);
  for (const url of [server.url, server.grpcUrl])
    assert.deepEqual(await indexOf(url), [[MODEL, MODEL]], url);

  const { result, data } = await upscaleOn(servicesOn(deviceOn({ url: server.grpcUrl })), input);
  assert.ok(data.equals(local.data));
  assert.match(result.server ?? '', /^mlserver [\d.]+ @ 127\.0\.0\.1:\d+$/);

  await assert.rejects(upscaleOn(servicesOn(deviceOn(server)), input), { message: /gRPC/ });
  await server.kill();
});
