import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { holdAs, release } from '../../../src/files/holder';
import { LockBusyError, takeLock, whileLocked } from '../../../src/files/processLock';
import { folderWith } from '../batch/batchFolder';

/** What another machine, or this one by an earlier name, left of short work. */
const elsewhere = (token: string): string =>
  JSON.stringify({ ...holdAs(token), pid: 99_999, host: `not-${os.hostname()}` });

test('short work does not wait for ever for another machine, or an earlier name of this one', async () => {
  const folder = folderWith({ 'x.lock': elsewhere('left') });
  const file = path.join(folder, 'x.lock');
  // Longer work may still go on there.
  await assert.rejects(takeLock(file), LockBusyError);
  assert.equal(await whileLocked(file, async () => 'done', 0.2), 'done');
  assert.deepEqual(readdirSync(folder), []);
});

test('nor for one that ended there while it took the lock over', async () => {
  const claim = `x.lock.${createHash('sha256').update('first').digest('hex').slice(0, 16)}`;
  const folder = folderWith({ 'x.lock': elsewhere('first'), [claim]: elsewhere('second') });
  assert.equal(await whileLocked(path.join(folder, 'x.lock'), async () => 'done', 0.2), 'done');
  assert.deepEqual(readdirSync(folder), []);
});

test('but whoever lives here is never robbed', async () => {
  const folder = folderWith({ 'x.lock': JSON.stringify(holdAs('mine')) });
  const file = path.join(folder, 'x.lock');
  await assert.rejects(
    whileLocked(file, async () => 'done', 0.2),
    LockBusyError,
  );
  release('mine');
  assert.equal(await whileLocked(file, async () => 'done', 0.2), 'done');
});
