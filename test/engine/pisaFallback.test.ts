import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { before, test } from 'node:test';
import type { DiffusionModel } from '../../src/engine/models/kinds/diffusion';
import type { PisaNetworks } from '../../src/engine/pisa/pisaNetworks';
import { PisaSessions } from '../../src/engine/pisa/pisaSessions';
import { NotFiniteError, type Network } from '../../src/engine/runtime/network';
import { upscaleFile } from '../../src/engine/upscale/upscaleFile';
import { inFloats, pixelsOf, requestFor, temporaryFolder, writePng } from './support';
import { importTiny } from './tinyOnDevice';
import { inWords } from '../../src/shared/phrase';

/** Sessions whose "GPU" is the CPU, with a UNet that fails in the ways it is told. */
class FailingSessions extends PisaSessions {
  readonly tried: string[] = [];

  constructor(private readonly fails: (device: string, type: string) => Error | undefined) {
    super();
  }

  override async acquire(
    ...[model, device, type]: Parameters<PisaSessions['acquire']>
  ): Promise<PisaNetworks> {
    this.tried.push(`${device} ${type}`);
    const networks = await super.acquire(model, 'cpu', type);
    const failure = this.fails(device, type);
    if (!failure) return networks;
    const get = networks.get.bind(networks);
    const failing: Network = {
      device: 'cpu',
      run: () => Promise.reject(failure),
      release: async () => undefined,
    };
    networks.get = (name) => (name === 'unet' ? Promise.resolve(failing) : get(name));
    return networks;
  }
}

const store = path.join(temporaryFolder(), 'store');
let model: DiffusionModel;
before(async () => {
  model = await importTiny(store);
});

async function upscale(
  fails: (device: string, type: string) => Error | undefined,
  refuses: (device: string, type: string) => string | undefined = () => undefined,
): Promise<{ device: string; notes: readonly string[]; tried: string[]; size: number[] }> {
  const folder = temporaryFolder();
  const scratch = path.join(folder, 'scratch');
  mkdirSync(scratch);
  const pisa = new FailingSessions(fails);
  const input = await writePng(path.join(folder, 'a.png'), 16, 12);
  const result = await upscaleFile(
    requestFor(input, scratch, { model: 'pisa-sr', device: 'webgpu' }),
    {
      findModel: async () => model,
      resolveDevice: async () => 'webgpu',
      checkDevice: () => undefined,
      cpuPrecision: inFloats,
      refusal: async (_model, device, type) => refuses(device, type),
      acquireSession: () => Promise.reject(new Error('not asked for')),
      releaseSession: async () => undefined,
      pisa,
      inTurn: (_signal, work) => work(),
      version: '0.0.0',
    },
    { signal: new AbortController().signal, progress: () => undefined },
  );
  await pisa.release();
  const { width, height } = await pixelsOf(result.output);
  return {
    device: result.device,
    notes: result.notes.map(inWords),
    tried: pisa.tried,
    size: [width, height],
  };
}

test('infinity in float16: float32 on the same device does the work, and the person is told', async () => {
  const { device, notes, tried, size } = await upscale((_, type) =>
    type === 'float16'
      ? new NotFiniteError('the output "epsilon" holds NaN or infinite values')
      : undefined,
  );
  assert.deepEqual(tried, ['webgpu float16', 'webgpu float32']);
  assert.equal(device, 'webgpu');
  assert.match(
    notes[0]!,
    /webgpu failed in float16 .*NaN.* tried again in float32 with smaller tiles/,
  );
  assert.deepEqual(size, [64, 48]);
});

test('a device whose float16 is not trusted computes in float32, and the result says why', async () => {
  const { device, notes, tried } = await upscale(
    () => undefined,
    (_, type) => (type === 'float16' ? 'Conv: differs by 7.3e-3' : undefined),
  );
  assert.deepEqual(tried, ['webgpu float32']);
  assert.equal(device, 'webgpu');
  assert.deepEqual(notes, [
    'webgpu computes in float32, because its float16 is not trusted: Conv: differs by 7.3e-3.',
  ]);
});

test('a precision that is not trusted is not fallen back to', async () => {
  const { device, notes, tried } = await upscale(
    (where) => (where === 'webgpu' ? new Error('device lost') : undefined),
    (where, type) => (where === 'webgpu' && type === 'float32' ? 'unet: differs' : undefined),
  );
  assert.deepEqual(tried, ['webgpu float16', 'cpu float32']);
  assert.equal(device, 'cpu');
  assert.match(notes.at(-1)!, /webgpu failed in float32 \(unet: differs\); used cpu instead/);
});

test('a device that fails in every precision: the CPU does the work', async () => {
  const { device, notes, tried } = await upscale((where) =>
    where === 'webgpu' ? new Error('device lost') : undefined,
  );
  assert.deepEqual(tried, ['webgpu float16', 'webgpu float32', 'cpu float32']);
  assert.equal(device, 'cpu');
  assert.equal(notes.length, 2);
  assert.match(notes[1]!, /used cpu instead/);
});

test('a machine that is too small for the model is told so before anything is loaded', async (context) => {
  context.mock.method(os, 'totalmem', () => 4 * 2 ** 30);
  await assert.rejects(
    upscale(() => undefined),
    {
      code: 'model-unsupported',
      message: /PiSA-SR.* can't run here: it needs 6 GB of memory and this machine has 4.0 GB/,
    },
  );
});
