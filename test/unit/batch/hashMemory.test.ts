import assert from 'node:assert/strict';
import { renameSync, statSync, unlinkSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { hashSource } from '../../../src/batch/hash';
import { HashMemory } from '../../../src/batch/hashMemory';
import { folderWith, write } from './batchFolder';

test('a file is read once while nothing of it changes, and whenever something does', async () => {
  const root = folderWith({ a: 'one', other: 'two' });
  const file = path.join(root, 'a');
  let reads = 0;
  let later = 60_000;
  const memory = new HashMemory(
    (name, signal) => {
      reads++;
      return hashSource(name, signal);
    },
    () => Date.now() + later,
  );
  const check = async (more: number, what: string): Promise<void> => {
    const before = reads;
    assert.equal(await memory.hash(file), await hashSource(file), what);
    assert.equal(reads - before, more, what);
  };
  await check(1, 'the first time');
  await check(0, 'again');
  const { atime, mtime } = statSync(file);
  write(root, 'a', 'eno');
  utimesSync(file, atime, mtime);
  await check(1, 'the same size and the same time of change');
  await check(0, 'again');
  renameSync(path.join(root, 'other'), file);
  await check(1, 'another file in its place');
  unlinkSync(file);
  await assert.rejects(memory.hash(file));
  write(root, 'a', 'new');
  later = 0;
  await check(1, 'what was written just now');
  await check(1, 'is read again, since its clock may be coarse');
});
