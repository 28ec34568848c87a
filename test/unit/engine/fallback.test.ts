import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attemptsFor, firstSuccessful, type Attempt } from '../../../src/engine/upscale/attempts';
import { RpcError } from '../../../src/shared/rpc';
import { inWords } from '../../../src/shared/phrase';

const run = async (
  device: Attempt['device'],
  works: (attempt: Attempt) => boolean,
): Promise<{ result: Attempt; fallbacks: string[] }> => {
  const fallbacks: string[] = [];
  const result = await firstSuccessful(
    attemptsFor(device, 1000),
    async (attempt) => {
      if (!works(attempt)) throw new Error(`${attempt.device} ${attempt.tilePixels} failed`);
      return attempt;
    },
    async (failed, next, reason) =>
      void fallbacks.push(`${failed.device}→${next.device} ${next.tilePixels}: ${inWords(reason)}`),
  );
  return { result, fallbacks };
};

test('a GPU that fails gets a smaller tile, then the CPU does the work', async () => {
  const { result, fallbacks } = await run('webgpu', ({ device }) => device === 'cpu');
  assert.deepEqual(result, { device: 'cpu', tilePixels: 1000 });
  assert.deepEqual(fallbacks, [
    'webgpu→webgpu 250: webgpu 1000 failed',
    'webgpu→cpu 1000: webgpu 250 failed',
  ]);
});

test('a GPU that only lacks memory stays in use', async () => {
  const { result } = await run(
    'webgpu',
    ({ device, tilePixels }) => device === 'webgpu' && tilePixels <= 250,
  );
  assert.deepEqual(result, { device: 'webgpu', tilePixels: 250 });
});

test('a failure of the CPU is an error with advice', async () => {
  await assert.rejects(
    run('cpu', () => false),
    { code: 'inference-failed', message: /failed on cpu: cpu 1000 failed/ },
  );
});

test('a cancel is not tried again', async () => {
  let tries = 0;
  const cancel = firstSuccessful(
    attemptsFor('webgpu', 1),
    async () => {
      tries++;
      throw new RpcError({ code: 'cancelled', message: 'Canceled.' });
    },
    async () => assert.fail('no fallback expected'),
  );
  await assert.rejects(cancel, { code: 'cancelled' });
  assert.equal(tries, 1);
});
