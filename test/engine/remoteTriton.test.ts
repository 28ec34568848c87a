import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, test, type TestContext } from 'node:test';
import { floatForm } from '../../src/engine/graph/floatForm';
import { ModelRegistry } from '../../src/engine/models/registry';
import { ServerModels } from '../../src/engine/remote/serverModels';
import { pythonWith } from '../harness/serverProcess';
import { TritonServer, type TritonModel } from '../harness/tritonServer';
import { deviceOn, MODEL, picture, servicesOn, upscaleOn, waits, type Done } from './remoteSupport';
import { EMBEDDED_MODELS, largestDifference, temporaryFolder, TEST_MODELS } from './support';

const EMBEDDED = 'pisa-compact-4x';
const OUTPUTS = ['base', 'pixel', 'semantic'];
const folder = temporaryFolder();
const running: TritonServer[] = [];
after(() => Promise.all(running.map((server) => server.kill())));

/** The embedded model as it is exported for servers, in floats. */
const exportedGraph = (): string => {
  const place = path.join(folder, 'exported.onnx');
  const graph = readFileSync(path.join(EMBEDDED_MODELS, EMBEDDED, 'model.onnx'));
  writeFileSync(place, floatForm(graph) ?? graph);
  return place;
};
const graphOf = (id: string): string =>
  id === EMBEDDED ? exportedGraph() : path.join(TEST_MODELS, id, 'model.onnx');
const modelOf = (id: string, part: Partial<TritonModel> = {}): TritonModel => ({
  name: id,
  graph: graphOf(id),
  outputs: OUTPUTS,
  ...part,
});

async function start(
  context: TestContext,
  name: string,
  models: readonly TritonModel[],
  ...options: readonly string[]
): Promise<TritonServer | undefined> {
  const python = pythonWith('triton', context);
  if (python === undefined) return undefined;
  const server = await TritonServer.start(python, path.join(folder, name), models, options);
  running.push(server);
  return server;
}

test('Triton: a model that only it has is listed, added and used, over REST and gRPC', async (context) => {
  const server = await start(context, 'own', [
    modelOf(MODEL),
    modelOf('painter', { graph: graphOf(MODEL), picture: { input: 'low', output: 'high' } }),
    modelOf('halved-painter', {
      graph: graphOf(MODEL),
      half: true,
      picture: { input: 'low', output: 'high' },
    }),
  ]);
  if (!server) return;
  const input = await picture();
  for (const url of [server.url, server.grpcUrl]) {
    const store = path.join(folder, new URL(url).port);
    const registry = new ModelRegistry([TEST_MODELS, store], store);
    const device = deviceOn({ url });
    const models = new ServerModels(device, registry, store);
    const { signal } = new AbortController();
    const { models: list } = await models.list(signal);
    assert.deepEqual(
      list.map(({ name, id, precision }) => [name, id, precision]),
      [
        ['halved-painter', undefined, 'float16'],
        ['painter', undefined, 'float32'],
        [MODEL, MODEL, 'float32'],
      ],
    );
    const faithful = { guidance: { pixel: 1, semantic: 0 } };
    const services = servicesOn(device, registry);
    const own = await upscaleOn(services, input, faithful);
    for (const name of ['painter', 'halved-painter']) {
      const { id, scale } = await models.add({ name }, signal);
      assert.deepEqual([id, scale], [name, 4]);
      // Its margin is another one than the local model's, so only the inside can be the same.
      const { data, result } = await upscaleOn(services, input, { ...faithful, model: id });
      assert.equal(result.unverified, true);
      const difference = largestDifference(inner(data), inner(own.data));
      assert.ok(difference <= 1, `${name}: ${difference}`);
    }
  }
  await server.kill();
});

/** The samples of a picture of 400×280 that are at least 64 pixels from its edge. */
function inner(data: Buffer): Buffer {
  const rows: Buffer[] = [];
  const channels = data.length / (400 * 280);
  for (let y = 64; y < 280 - 64; y++)
    rows.push(data.subarray((y * 400 + 64) * channels, (y * 400 + 400 - 64) * channels));
  return Buffer.concat(rows);
}

let local: Done | undefined;
const locally = async (input: string): Promise<Done> =>
  (local ??= await upscaleOn(servicesOn(deviceOn({ url: 'http://127.0.0.1:1' })), input, {
    device: 'cpu',
  }));

/**
 * One tile is computed and one waits: of eight at once some are refused with 503, and come again. A
 * server that keeps up gets a larger picture.
 */
async function pressed(url: string): Promise<void> {
  waits.length = 0;
  for (let width = 200; waits.length === 0; width *= 2) {
    assert.ok(width < 10_000, 'no queue was ever full');
    const input = await picture(width, 70);
    const services = servicesOn(deviceOn({ url }, { inFlight: 8 }));
    const { data } = await upscaleOn(services, input);
    assert.ok(data.equals((await upscaleOn(services, input, { device: 'cpu' })).data));
  }
}

test('Triton: the same pixels as here, another model refused, a full queue waited for', async (context) => {
  const server = await start(context, 'plain', [
    modelOf(MODEL, { queue: 1 }),
    modelOf(EMBEDDED),
    modelOf('changed', { graph: graphOf(EMBEDDED) }),
    modelOf('labelled', { graph: graphOf(MODEL), sha256: 'ab'.repeat(32) }),
    modelOf('halved', { graph: graphOf(MODEL), half: true }),
  ]);
  if (!server) return;
  const input = await picture();
  const expected = await locally(input);
  const { result, data } = await upscaleOn(servicesOn(deviceOn(server)), input);
  assert.ok(data.equals(expected.data));
  assert.match(result.server ?? '', /^triton \d+\.\d+\.\d+ @ 127\.0\.0\.1:\d+$/);

  const small = await picture(20, 12);
  const ours = { model: EMBEDDED };
  const services = servicesOn(deviceOn(server));
  const embedded = await upscaleOn(services, small, ours);
  assert.ok(
    embedded.data.equals((await upscaleOn(services, small, { ...ours, device: 'cpu' })).data),
  );

  for (const [model, words] of [
    ['changed', /another one there: of a tile the layer "pixel" differs by/],
    ['labelled', /names the SHA-256 abababab/],
    ['missing', /has no such model/],
  ] as const)
    await assert.rejects(upscaleOn(servicesOn(deviceOn(server, { model })), input), {
      message: words,
    });
  await assert.rejects(upscaleOn(servicesOn(deviceOn(server, { precision: 'fp16' })), input), {
    message: /"image" is FP32 there, and FP16 is asked for/,
  });

  for (const url of [server.url, server.grpcUrl]) {
    const half = deviceOn({ url }, { model: 'halved', precision: 'fp16' });
    const { result, data } = await upscaleOn(servicesOn(half), input);
    assert.deepEqual(result.notes, []);
    assert.ok(largestDifference(data, expected.data) <= 1, url);
  }

  await pressed(server.url);
  await server.kill();
});

test('Triton over gRPC: the same pixels, what is wrong told as over REST, a full queue waited for', async (context) => {
  const server = await start(context, 'grpc', [
    modelOf(MODEL, { queue: 1 }),
    modelOf('changed', { graph: graphOf(EMBEDDED) }),
  ]);
  if (!server) return;
  const url = server.grpcUrl;
  const input = await picture();
  const expected = await locally(input);
  const { result, data } = await upscaleOn(servicesOn(deviceOn({ url })), input);
  assert.ok(data.equals(expected.data));
  assert.match(result.server ?? '', /^triton [\d.]+ @ 127\.0\.0\.1:\d+$/);
  for (const [model, words] of [
    ['changed', /another one there: of a tile the layer "pixel" differs by/],
    ['missing', /it answered NOT_FOUND/],
  ] as const)
    await assert.rejects(upscaleOn(servicesOn(deviceOn({ url }, { model })), input), {
      message: words,
    });

  await pressed(url);

  const controller = new AbortController();
  const services = servicesOn(deviceOn({ url }));
  const cancelled = upscaleOn(services, input, {}, { signal: controller.signal });
  setTimeout(() => controller.abort(), 50);
  await assert.rejects(cancelled, { code: 'cancelled' });

  await server.kill();
  await assert.rejects(upscaleOn(services, input), { code: 'remote-failed' });
});

test('Triton behind a key: nothing without it, and with it the same pixels', async (context) => {
  const restricted = '--http-restricted-api=inference,metadata,model-config:x-team-key=open sesame';
  const server = await start(
    context,
    'restricted',
    [modelOf(MODEL)],
    restricted,
    '--grpc-restricted-protocol=inference,metadata:x-team-key=open sesame',
  );
  if (!server) return;
  const input = await picture();
  await assert.rejects(upscaleOn(servicesOn(deviceOn(server)), input), {
    message: /403 \(it allows no access\)/,
  });
  const secrets = { headers: { 'x-team-key': 'open sesame' } };
  const { data } = await upscaleOn(servicesOn(deviceOn(server, { secrets })), input);
  assert.ok(data.equals((await locally(input)).data));

  const url = server.grpcUrl;
  await assert.rejects(upscaleOn(servicesOn(deviceOn({ url })), input), {
    message: /This protocol is restricted/,
  });
  const metadata = { headers: { 'triton-grpc-protocol-x-team-key': 'open sesame' } };
  const there = await upscaleOn(servicesOn(deviceOn({ url }, { secrets: metadata })), input);
  assert.ok(there.data.equals(data));
  await server.kill();
});
