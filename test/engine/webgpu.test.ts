import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { EngineClient } from '../../src/client/engineClient';
import {
  callFor,
  ENGINE,
  largestDifference,
  pixelsOf,
  temporaryFolder,
  TEST_MODELS,
  testPixels,
  writePng,
  tiledModel,
  NO_STORE,
} from './support';
import { golden, GOLDEN_PISA, relativeL2, runPisa, tinyNetworks } from './pisaSupport';
import { openTileSession } from '../../src/engine/runtime/session';
import { mirroredIndices, tileInput } from '../../src/engine/upscale/tileInput';

/**
 * Debian's Chromium brings SwiftShader, a Vulkan device in software: the GPU path without a GPU.
 */
const CHROMIUM = '/usr/lib/chromium';
const ICD = path.join(CHROMIUM, 'vk_swiftshader_icd.json');

// The dynamic linker reads LD_LIBRARY_PATH when a process starts, so this test runs itself again
// with it set.
const RESTARTED = 'PISA_UPSCALE_TEST_WITH_SWIFTSHADER';
const environment = {
  ...process.env,
  VK_ICD_FILENAMES: ICD,
  LD_LIBRARY_PATH: [CHROMIUM, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':'),
  [RESTARTED]: '1',
};

if (process.env[RESTARTED] === undefined) {
  test('the WebGPU provider, on a software device', async () => {
    assert.ok(existsSync(ICD), `${ICD} is missing: apt-get install chromium`);
    const { spawnSync } = await import('node:child_process');
    const env: NodeJS.ProcessEnv = { ...environment, NODE_TEST_CONTEXT: undefined };
    const run = spawnSync(
      process.execPath,
      [...process.execArgv, '--test-reporter=spec', '--test', __filename],
      { env, encoding: 'utf8' },
    );
    console.log(run.stdout);
    assert.equal(run.status, 0, run.stdout + run.stderr);
    assert.match(run.stdout, /pass 4/);
  });
} else {
  test('a model gives the CPU’s floats (≤ 1e-3)', async () => {
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
    for (const [i, layer] of cpu.entries()) {
      const d = largestDifference(layer, gpu[i]!);
      console.log(`${['base', 'pixel', 'semantic'][i]}: largest difference ${d.toExponential(2)}`);
      assert.ok(d <= 1e-3);
    }
  });

  test('PiSA-SR’s UNet is right to 1e-4, and its picture to a level in the mean', async () => {
    const gpu = await tinyNetworks('float32', 'webgpu');
    const stages = await golden();
    const gate = { data: Float32Array.from([1, 1]), dims: [1, 2] };
    const { epsilon } = await (
      await gpu.get('unet')
    ).run({ latent: stages.get('unet.odd.latent')!, gate });
    const error = relativeL2(epsilon!, stages.get('unet.odd.full')!);
    console.log(`UNet: relative L2 ${error.toExponential(2)}`);
    assert.ok(error <= 1e-4);
    const { pixels } = await runPisa(path.join(GOLDEN_PISA, 'source.png'), gpu);
    const expected = await pixelsOf(path.join(GOLDEN_PISA, 'source-1.0-1.0-adain.png'));
    const mean =
      pixels.reduce((sum, value, i) => sum + Math.abs(value - expected.data[i]!), 0) /
      pixels.length;
    console.log(`picture: mean difference ${mean.toFixed(2)}/255`);
    assert.ok(mean <= 1);
    await gpu.releaseAll();
  });

  const folder = temporaryFolder();
  const client = new EngineClient({
    entry: ENGINE,
    modelFolders: [TEST_MODELS],
    store: NO_STORE,
    idleSeconds: 60,
    log: () => undefined,
  });
  after(() => client.dispose());

  test('the probe finds it usable and auto still prefers the faster CPU', async () => {
    const { devices, auto } = await client.devices({ refresh: false });
    const webgpu = devices.find(({ device }) => device === 'webgpu')!;
    assert.equal(webgpu.usable, true, webgpu.reason);
    assert.ok(webgpu.maxDifference! <= 1e-3);
    assert.equal(auto, 'cpu');
  });

  test('a picture comes out as on the CPU, and the result says which device did it', async () => {
    const input = await writePng(path.join(folder, 'gpu.png'), 24, 20);
    const gpu = await client.upscale(callFor(input, { device: 'webgpu' }));
    const cpu = await client.upscale(callFor(input, { device: 'cpu' }));
    assert.equal(gpu.device, 'webgpu');
    assert.ok(
      largestDifference((await pixelsOf(gpu.output)).data, (await pixelsOf(cpu.output)).data) <= 1,
    );
  });
}
