import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { canonical, hashValue } from '../../../src/batch/hash';
import { Journal, unfinishedRuns } from '../../../src/batch/journal';
import {
  LOCK_NAME,
  mergeLocks,
  parseRecords,
  readRecords,
  RecordsError,
  writeRecords,
  writeAtomically,
} from '../../../src/batch/records';
import { parseShard, shardOf } from '../../../src/batch/shard';
import type { OutputRecord } from '../../../src/batch/types';
import { folderWith } from './batchFolder';

const record = (input: string): OutputRecord => ({
  input,
  inputHash: '1'.repeat(64),
  settings: '2'.repeat(64),
  outputHash: '3'.repeat(64),
  width: 1,
  height: 2,
});

test('a lock has its outputs in order and nothing that depends on time or machine', async () => {
  const folder = folderWith();
  const [a, b] = [path.join(folder, 'a.json'), path.join(folder, 'b.json')];
  await writeRecords(a, { 'z.png': record('z'), 'a.png': record('a') });
  await writeRecords(b, {
    'a.png': record('a'),
    'z.png': { ...record('z'), extra: 1 } as OutputRecord,
  });
  assert.equal(readFileSync(a, 'utf8'), readFileSync(b, 'utf8'));
  assert.deepEqual(Object.keys(await readRecords(a)), ['a.png', 'z.png']);
  assert.deepEqual(readdirSync(folder).sort(), ['a.json', 'b.json']);
  assert.deepEqual(await readRecords(path.join(folder, 'none.json')), {});
  const sized = { ...record('a'), sourceWidth: 3, sourceHeight: 4 };
  await writeRecords(a, { 'a.png': sized });
  assert.deepEqual(await readRecords(a), { 'a.png': sized });
});

test('what a process left that was killed while it wrote a lock goes with the next one', async () => {
  const folder = folderWith({
    [`${LOCK_NAME}.999999999-5-1.tmp`]: 'half',
    [`${LOCK_NAME}.${process.pid}-1-1.tmp`]: 'of another process with this number',
    'other.tmp': 'mine',
  });
  await writeRecords(path.join(folder, LOCK_NAME), {});
  assert.deepEqual(
    readdirSync(folder).sort(),
    process.platform === 'linux'
      ? [LOCK_NAME, 'other.tmp']
      : [LOCK_NAME, `${LOCK_NAME}.${process.pid}-1-1.tmp`, 'other.tmp'],
  );
});

test('a mark of the encoding before a lock, and other ends of lines, change nothing', () => {
  const text = '{ "version": 1,\n "outputs": {} }';
  for (const other of [text, `\ufeff${text}`, text.replaceAll('\n', '\r\n')])
    assert.deepEqual(parseRecords(other, 'lock'), {});
});

test('a damaged lock says what to do', async () => {
  const folder = folderWith();
  const file = path.join(folder, LOCK_NAME);
  for (const text of [
    '',
    '<<<<<<< HEAD',
    '{}',
    '{"version":2,"outputs":{}}',
    '{"version":1,"outputs":{"a":{"input":1}}}',
  ]) {
    writeFileSync(file, text);
    await assert.rejects(
      readRecords(file),
      (error) =>
        error instanceof RecordsError &&
        /Resolve conflicts|Restore the file/.test(error.message) &&
        error.message.includes(file),
    );
  }
});

test('the locks of all shards join into the one; a missing one changes nothing', async () => {
  const folder = folderWith();
  const part = (i: number): string => path.join(folder, `.pisa-upscale.lock.${i}-of-3.json`);
  await assert.rejects(mergeLocks(folder), /no lock files of shards/);
  await writeRecords(part(1), { 'b.png': record('b') });
  await writeRecords(part(3), { 'c.png': record('c') });
  assert.deepEqual(await mergeLocks(folder), { parts: 2, outputs: 0, missing: [2] });
  assert.ok(!existsSync(path.join(folder, LOCK_NAME)) && existsSync(part(1)));
  await writeRecords(part(2), { 'a.png': record('a') });
  assert.deepEqual(await mergeLocks(folder), { parts: 3, outputs: 3, missing: [] });
  assert.deepEqual(readdirSync(folder), [LOCK_NAME]);
  assert.deepEqual(Object.keys(await readRecords(path.join(folder, LOCK_NAME))), [
    'a.png',
    'b.png',
    'c.png',
  ]);
});

test('the same settings have the same hash however they were written', () => {
  assert.equal(
    hashValue({ a: 1, b: { c: [1, 2], d: undefined } }),
    hashValue({ b: { c: [1, 2] }, a: 1 }),
  );
  assert.notEqual(hashValue({ a: [1, 2] }), hashValue({ a: [2, 1] }));
  assert.equal(canonical({ b: null, a: 'x' }), '{"a":"x","b":null}');
});

test('shards are read, and nonsense is not', () => {
  assert.deepEqual(parseShard('2/3'), { index: 2, count: 3 });
  for (const text of ['0/3', '4/3', '1', '1/0', 'a/b', '1/3/4'])
    assert.equal(parseShard(text), undefined, text);
  assert.equal(shardOf('a/b.png', 1), 1);
});

/** A journal as a process leaves it that was killed. */
function killedRun(folder: string, script: string): void {
  const code =
    `require('tsx/cjs'); const { Journal } = ` +
    `require(${JSON.stringify(path.resolve(__dirname, '../../../src/batch/journal'))}); ` +
    `(async () => { ${script} process.kill(process.pid, 'SIGKILL'); })();`;
  spawnSync(process.execPath, ['-e', code], { cwd: path.resolve(__dirname, '../../..') });
  assert.equal(readdirSync(folder).filter((name) => name.startsWith('journal-')).length, 1);
}

test('what a killed run finished is known, also what it had moved to its place but not yet noted', async () => {
  const state = folderWith();
  const root = folderWith({ 'moved.png': 'new', 'untouched.png': 'old' });
  const json = (name: string): string => JSON.stringify(record(name));
  const old =
    'await import("node:crypto").then(({ createHash }) => ' +
    'createHash("sha256").update("old").digest("hex"))';
  killedRun(
    state,
    `const root = ${JSON.stringify(root)};
       const ids = ['done.png', 'moved.png', 'untouched.png', 'never.png'];
       const j = await Journal.create(${JSON.stringify(state)}, { root, ids });
       await j.begin('done.png', ${json('done')}, undefined);
       await j.done('done.png', ${json('done')});
       await j.begin('moved.png', ${json('moved')}, ${old});
       await j.begin('untouched.png', ${json('untouched')}, ${old});
       await j.begin('never.png', ${json('never')}, undefined);`,
  );
  const [name] = readdirSync(state);
  writeFileSync(
    path.join(state, name!),
    `${readFileSync(path.join(state, name!), 'utf8')}{"kind":"done","outp`,
  );
  const found = await unfinishedRuns(state, root);
  assert.deepEqual(Object.keys(found!.records).sort(), ['done.png', 'moved.png']);
  assert.match(found!.records['moved.png']!.outputHash, /^[0-9a-f]{64}$/);
  assert.equal(found!.header.ids.length, 4);
});

test('what a killed run was about is known: its folders and pictures; all where it does not say', async () => {
  for (const [inputs, known] of [
    [
      ['art', 'docs/logo.png'],
      ['art', 'docs/logo.png'],
    ],
    [undefined, undefined],
    // A header that leads elsewhere is none, and what it names is not gone on with.
    [['../elsewhere'], []],
    [['/etc'], []],
  ] as const) {
    const state = folderWith();
    const header = JSON.stringify({ root: '/r', ids: ['a'], inputs });
    killedRun(state, `await Journal.create(${JSON.stringify(state)}, ${header});`);
    const found = await unfinishedRuns(state, '/r');
    assert.deepEqual(found?.header.inputs, known);
    assert.deepEqual(found?.header.ids, known?.length === 0 ? [] : ['a']);
  }
});

test(
  'a number that another process has now does not make a dead run live',
  { skip: process.platform === 'linux' ? false : 'only Linux tells when a process was started' },
  async () => {
    const state = folderWith();
    const header = { kind: 'header', header: { root: '/r', ids: ['a'], started: '1' } };
    // The parent lives, but was not started at that time; nor was this process.
    for (const pid of [process.ppid, process.pid]) {
      writeFileSync(path.join(state, `journal-${pid}-1.jsonl`), `${JSON.stringify(header)}\n`);
      assert.deepEqual((await unfinishedRuns(state, '/r'))?.header.ids, ['a']);
      rmSync(path.join(state, `journal-${pid}-1.jsonl`));
    }
  },
);

test('the journal of a run that lives is nobody else’s; one that is over is gone', async () => {
  const state = folderWith();
  const journal = await Journal.create(state, { root: '/r', ids: ['a'] });
  await journal.begin('a', record('a'), undefined);
  assert.equal(await unfinishedRuns(state, '/r'), undefined);
  await journal.remove();
  assert.deepEqual(readdirSync(state), []);
});

test(
  'a lock in a folder that is read-only is told by its own name',
  { skip: process.platform === 'win32' },
  async () => {
    const folder = folderWith();
    const [user, isRoot] = [65_534, process.geteuid?.() === 0];
    chmodSync(folder, 0o555);
    if (isRoot) process.seteuid?.(user);
    try {
      await assert.rejects(writeAtomically(path.join(folder, '.pisa-upscale.lock.json'), '{}'), {
        code: 'folder-read-only',
        message:
          /\.pisa-upscale\.lock\.json can't be written: its folder, or the file, is read-only\.$/,
      });
    } finally {
      if (isRoot) process.seteuid?.(0);
      chmodSync(folder, 0o755);
    }
  },
);
