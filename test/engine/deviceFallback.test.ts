import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { ModelRegistry } from '../../src/engine/models/registry';
import { SessionPool } from '../../src/engine/runtime/sessionPool';
import type { TileSession } from '../../src/engine/runtime/session';
import { PisaSessions } from '../../src/engine/pisa/pisaSessions';
import type { UpscaleServices } from '../../src/engine/upscale/services';
import { upscaleFile } from '../../src/engine/upscale/upscaleFile';
import { openTileSession } from '../../src/engine/runtime/session';
import {
  inFloats,
  pixelsOf,
  requestFor,
  temporaryFolder,
  TEST_MODELS,
  writePng,
  tiledModel,
} from './support';
import { inWords } from '../../src/shared/phrase';

/** Real services on the CPU, with a "GPU" whose sessions are replaced by `gpu`. */
function servicesWith(
  gpu: (real: TileSession, tilePixels: number) => TileSession | Error,
  opened: string[],
): UpscaleServices {
  const pool = new SessionPool();
  const registry = new ModelRegistry([TEST_MODELS]);
  return {
    findModel: (id) => registry.find(id),
    pisa: new PisaSessions(),
    inTurn: (_signal, work) => work(),
    version: '0.0.0',
    resolveDevice: async () => 'webgpu',
    checkDevice: () => undefined,
    cpuPrecision: inFloats,
    refusal: async () => undefined,
    releaseSession: () => pool.release(),
    async acquireSession(model, device, tile) {
      opened.push(`${device} ${tile.width}×${tile.height}`);
      const real = await openTileSession(model.graph, 'cpu', model.manifest.branches);
      if (device === 'cpu') return real;
      const session = gpu(real, tile.width * tile.height);
      if (session instanceof Error) throw session;
      return session;
    },
  };
}

async function upscaleWith(
  gpu: (real: TileSession, tilePixels: number) => TileSession | Error,
): Promise<{
  device: string;
  notes: readonly string[];
  opened: string[];
  data: Buffer;
  steps: string[];
}> {
  const folder = temporaryFolder();
  const scratch = path.join(folder, 'scratch');
  mkdirSync(scratch);
  const input = await writePng(path.join(folder, 'in.png'), 300, 260);
  const opened: string[] = [];
  const steps: string[] = [];
  const result = await upscaleFile(
    requestFor(input, scratch, { model: 'two-branch-4x', device: 'webgpu' }),
    servicesWith(gpu, opened),
    {
      signal: new AbortController().signal,
      progress: ({ device, phase }) => steps.push(`${phase} ${device ?? ''}`),
    },
  );
  return {
    device: result.device,
    notes: result.notes.map(inWords),
    opened,
    data: (await pixelsOf(result.output)).data,
    steps,
  };
}

const fake = (real: TileSession, run: TileSession['run']): TileSession => ({
  ...real,
  device: 'webgpu',
  run,
});

test('out of memory: smaller tiles on the GPU finish the work', async () => {
  const result = await upscaleWith((real, tilePixels) =>
    tilePixels > 40_000 ? new Error('out of memory') : fake(real, real.run.bind(real)),
  );
  assert.equal(result.device, 'webgpu');
  assert.match(result.notes[0]!, /webgpu failed \(out of memory\); tried again with smaller tiles/);
  assert.equal(result.notes.length, 1);
});

test('NaN in the middle of the picture: the CPU does all of it, and the person is told', async () => {
  let runs = 0;
  const broken = await upscaleWith((real) =>
    fake(real, async (...args) => {
      if (++runs % 2 === 0) throw new Error('the output "pixel" holds NaN or infinite values');
      return real.run(...args);
    }),
  );
  assert.equal(broken.device, 'cpu');
  assert.match(broken.notes.join(' '), /used cpu instead/);
  assert.ok(broken.steps.includes('infer cpu'));
  const sound = await upscaleWith((real) => fake(real, real.run.bind(real)));
  assert.ok(broken.data.equals(sound.data), 'not one pixel of the failed attempts is left');
});

test('a real session refuses NaN', async () => {
  const { graph } = await tiledModel(TEST_MODELS, 'one-layer-4x');
  const session = await openTileSession(graph, 'cpu', ['pixel']);
  const image = new Float32Array(3 * 8 * 8);
  image[5] = Number.NaN;
  await assert.rejects(session.run(image, 8, 8), /NaN or infinite/);
  await session.release();
});
