import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { SharedLock } from '../../../src/engine/image/sharedLock';

test('what must be alone is, whatever comes when; the rest goes on at once', async () => {
  const lock = new SharedLock();
  let [together, alone, most] = [0, 0, 0];
  const shared = async (): Promise<void> => {
    assert.equal(alone, 0);
    most = Math.max(most, ++together);
    await delay(2);
    assert.equal(alone, 0);
    together--;
  };
  const exclusive = async (): Promise<void> => {
    assert.deepEqual([together, alone++], [0, 0]);
    await delay(2);
    assert.deepEqual([together, alone--], [0, 1]);
  };
  const works = Array.from({ length: 60 }, async (_, i) => {
    await delay(i % 7);
    return i % 5 === 4 ? lock.exclusive(exclusive) : lock.shared(shared);
  });
  await Promise.all(works);
  assert.ok(most > 1, 'nothing went side by side');
});

test('a failure is whose it is, and nobody waits for it for ever', async () => {
  const lock = new SharedLock();
  const fail = (word: string) => (): Promise<never> => Promise.reject(new Error(word));
  const [a, b] = [lock.shared(fail('a')), lock.exclusive(fail('b'))];
  await assert.rejects(a, /^Error: a$/);
  await assert.rejects(b, /^Error: b$/);
  assert.equal(await lock.exclusive(async () => 1), 1);
  assert.equal(await lock.shared(async () => 2), 2);
});
