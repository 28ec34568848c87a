import assert from 'node:assert/strict';
import path from 'node:path';
import { after, test, type TestContext } from 'node:test';
import { TritonServer, pythonWithTriton, type TritonModel } from '../harness/tritonServer';
import { deviceOn, MODEL, picture, servicesOn, upscaleOn, waits, type Done } from './remoteSupport';
import { EMBEDDED_MODELS, temporaryFolder, TEST_MODELS } from './support';

const EMBEDDED = 'pisa-compact-4x';
const OUTPUTS = ['base', 'pixel', 'semantic'];
const folder = temporaryFolder();
const running: TritonServer[] = [];
after(() => Promise.all(running.map((server) => server.kill())));

const graphOf = (id: string): string =>
  path.join(id === EMBEDDED ? EMBEDDED_MODELS : TEST_MODELS, id, 'model.onnx');
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
  const python = pythonWithTriton(context);
  if (python === undefined) return undefined;
  const server = await TritonServer.start(python, path.join(folder, name), models, options);
  running.push(server);
  return server;
}

let local: Done | undefined;
const locally = async (input: string): Promise<Done> =>
  (local ??= await upscaleOn(servicesOn(deviceOn({ url: 'http://127.0.0.1:1' })), input, {
    device: 'cpu',
  }));

test('Triton: the same pixels as here, another model refused, a full queue waited for', async (context) => {
  const server = await start(context, 'plain', [
    modelOf(MODEL, { queue: 1 }),
    modelOf(EMBEDDED),
    modelOf('changed', { graph: graphOf(EMBEDDED) }),
    modelOf('labelled', { graph: graphOf(MODEL), sha256: 'ab'.repeat(32) }),
  ]);
  if (!server) return;
  const input = await picture();
  const expected = await locally(input);
  const { result, data } = await upscaleOn(servicesOn(deviceOn(server)), input);
  assert.ok(data.equals(expected.data));
  assert.match(result.server ?? '', /^triton \d+\.\d+\.\d+ at 127\.0\.0\.1:\d+$/);

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

  // One is computed and one waits: of eight at once some are refused with 503, and come again.
  waits.length = 0;
  const pressed = await upscaleOn(servicesOn(deviceOn(server, { inFlight: 8 })), input);
  assert.ok(pressed.data.equals(expected.data));
  assert.ok(waits.length > 0);
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
  assert.match(result.server ?? '', /^triton [\d.]+ at 127\.0\.0\.1:\d+$/);
  for (const [model, words] of [
    ['changed', /another one there: of a tile the layer "pixel" differs by/],
    ['missing', /it answered NOT_FOUND/],
  ] as const)
    await assert.rejects(upscaleOn(servicesOn(deviceOn({ url }, { model })), input), {
      message: words,
    });

  waits.length = 0;
  const pressed = await upscaleOn(servicesOn(deviceOn({ url }, { inFlight: 8 })), input);
  assert.ok(pressed.data.equals(expected.data));
  assert.ok(waits.length > 0);

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

/** More of them on request: each costs a start of the server. */
const KILLS = Number(process.env.KILL_MOMENTS ?? 2);

test('Triton is killed in the middle, and started again: the picture is the same', async (context) => {
  const server = await start(context, 'killed', [modelOf(MODEL)]);
  if (!server) return;
  const input = await picture();
  const services = servicesOn(deviceOn(server));
  for (let kill = 1; kill <= KILLS; kill++) {
    const started = performance.now();
    const before = await upscaleOn(services, input);
    const took = performance.now() - started;
    const moment = new Promise((resolve) => setTimeout(resolve, (took * kill) / (KILLS + 1)));
    const again = moment.then(() => server.kill()).then(() => server.run());
    // Tries follow each other at once here, so the picture itself is tried until the server is back.
    const after = await eventually(async () => upscaleOn(services, input));
    await again;
    assert.ok(after.data.equals(before.data));
  }
  await server.kill();
});

async function eventually(work: () => Promise<Done>): Promise<Done> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      assert.equal((error as { code?: string }).code, 'remote-failed');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
