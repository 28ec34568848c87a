import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import sharp from 'sharp';
import { ModelRegistry } from '../../src/engine/models/registry';
import { ServerModels } from '../../src/engine/remote/serverModels';
import { warmCli, type WarmRun } from '../harness/warmCli';
import { InferenceServer, type Compute, type ServedModel } from '../harness/inferenceServer';
import { deviceOn, MODEL, picture, served, servicesOn, upscaleOn } from './remoteSupport';
import { CLI, largestDifference, pixelsOf, temporaryFolder, TEST_MODELS } from './support';
import { succeeds } from './succeeds';
import { inWords } from '../../src/shared/phrase';

const folder = temporaryFolder();
const store = path.join(folder, 'store');
const registry = new ModelRegistry([TEST_MODELS, store], store);
const SCALE = 4;
const NEVER = new AbortController().signal;

/** Every pixel four by four times, which needs no neighbour: so the result is known exactly. */
const enlarged =
  (output: string, range = 1, gain = 1): Compute =>
  async (image, width, height) => {
    const result = new Float32Array(image.length * SCALE * SCALE);
    for (let c = 0; c < 3; c++)
      for (let y = 0; y < height * SCALE; y++)
        for (let x = 0; x < width * SCALE; x++) {
          const from = (c * height + Math.floor(y / SCALE)) * width + Math.floor(x / SCALE);
          // One that takes [0, 255] is another network in [0, 1].
          const value = range === 1 ? image[from]! : Math.max(60, image[from]!);
          result[(c * height * SCALE + y) * width * SCALE + x] = value * gain;
        }
    return { [output]: result };
  };

const upscaler = (part: Partial<ServedModel> = {}): ServedModel => ({
  scale: SCALE,
  branches: [],
  picture: { input: 'x', output: 'y' },
  compute: enlarged('y'),
  ...part,
});

let server: InferenceServer;
const models: Record<string, ServedModel> = {};
const WEIRD = 'Größe 2/✓ %2e';

before(async () => {
  Object.assign(models, {
    [WEIRD]: upscaler(),
    levels: upscaler({ compute: enlarged('y', 255) }),
    fixed: upscaler({ only: { width: 40, height: 32 } }),
    [MODEL]: await served(),
    'not-here': await served(),
    labels: upscaler({
      compute: () => Promise.resolve({ y: new Float32Array(1000) }),
      scale: 1,
    }),
    halves: upscaler({ datatype: 'INT8' }),
  });
  server = await new InferenceServer(models).listen();
});
after(() => server.kill());
beforeEach(() => server.reset());

const manager = (device = deviceOn(server)): ServerModels =>
  new ServerModels(device, registry, store);

describe('models that only the server has', () => {
  test('are listed from its index with what they take, and why one can’t be used', async () => {
    const { server: label, models: list, more, hasIndex } = await manager().list(NEVER);
    assert.match(label, /^test 1\.0 @ 127/);
    assert.deepEqual([more, hasIndex], [0, true]);
    const by = new Map(list.map(({ name, ...rest }) => [name, rest]));
    assert.deepEqual([...by.keys()], Object.keys(models).sort());
    assert.deepEqual(by.get(WEIRD), { precision: 'float32' });
    assert.deepEqual(by.get('fixed'), {
      precision: 'float32',
      tile: { width: 40, height: 32 },
      scale: SCALE,
    });
    assert.equal(by.get(MODEL)?.id, MODEL);
    assert.match(inWords(by.get('halves')?.unfit ?? ''), /takes INT8/);
  });

  for (const [name, id] of [
    [WEIRD, 'gro-e-2-2e'],
    ['levels', 'levels'],
    ['fixed', 'fixed'],
  ] as const)
    test(`"${name}" becomes a model with one dial, base + λ·(S − base)`, async () => {
      const added = await manager().add({ name }, NEVER);
      assert.deepEqual([added.id, added.scale, added.unverified], [id, SCALE, true]);
      const model = await registry.find(id);
      assert.deepEqual(model.manifest.branches, ['pixel']);
      const input = await brightPicture();
      const at = async (pixel: number): Promise<Buffer> =>
        (
          await upscaleOn(
            servicesOn(deviceOn(server), registry),
            input,
            { model: id, guidance: { pixel, semantic: 0 } },
            { freely: true },
          )
        ).data;
      const [base, half, full] = [await at(0), await at(0.5), await at(1)];
      const { width, height } = await sharp(input).metadata();
      const nearest = await sharp(input)
        .resize(width * SCALE, height * SCALE, { kernel: 'nearest' })
        .removeAlpha()
        .raw()
        .toBuffer();
      assert.ok(largestDifference(full, nearest) <= 1);
      assert.ok(largestDifference(base, nearest) > 8);
      const middle = base.map((value, i) => Math.round((value + nearest[i]!) / 2));
      assert.ok(largestDifference(half, middle) <= 1);
    });

  test('of this program’s own kind yields its first residual', async () => {
    const { id } = await manager().add({ name: 'not-here' }, NEVER);
    const model = await registry.find(id);
    assert.equal(model.contract?.gives, 'residual');
  });

  test('is added again under its own id, and knows no address', async () => {
    const again = await manager().add({ name: WEIRD }, NEVER);
    assert.equal(again.id, 'gro-e-2-2e');
    for (const file of ['manifest.json', 'served.json'])
      assert.doesNotMatch(readFileSync(path.join(again.folder, file), 'utf8'), /127\.0|localhost/);
  });

  test('what is no upscaler is refused, with why', async () => {
    for (const [name, words] of [
      ['labels', /can't be used: it does not work: .*a trial with small pictures failed/],
      ['halves', /takes INT8 and gives INT8/],
      ['nobody', /has no such model/],
      ['..', /no model or version can have that name/],
    ] as const)
      await assert.rejects(manager().add({ name }, NEVER), { message: words });
    assert.ok(!existsSync(path.join(store, 'labels')));
  });

  test('a model that has changed since it was added is refused', async () => {
    const { id } = await manager().add({ name: 'levels' }, NEVER);
    const own = models.levels!;
    models.levels = upscaler({ compute: enlarged('y', 255, 0.99) });
    try {
      const services = servicesOn(deviceOn(server, { fallback: 'cpu' }), registry);
      await assert.rejects(upscaleOn(services, await picture(40, 30), { model: id }), {
        code: 'device-unavailable',
        message: /it has changed since it was added: a tile differs by/,
      });
    } finally {
      models.levels = own;
    }
  });

  test('runs nowhere else: no pair, no export, no fallback', async () => {
    await assert.rejects(registry.find(`levels+${MODEL}`), { code: 'device-unavailable' });
    const dying = await new InferenceServer(models).listen();
    const device = deviceOn(dying, { fallback: 'cpu' });
    const services = servicesOn(device, registry);
    const input = await picture(80, 60);
    await upscaleOn(services, input, { model: 'levels' });
    await dying.kill();
    await assert.rejects(upscaleOn(services, input, { model: 'levels' }), {
      code: 'remote-failed',
    });
  });
});

/** Above the darkest level, which the model of [0, 255] does not go below. */
async function brightPicture(): Promise<string> {
  const file = path.join(folder, `bright-${Math.random()}.png`);
  const { data, info } = await sharp(await picture(70, 50))
    .linear(0.6, 80)
    .raw()
    .toBuffer({ resolveWithObject: true });
  await sharp(data, { raw: info }).png().toFile(file);
  return file;
}

describe('an index that', () => {
  const index = async (status: number, answer: unknown): ReturnType<ServerModels['list']> => {
    const before = server.index;
    server.index = () => [status, answer];
    try {
      return await manager().list(NEVER);
    } finally {
      server.index = before;
    }
  };

  for (const status of [400, 404, 405, 501])
    test(`is not there (${status}) leaves the model to be named`, async () => {
      const { hasIndex, models: list } = await index(status, { error: 'no' });
      assert.deepEqual([hasIndex, list], [false, []]);
    });

  test('names thousands is cut, with how many more there are', async () => {
    const names = Array.from({ length: 5000 }, (_, i) => ({ name: `m${i}` }));
    const { models: list, more } = await index(200, names);
    assert.deepEqual([list.length, more], [200, 4800]);
    assert.ok(
      list.every(({ unfit }) => unfit !== undefined && inWords(unfit).includes('no such model')),
    );
  });

  test('names what has no place in an address is read without it', async () => {
    const names = ['', '.', '..', 'a\nb', '\ud800', 'x'.repeat(300), 7, null, {}];
    const { models: list } = await index(200, [
      ...names.map((name) => ({ name, state: 'READY' })),
      { name: 'loading', state: 'UNAVAILABLE' },
      { name: 'fixed' },
      { name: 'fixed', version: '2' },
    ]);
    assert.deepEqual(
      list.map(({ name }) => name),
      ['fixed'],
    );
    assert.ok(server.asked.every(({ path: asked }) => /^\/v2(\/|$)/.test(asked)));
  });

  for (const [what, status, answer] of [
    ['is no list', 200, { models: 'all' }],
    ['is larger than an index can be', 200, ['x'.repeat(2 * 2 ** 20)]],
    ['redirects', 302, {}],
    ['is forbidden', 403, { error: 'no' }],
  ] as const)
    test(`${what} is told`, async () => {
      await assert.rejects(index(status, answer), { code: 'remote-refused' });
    });
});

const quick = warmCli(CLI);
const alone = (cwd: string, ...args: readonly string[]): Promise<WarmRun> => {
  const own = ['--models-dir', TEST_MODELS, '--store', path.join(folder, 'cli-store')];
  return quick(cwd, { PISA_UPSCALE_STATE: path.join(folder, 'state') }, ...own, ...args);
};

const cli = (cwd: string, ...args: readonly string[]): ReturnType<typeof alone> =>
  alone(cwd, '--remote', server.url, ...args);

test('the terminal lists, adds and uses one, and marks it wherever it is told of', async () => {
  const list = await cli(folder, 'models', 'served');
  assert.equal(list.status, 0, list.stderr);
  assert.match(list.stdout, /fixed +×4 · 40×32 only · float32 +not verified/);
  assert.match(list.stdout, /two-branch-4x .*two-branch-4x/);

  const added = await cli(folder, 'models', 'served', 'levels');
  assert.match(added.stdout, /^levels is ready \(×4, unverified\)/, added.stderr);
  assert.match(added.stderr, /nothing here can tell what it computes/);
  assert.match((await cli(folder, 'models')).stdout, /levels +×4 +pixel +unverified +Unverified: /);

  const project = path.join(folder, 'project');
  mkdirSync(project);
  writeFileSync(path.join(project, 'a.png'), readFileSync(await brightPicture()));
  writeFileSync(
    path.join(project, '.pisa-upscale.json'),
    JSON.stringify({
      rules: [{ files: '*.png', model: 'levels', scale: 4, output: 'large/{name}.{ext}' }],
    }),
  );
  const batch = await cli(project);
  assert.equal(batch.status, 0, batch.stderr + batch.stdout);
  assert.match(batch.stdout + batch.stderr, /@ 127\.0\.0\.1:\d+, model unverified/);
  const lock = JSON.parse(readFileSync(path.join(project, '.pisa-upscale.lock.json'), 'utf8')) as {
    outputs: Record<string, { unverified?: boolean }>;
  };
  assert.equal(lock.outputs['large/a.png']?.unverified, true);
  server.reset();
  succeeds(await cli(project, '--check'));
  assert.equal(server.asked.length, 0);
  assert.ok((await pixelsOf(path.join(project, 'large/a.png'))).data.length > 0);

  const one = await cli(project, 'a.png', '-m', 'levels', '--json');
  const { server: where, unverified } = JSON.parse(one.stdout) as Record<string, unknown>;
  assert.match(String(where), /model unverified$/);
  assert.equal(unverified, true);
  const here = await alone(project, 'a.png', '-m', 'levels', '--overwrite');
  assert.equal(here.status, 1, here.stderr);
  assert.match(here.stderr, /only an inference server has it/);

  const doctor = await cli(folder, 'doctor', '--json');
  const { devices } = JSON.parse(doctor.stdout) as {
    devices: { models: { model: string; trusted: boolean; reason: string }[] };
  };
  const trust = devices.models.filter(({ model }) => model === 'levels');
  assert.deepEqual(
    trust.map(({ trusted }) => trusted),
    [true],
  );
  assert.match(trust[0]?.reason ?? '', /\d+×\d+ in \d+ ms/);

  succeeds(await cli(folder, 'models', 'remove', 'levels'));
  assert.doesNotMatch((await cli(folder, 'models')).stdout, /^levels /m);
});
