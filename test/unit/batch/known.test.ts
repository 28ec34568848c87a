import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { KnownOutputs } from '../../../src/batch/known';
import { readRecords, writeRecords } from '../../../src/batch/records';
import { lookForSources } from '../../../src/batch/sources';
import { BatchStore } from '../../../src/batch/store';
import type { OutputRecord, Plan, PlanItem, Records } from '../../../src/batch/types';
import { onPosix } from '../files/folder';
import { folderWith } from './batchFolder';

const root = folderWith({ 'src/file.png': 'x' });

const recordOf = (input: string): OutputRecord => ({
  input,
  inputHash: 'a'.repeat(64),
  settings: 'b'.repeat(64),
  outputHash: 'c'.repeat(64),
  width: 4,
  height: 4,
});

test(
  'a source is gone where nothing lies in its place, a folder, or a link to one',
  onPosix,
  async () => {
    mkdirSync(path.join(root, 'src/folder.png'), { recursive: true });
    symlinkSync('file.png', path.join(root, 'src/link.png'));
    symlinkSync('folder.png', path.join(root, 'src/linked-folder.png'));
    const names = ['file', 'folder', 'link', 'linked-folder', 'nothing'];
    const records = Object.fromEntries(
      names.map((name) => [`out/${name}.png`, recordOf(`src/${name}.png`)]),
    );
    const known = new KnownOutputs(records, undefined);
    const orphans = known.orphans((await lookForSources(root, known.inputs)).there);
    assert.deepEqual(
      orphans,
      ['folder', 'linked-folder', 'nothing'].map((name) => `out/${name}.png`),
    );
  },
);

test('what is known of a result that can’t be made now stays in the lock, of others goes', async () => {
  const known: Records = {
    'out/back.png': recordOf('src/file.png'),
    'out/blocked.png': recordOf('blocked.png'),
    'out/gone.png': recordOf('gone.png'),
    'out/made.png': recordOf('made.png'),
    'out/unread.png': recordOf('unread.png'),
  };
  const item = (part: Partial<PlanItem>): PlanItem => ({
    id: part.output ?? '',
    input: '',
    output: '',
    inputBytes: 1,
    status: 'skip',
    selected: false,
    ...part,
  });
  const settings = {} as NonNullable<PlanItem['settings']>;
  const plan = {
    root,
    orphans: ['out/back.png', 'out/gone.png'],
    items: [
      item({ input: 'made.png', output: 'out/made.png', status: 'done', settings }),
      item({ input: 'blocked.png', refusedOutput: 'out/blocked.png', reason: 'read-only' }),
      item({
        input: 'unread.png',
        id: '?unread.png',
        reason: 'not-readable',
        recorded: ['out/unread.png'],
      }),
      item({ input: 'out/gone.png', id: '?out/gone.png', reason: 'previous-output' }),
    ],
  } as unknown as Plan;
  await writeRecords(path.join(root, '.pisa-upscale.lock.json'), known);
  const store = new BatchStore({
    stateFolder: path.join(root, 'state'),
    outputRoot: root,
    lockFolder: root,
    isWhole: true,
    onTrouble: (error) => {
      throw error;
    },
  });
  await store.save(plan, known);
  assert.deepEqual(Object.keys(await readRecords(path.join(root, '.pisa-upscale.lock.json'))), [
    'out/back.png',
    'out/blocked.png',
    'out/made.png',
    'out/unread.png',
  ]);
});
