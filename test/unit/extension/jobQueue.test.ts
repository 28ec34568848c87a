import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'node:test';
import { JobQueue } from '../../../src/extension/jobs/jobQueue';

const never = new AbortController().signal;

test('one job at a time, in order, also after a failure', async () => {
  const queue = new JobQueue();
  const order: string[] = [];
  const job = (name: string) => async (): Promise<string> => {
    order.push(`${name}+`);
    await sleep(5);
    order.push(`${name}-`);
    if (name === 'a') throw new Error('a failed');
    return name;
  };
  const results = await Promise.allSettled([
    queue.run(job('a'), never),
    queue.run(job('b'), never),
    queue.run(job('c'), never),
  ]);
  assert.deepEqual(order, ['a+', 'a-', 'b+', 'b-', 'c+', 'c-']);
  assert.deepEqual(
    results.map(({ status }) => status),
    ['rejected', 'fulfilled', 'fulfilled'],
  );
  assert.equal(queue.isBusy, false);
});

test(
  'a job cancelled while it waits ends at once and never runs; the next still waits for ' +
    'the first',
  async () => {
    const queue = new JobQueue();
    const events: string[] = [];
    let finish = (): void => undefined;
    const first = queue.run(
      () =>
        new Promise<void>((resolve) => (finish = resolve)).then(
          () => void events.push('first done'),
        ),
      never,
    );
    const controller = new AbortController();
    const second = queue.run(async () => void events.push('second ran'), controller.signal);
    const third = queue.run(async () => void events.push('third ran'), never);
    controller.abort();
    await assert.rejects(second, { code: 'cancelled' });
    await sleep(5);
    assert.deepEqual(events, []);
    assert.equal(queue.isBusy, true);
    finish();
    await Promise.all([first, third]);
    assert.deepEqual(events, ['first done', 'third ran']);
  },
);
