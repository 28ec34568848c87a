import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runBatch } from '../../../src/extension/jobs/batch';
import { RpcError } from '../../../src/shared/rpc';
import { resultOf } from './fakes';

const failWith = (code: string): Promise<never> =>
  Promise.reject(new RpcError({ code, message: code }));

test('a failure does not stop the rest', async () => {
  const steps: number[] = [];
  const report = await runBatch(['a', 'b', 'c'], {
    signal: new AbortController().signal,
    onStep: ({ index }) => void steps.push(index),
    upscale: (index) => (index === 1 ? failWith('input-damaged') : Promise.resolve(resultOf())),
  });
  assert.equal(report.results.length, 2);
  assert.deepEqual(
    report.failures.map(({ input, error }) => [input, error.code]),
    [['b', 'input-damaged']],
  );
  assert.equal(report.cancelled, false);
  assert.deepEqual(steps, [0, 1, 2]);
});

test('a cancel stops the rest and is no failure', async () => {
  const started: number[] = [];
  const report = await runBatch(['a', 'b', 'c'], {
    signal: new AbortController().signal,
    onStep: () => undefined,
    upscale: (index) => {
      started.push(index);
      return index === 1 ? failWith('cancelled') : Promise.resolve(resultOf());
    },
  });
  assert.deepEqual(started, [0, 1]);
  assert.deepEqual(
    [report.results.length, report.failures.length, report.cancelled, report.total],
    [1, 0, true, 3],
  );
});

test('nothing starts after an abort between two pictures', async () => {
  const controller = new AbortController();
  const report = await runBatch(['a', 'b'], {
    signal: controller.signal,
    onStep: () => undefined,
    upscale: (index) => {
      assert.equal(index, 0);
      controller.abort();
      return Promise.resolve(resultOf());
    },
  });
  assert.deepEqual([report.results.length, report.cancelled], [1, true]);
});
