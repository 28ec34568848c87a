import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { EngineClient } from '../../src/client/engineClient';
import { leaveScratch, scratchOf } from '../harness/scratch';
import {
  callFor,
  EMBEDDED_MODELS,
  ENGINE,
  temporaryFolder,
  TEST_MODELS,
  writePng,
  NO_STORE,
} from './support';

const SLOW = { model: 'slow-4x' } as const;

function newClient(idleSeconds = 60): { client: EngineClient; log: string[] } {
  const log: string[] = [];
  return {
    client: new EngineClient({
      entry: ENGINE,
      modelFolders: [EMBEDDED_MODELS, TEST_MODELS],
      store: NO_STORE,
      idleSeconds,
      log: (line) => log.push(line),
    }),
    log,
  };
}

const scratchFolders = (): string[] => scratchOf(process.pid);

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}

test('a cancel in the middle of a long tile ends quickly and leaves nothing; the next run works', async () => {
  const folder = temporaryFolder();
  const input = await writePng(path.join(folder, 'long.png'), 500, 500);
  const { client } = newClient();
  try {
    const controller = new AbortController();
    const run = client.upscale(callFor(input, SLOW), {
      signal: controller.signal,
      onProgress: ({ phase }) => phase === 'infer' && setTimeout(() => controller.abort(), 500),
    });
    let aborted = 0;
    controller.signal.addEventListener('abort', () => (aborted = performance.now()));
    await assert.rejects(run, { code: 'cancelled' });
    console.log(`cancelled in ${((performance.now() - aborted) / 1000).toFixed(2)} s`);
    assert.deepEqual(readdirSync(folder), ['long.png']);
    assert.deepEqual(scratchFolders(), []);
    const small = await writePng(path.join(folder, 'small.png'), 20, 20);
    assert.ok(existsSync((await client.upscale(callFor(small))).output));
  } finally {
    await client.dispose();
  }
});

test('a cancel between tiles is obeyed without ending the engine', async () => {
  const folder = temporaryFolder();
  const input = await writePng(path.join(folder, 'tiles.png'), 600, 400);
  const { client } = newClient();
  try {
    const controller = new AbortController();
    let pid: number | undefined;
    const run = client.upscale(callFor(input, { model: 'two-branch-4x', tile: 16 }), {
      signal: controller.signal,
      onProgress: ({ tile }) => {
        pid = client.processId;
        if (tile === 3) controller.abort();
      },
    });
    await assert.rejects(run, { code: 'cancelled' });
    assert.deepEqual(readdirSync(folder), ['tiles.png']);
    assert.ok(pid !== undefined && client.processId === pid, 'the engine stays warm');
  } finally {
    await client.dispose();
  }
});

test(
  'an engine that is killed in the middle of a run is a clear error, leaves nothing, ' +
    'and a new one starts',
  async () => {
    const folder = temporaryFolder();
    const input = await writePng(path.join(folder, 'killed.png'), 500, 500);
    const { client } = newClient();
    try {
      const run = client.upscale(callFor(input, SLOW), {
        onProgress: ({ phase }) => phase === 'infer' && process.kill(client.processId!, 'SIGKILL'),
      });
      await assert.rejects(run, { code: 'engine-died', message: /ended unexpectedly \(SIGKILL\)/ });
      assert.deepEqual(readdirSync(folder), ['killed.png']);
      assert.deepEqual(scratchFolders(), []);
      const small = await writePng(path.join(folder, 'small.png'), 20, 20);
      assert.ok(existsSync((await client.upscale(callFor(small))).output));
    } finally {
      await client.dispose();
    }
  },
);

test('every pending call is rejected when the engine dies', async () => {
  const { client } = newClient();
  try {
    await client.models();
    const calls = [client.versions(), client.devices({ refresh: true }), client.checkModels()];
    process.kill(client.processId!, 'SIGKILL');
    for (const result of await Promise.allSettled(calls)) assert.equal(result.status, 'rejected');
  } finally {
    await client.dispose();
  }
});

test('an engine that keeps crashing is not started for ever', async () => {
  const { client } = newClient();
  try {
    for (let i = 0; i < 3; i++) {
      const call = client.checkModels();
      process.kill(client.processId!, 'SIGKILL');
      await assert.rejects(call, { code: 'engine-died' });
    }
    await assert.rejects(client.models(), { code: 'engine-keeps-crashing' });
  } finally {
    await client.dispose();
  }
});

test('nothing is forked before the first call, and an idle engine ends by itself', async () => {
  const { client, log } = newClient(0.2);
  assert.equal(client.processId, undefined);
  await client.models();
  assert.notEqual(client.processId, undefined);
  await until(() => log.some((line) => /ended/.test(line)));
  assert.equal(client.processId, undefined);
  await client.models();
  await client.dispose();
});

test('scratch folders of owners that are gone are removed at the first run', async () => {
  const stale = leaveScratch(4194303, '00000000-0000-0000-0000-000000000000');
  const folder = temporaryFolder();
  const { client } = newClient();
  try {
    await client.upscale(callFor(await writePng(path.join(folder, 'a.png'), 8, 8)));
    await until(() => !existsSync(stale));
  } finally {
    await client.dispose();
  }
});
