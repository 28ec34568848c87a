// A cache that can't be written is told once, and stops nothing.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { KeptJournal } from '../../../src/batch/keptJournal';
import { LOCK_NAME, readRecords } from '../../../src/batch/records';
import { BatchStore } from '../../../src/batch/store';
import type { Plan } from '../../../src/batch/types';
import { folderWith } from './batchFolder';

const RECORD = {
  input: 'a.png',
  inputHash: '1'.repeat(64),
  settings: '2'.repeat(64),
  outputHash: '3'.repeat(64),
  width: 4,
  height: 4,
};
const PLAN: Plan = {
  root: '/w',
  outputRoot: '/w',
  allowed: '/w',
  items: [],
  otherFiles: 0,
  orphans: [],
  unmatched: [],
  notes: [],
};

/** What the system said, in its order. */
function collected(): { readonly said: string[]; readonly hear: (error: unknown) => void } {
  const said: string[] = [];
  return { said, hear: (error) => void said.push((error as NodeJS.ErrnoException).code ?? '') };
}

test('where no folder can be made there is no journal, and a run does without', async () => {
  const root = folderWith({ file: 'no folder' });
  const { said, hear } = collected();
  const journal = await KeptJournal.open(path.join(root, 'file/state'), { root, ids: [] }, hear);
  await journal.begin('a@4x.png', RECORD, undefined);
  await journal.done('a@4x.png', RECORD);
  await journal.remove();
  assert.deepEqual(said, ['ENOTDIR']);
});

test('a disk that fills up while a run is on its way is told once, and the run goes on', async (t) => {
  const root = folderWith({ 'x.txt': '' });
  const { said, hear } = collected();
  const journal = await KeptJournal.open(path.join(root, 'state'), { root, ids: [] }, hear);
  await journal.begin('a@4x.png', RECORD, undefined);
  const handle = await open(path.join(root, 'x.txt'));
  const full = Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', syscall: 'write' });
  t.mock.method(Object.getPrototypeOf(handle) as typeof handle, 'write', () =>
    Promise.reject(full),
  );
  await handle.close();
  await journal.done('a@4x.png', RECORD);
  await journal.begin('b@4x.png', RECORD, undefined);
  await journal.done('b@4x.png', RECORD);
  assert.deepEqual(said, ['ENOSPC']);
  await journal.remove();
  assert.deepEqual(readdirSync(path.join(root, 'state')), []);
});

test('records of the cache may be missing or unwritable; a lock may not', async () => {
  const root = folderWith({ file: 'no folder' });
  const storeFor = (lockFolder: string | undefined, hear: (error: unknown) => void): BatchStore =>
    new BatchStore({
      stateFolder: path.join(root, 'file/state'),
      outputRoot: root,
      lockFolder,
      isWhole: false,
      onTrouble: hear,
    });
  const { said, hear } = collected();
  const cache = storeFor(undefined, hear);
  assert.deepEqual(await cache.load(), {});
  await cache.save(PLAN, { 'a@4x.png': RECORD });
  assert.deepEqual(said, ['ENOTDIR']);

  const lock = storeFor(path.join(root, 'file'), hear);
  await assert.rejects(lock.save(PLAN, { 'a@4x.png': RECORD }), { code: /^(EEXIST|ENOTDIR)$/ });
  mkdirSync(path.join(root, 'here'));
  const works = storeFor(path.join(root, 'here'), hear);
  await works.save(PLAN, { 'a@4x.png': RECORD });
  assert.deepEqual(await readRecords(path.join(root, 'here', LOCK_NAME)), { 'a@4x.png': RECORD });
  assert.equal(said.length, 1);
});

test('a record of the cache that is damaged is told, as one of a lock is', async () => {
  const root = folderWith({ 'state/outputs.json': '{' });
  const store = new BatchStore({
    stateFolder: path.join(root, 'state'),
    outputRoot: root,
    lockFolder: undefined,
    isWhole: false,
    onTrouble: () => assert.fail('it is no trouble of the disk'),
  });
  await assert.rejects(store.load(), /damaged/);
});
