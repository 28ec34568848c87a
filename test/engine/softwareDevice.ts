/**
 * What must hold on every software device for WebGPU. Run by the test of each one, in an
 * environment where Vulkan's loader finds it; DEVICE_HAS_FLOAT16 says whether it has float16, and
 * DEVICE_RUNS_PISA whether PiSA-SR is to run as a whole and doctor to check every model, which take
 * such a device a minute and half a one.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { EngineClient } from '../../src/client/engineClient';
import { openTileSession } from '../../src/engine/runtime/session';
import { NETWORK_BOUNDS, OPERATOR_BOUNDS } from '../../src/engine/trust/agreement';
import { fingerprint } from '../../src/engine/trust/fingerprint';
import { FUSED_ATTENTION } from '../../src/engine/trust/operators/normsAndSequences';
import { OPERATORS } from '../../src/engine/trust/operators/operators';
import { compareOperators, verdict } from '../../src/engine/trust/probe';
import { mirroredIndices, tileInput } from '../../src/engine/upscale/tileInput';
import { writeFusedModel } from './fusedModel';
import { relativeL2 } from './pisaSupport';
import {
  callFor,
  CLI,
  ENGINE,
  largestDifference,
  pixelsOf,
  temporaryFolder,
  TEST_MODELS,
  testPixels,
  tiledModel,
  writePng,
} from './support';
import { importTiny, overflowingTiny, upscaleTrusting } from './tinyOnDevice';
import { inWords } from '../../src/shared/phrase';

const HAS_FLOAT16 = process.env.DEVICE_HAS_FLOAT16 === '1';
const RUNS_PISA = process.env.DEVICE_RUNS_PISA === '1';

const folder = temporaryFolder();
const store = path.join(folder, 'store');
// Nothing that was found out before counts.
process.env.XDG_CACHE_HOME = path.join(folder, 'cache');
const ownModels = path.join(folder, 'models');
const fused = writeFusedModel(ownModels);
const client = new EngineClient({
  entry: ENGINE,
  modelFolders: [TEST_MODELS, ownModels],
  store,
  idleSeconds: 600,
  log: () => undefined,
});
after(() => client.dispose());

describe('operators', () => {
  it(`each one that models use is the CPU’s to ${OPERATOR_BOUNDS.float32} in float32`, async () => {
    const { devices, auto } = await client.devices({ refresh: false });
    const { usable, reason, operators, driver } = devices.find(
      ({ device }) => device === 'webgpu',
    )!;
    assert.equal(usable, true, reason);
    assert.ok(driver, 'it is known what drives the device');
    const full = operators!.filter(({ precision }) => precision === 'float32');
    assert.deepEqual(
      full.map(({ what }) => what),
      OPERATORS.map(({ name }) => name),
    );
    for (const { what, difference } of full)
      assert.ok(difference! <= OPERATOR_BOUNDS.float32, `${what}: ${difference}`);
    const worst = full.reduce((a, b) => (a.difference! > b.difference! ? a : b));
    console.log(`worst of ${full.length}: ${worst.what}, ${worst.difference!.toExponential(1)}`);
    assert.equal(auto, 'cpu', 'auto prefers the faster CPU');
  });

  it('the fused attention is wrong here, which is seen, and refuses the device', async () => {
    const [network] = (await client.devices({ refresh: false })).devices.filter(
      ({ device }) => device === 'webgpu',
    );
    assert.equal(network?.usable, true, 'without it the device is used');
    const checks = await compareOperators('webgpu', FUSED_ATTENTION.slice(0, 2));
    const { usable, reason, maxDifference } = verdict('webgpu', checks[0]!, checks.slice(1));
    console.log(inWords(reason));
    assert.equal(usable, false);
    assert.match(inWords(reason), /MultiHeadAttention, 16 channels.* differs by /);
    assert.ok(maxDifference! > 1e-2);
  });
});

describe('a tiled model', () => {
  it(`yields the CPU’s floats to ${NETWORK_BOUNDS.float32}`, async () => {
    const { graph, manifest } = await tiledModel(TEST_MODELS, 'two-branch-4x');
    const image = tileInput(
      testPixels(24, 20),
      24,
      mirroredIndices(0, 24, 24),
      mirroredIndices(0, 20, 20),
    );
    const run = async (device: 'cpu' | 'webgpu'): Promise<Float32Array[]> => {
      const session = await openTileSession(graph, device, manifest.branches);
      const { base, pixel, semantic } = await session.run(image, 24, 20);
      const copies = [base, pixel, semantic!].map((layer) => Float32Array.from(layer));
      await session.release();
      return copies;
    };
    const [cpu, gpu] = [await run('cpu'), await run('webgpu')];
    const dims: number[] = [];
    for (const [i, layer] of cpu.entries())
      assert.ok(relativeL2({ data: gpu[i]!, dims }, { data: layer, dims }) <= 1e-5);
  });

  it('a picture comes out as on the CPU, and the result says which device did it', async () => {
    const input = await writePng(path.join(folder, 'gpu.png'), 24, 20);
    const gpu = await client.upscale(callFor(input, { device: 'webgpu' }));
    const cpu = await client.upscale(callFor(input, { device: 'cpu' }));
    assert.equal(gpu.device, 'webgpu');
    assert.deepEqual(gpu.notes, []);
    assert.ok(
      largestDifference((await pixelsOf(gpu.output)).data, (await pixelsOf(cpu.output)).data) <= 1,
    );
  });

  it('whose graph has the fused attention is refused here, and runs on the CPU', async () => {
    const input = await writePng(path.join(folder, 'fused.png'), 24, 20);
    await assert.rejects(client.upscale(callFor(input, { model: fused, device: 'webgpu' })), {
      code: 'device-unavailable',
      message: new RegExp(`"webgpu" can't be used for the model "${fused}": .*pixel: differs by`),
    });
    assert.equal((await client.upscale(callFor(input, { model: fused }))).device, 'cpu');
  });
});

describe('PiSA-SR', () => {
  it('its encoder, with norms and attention, yields the CPU’s floats', async () => {
    const model = await importTiny(path.join(folder, 'encoder'));
    const trials = await model.trials('webgpu', 'float32');
    const encoder = trials.filter(({ name }) => name.startsWith('encoder'));
    assert.equal(encoder.length, 2);
    for (const { name, run } of encoder) {
      const expected = await run('cpu');
      const result = await run('webgpu');
      for (const [output, floats] of Object.entries(expected)) {
        const difference = relativeL2(result[output]!, floats);
        assert.ok(difference <= NETWORK_BOUNDS.float32, `${name}: ${difference}`);
      }
    }
  });

  if (!RUNS_PISA) return;
  before(() => importTiny(store));

  it('through the engine: trusted in float32, and the note says why not in float16', async () => {
    const input = await writePng(path.join(folder, 'pisa.png'), 16, 12);
    const gpu = await client.upscale(callFor(input, { model: 'pisa-sr', device: 'webgpu' }));
    const cpu = await client.upscale(callFor(input, { model: 'pisa-sr', device: 'cpu' }));
    assert.equal(gpu.device, 'webgpu');
    console.log(gpu.notes.join('\n'));
    assert.match(
      gpu.notes.join('\n'),
      HAS_FLOAT16
        ? /webgpu computes in float32, because its float16 is not trusted: Conv .* differs by/
        : /webgpu computes in float32, because its float16 is not trusted: Conv .* does not support/,
    );
    assert.ok(
      largestDifference((await pixelsOf(gpu.output)).data, (await pixelsOf(cpu.output)).data) <= 1,
    );
  });
});

if (HAS_FLOAT16)
  describe('float16', () => {
    it('is seen to be wrong in a model’s own networks, too', async () => {
      const model = await importTiny(path.join(folder, 'half'));
      const checks = await fingerprint(model, 'webgpu', 'float16', () => undefined);
      const wrong = checks.filter(({ agrees }) => !agrees);
      console.log(
        wrong.map(({ what, reason }) => `${inWords(what)}: ${inWords(reason)}`).join('\n'),
      );
      assert.equal(wrong.length, 1);
      assert.ok(wrong[0]!.difference! > NETWORK_BOUNDS.float16);
    });

    it('NaN is not trusted, and where it comes later float32 does the work, with a note', async () => {
      const tiny = overflowingTiny(path.join(folder, 'overflowing'));
      const model = await importTiny(path.join(folder, 'overflowing-store'), tiny);
      const trials = await model.trials('webgpu', 'float16');
      for (const trial of trials) await trial.run('cpu');
      await assert.rejects(trials.at(-1)!.run('webgpu'), /NaN or infinite/);

      const input = await writePng(path.join(folder, 'nan.png'), 16, 12);
      const gpu = await upscaleTrusting(model, 'webgpu', input, path.join(folder, 'scratch-gpu'));
      console.log(gpu.notes.join('\n'));
      assert.equal(gpu.device, 'webgpu');
      assert.match(gpu.notes[0]!, /webgpu failed in float16 .*NaN.*tried again in float32/);
      const pixels = (await pixelsOf(gpu.output)).data;
      const cpu = await upscaleTrusting(model, 'cpu', input, path.join(folder, 'scratch-cpu'));
      assert.notEqual(cpu.output, gpu.output);
      assert.ok(largestDifference(pixels, (await pixelsOf(cpu.output)).data) <= 1);
    });
  });

if (RUNS_PISA)
  it('doctor says of each model what was checked and how close it was', () => {
    const args = ['--store', store, 'doctor'];
    const { stdout } = spawnSync(process.execPath, [CLI, ...args], { encoding: 'utf8' });
    console.log(stdout);
    assert.match(stdout, /^webgpu +yes +\d\.\de-\d+ +.*\d+ operators agree with the CPU$/m);
    assert.match(
      stdout,
      /^pisa-compact-4x +webgpu +float32 +yes +within \d\.\de-\d of the CPU \(at most 1\.0e-4\)$/m,
    );
    assert.match(stdout, /^pisa-sr +webgpu +float16 +no +Conv .*/m);
    assert.match(stdout, /^pisa-sr +webgpu +float32 +yes +within \d\.\de-\d of the CPU/m);
  });
