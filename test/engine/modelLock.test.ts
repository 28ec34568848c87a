import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { whileLocked } from '../../src/engine/models/install/modelLock';
import { ModelStore } from '../../src/engine/models/install/modelStore';
import { temporaryFolder } from './support';

const ID = 'pisa-sr';

function newStore(holder?: object): { root: string; lock: string } {
  const root = path.join(temporaryFolder(), 'store');
  const lock = path.join(root, `.${ID}.lock`);
  if (holder) {
    mkdirSync(root);
    writeFileSync(lock, JSON.stringify({ pid: process.pid, host: os.hostname(), since: '2026-01-01T00:00:00.000Z', ...holder }));
  }
  return { root, lock };
}

test('a second change of the same model is refused while the first is under way, another model’s is not', async () => {
  const { root, lock } = newStore();
  await whileLocked(root, ID, async () => {
    assert.equal((JSON.parse(readFileSync(lock, 'utf8')) as { pid: number }).pid, process.pid);
    await assert.rejects(whileLocked(root, ID, async () => assert.fail('ran')), { code: 'model-busy', message: new RegExp(`process ${process.pid} on`) });
    assert.equal(await whileLocked(root, 'other', async () => 5), 5);
    assert.ok(existsSync(lock), 'the refused one leaves the lock alone');
  });
  assert.equal(await whileLocked(root, ID, async () => 7), 7);
  assert.equal(existsSync(root), false, 'an empty store is not left behind');
});

test('the lock goes when the work fails', async () => {
  const { root, lock } = newStore();
  await assert.rejects(whileLocked(root, ID, () => Promise.reject(new Error('broke'))), /broke/);
  assert.equal(existsSync(lock), false);
});

test('another living process is respected: nothing is removed', async () => {
  const other = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)']);
  try {
    const { root, lock } = newStore({ pid: other.pid });
    mkdirSync(path.join(root, ID));
    await assert.rejects(new ModelStore(root).remove(ID), (error: { code?: string; hint?: string }) => error.code === 'model-busy' && error.hint?.includes(lock) === true);
    assert.deepEqual(readdirSync(root).sort(), [`.${ID}.lock`, ID]);
  } finally {
    other.kill();
  }
});

test('another machine is respected, since nobody here can know whether it lives', async () => {
  const { root } = newStore({ host: 'elsewhere' });
  await assert.rejects(whileLocked(root, ID, async () => undefined), { code: 'model-busy', message: /on elsewhere, since 2026/ });
});

test('what a process left that is gone is taken over; so is a file that says nothing', async () => {
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  for (const holder of [{ pid }, { pid: process.pid }, { pid: 'x' }]) {
    const { root, lock } = newStore(holder);
    assert.equal(await whileLocked(root, ID, async () => existsSync(lock)), true);
    assert.equal(existsSync(root), false, JSON.stringify(holder));
  }
});

test('a store that can’t be written is a clear error', { skip: process.platform === 'win32' }, async () => {
  const file = path.join(temporaryFolder(), 'file');
  writeFileSync(file, '');
  await assert.rejects(whileLocked(path.join(file, 'store'), ID, async () => undefined), { code: 'output-unwritable' });
});
