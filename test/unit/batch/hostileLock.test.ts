import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { unfinishedRuns } from '../../../src/batch/journal';
import { makePlan } from '../../../src/batch/plan';
import type { PlanRequest } from '../../../src/batch/planRequest';
import { parseRecipe } from '../../../src/batch/recipe';
import {
  LOCK_NAME,
  mergeLocks,
  parseRecords,
  readRecords,
  RecordsError,
  writeRecords,
} from '../../../src/batch/records';
import type { OutputRecord, Plan, Records } from '../../../src/batch/types';
import { DEFAULT_SETTINGS } from '../../../src/shared/settings';
import { stopwatch } from '../../harness/stopwatch';
import { onPosix } from '../files/folder';
import { folderWith, write } from './batchFolder';
import { judgeHere } from './judging';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const RECIPE = { rules: [{ files: '*.png', output: 'large/{name}.{ext}' }] };

async function planOf(root: string, part: Partial<PlanRequest> = {}): Promise<Plan> {
  return makePlan(
    {
      root,
      inputs: [root],
      exclude: [],
      respectGitignore: false,
      settingsFor: () => DEFAULT_SETTINGS,
      recipe: {
        file: path.join(root, '.pisa-upscale.json'),
        value: parseRecipe(JSON.stringify(RECIPE)),
      },
      minimumSide: 1,
      records: {},
      ...part,
    },
    {
      inspect: async (inputs) =>
        inputs.map(() => ({ ok: true, size: { width: 3, height: 2 }, frames: 1, border: 0 })),
      judge: judgeHere,
      modelHash: async () => 'model',
      sameSize: async () => new Set(),
    },
  );
}

/** The record that a real run would have made, for another output and content. */
async function recordFor(root: string, output: string, content: string): Promise<Records> {
  const [item] = (await planOf(root)).items.filter(({ status }) => status === 'todo');
  const record: OutputRecord = {
    input: item!.input,
    inputHash: item!.inputHash!,
    settings: item!.settingsHash!,
    outputHash: sha256(content),
    width: 12,
    height: 8,
  };
  return { [output]: record };
}

const upToDate = ({ items }: Plan): string[] =>
  items.filter(({ status }) => status === 'done').map(({ output }) => output);

const A_RECORD: OutputRecord = {
  input: 'a.png',
  inputHash: '1'.repeat(64),
  settings: '2'.repeat(64),
  outputHash: '3'.repeat(64),
  width: 1,
  height: 2,
};

describe('a path in a lock that leads elsewhere by its name is refused', () => {
  const paths = [
    ...['../x.png', 'a/../../x.png', '/etc/hostname', 'C:/x.png', 'c:x.png', './a.png', 'a//b.png'],
    ...['a/', '/', '', '.', '..', 'a/./b', 'a\0.png', 'a\n.png', `${'a/'.repeat(3000)}a`],
  ];
  for (const text of paths) {
    it(JSON.stringify(text.slice(0, 40)), () => {
      for (const outputs of [
        { [text]: A_RECORD },
        { 'a.png': { ...A_RECORD, input: text } },
      ] as Records[])
        assert.throws(
          () => parseRecords(JSON.stringify({ version: 1, outputs }), 'the lock'),
          (error) => error instanceof RecordsError && error.message.includes('the lock'),
        );
    });
  }
});

it('a record of another shape is refused', () => {
  for (const change of [
    { inputHash: '' },
    { inputHash: 'x'.repeat(64) },
    { outputHash: '1'.repeat(63) },
    { settings: 1 },
    { width: 0 },
    { width: 1.5 },
    { height: -1 },
    { height: 1e9 },
    { height: null },
    { sourceWidth: 0 },
    { sourceHeight: '9' },
    { input: ['a.png'] },
  ])
    assert.throws(
      () =>
        parseRecords(
          JSON.stringify({ version: 1, outputs: { 'a.png': { ...A_RECORD, ...change } } }),
          'x',
        ),
      RecordsError,
      JSON.stringify(change),
    );
});

it('an output counts as up to date only where the recipe makes it', async () => {
  const root = folderWith({ 'a.png': 'a', 'large/a.png': 'made', 'elsewhere.png': 'made' });
  const plan = (records: Records): Promise<Plan> => planOf(root, { records });
  assert.deepEqual(upToDate(await plan(await recordFor(root, 'large/a.png', 'made'))), [
    'large/a.png',
  ]);
  assert.deepEqual(upToDate(await plan(await recordFor(root, 'large/a.png', 'other'))), []);
  const other = await plan(await recordFor(root, 'elsewhere.png', 'made'));
  assert.deepEqual(upToDate(other), []);
  assert.deepEqual(other.leftovers, ['elsewhere.png'], 'and is said to be of no use');
});

it(
  'an output behind a link is not looked at, so nobody learns what is there',
  onPosix,
  async () => {
    const outside = folderWith({ 'a.png': 'secret' });
    const root = folderWith({ 'a.png': 'a' });
    const records = await recordFor(root, 'large/a.png', 'secret');
    symlinkSync(outside, path.join(root, 'large'));
    const plan = await planOf(root, { records });
    assert.deepEqual(upToDate(plan), []);
  },
);

it('a lock can’t hide a source from the plan without being found out', async () => {
  const root = folderWith({ 'a.png': 'a', 'b.png': 'b' });
  const records = await recordFor(root, 'b.png', 'b');
  const plan = await planOf(root, { records });
  assert.deepEqual(plan.leftovers, ['b.png']);
  const changed = await recordFor(root, 'b.png', 'not b');
  const again = await planOf(root, { records: changed });
  assert.ok(again.items.some(({ input, status }) => input === 'b.png' && status === 'todo'));
});

it('whether a record’s source exists is told of the folder only', onPosix, async () => {
  const outside = folderWith({ 'there.png': '' });
  const root = folderWith({ 'a.png': 'a' });
  symlinkSync(outside, path.join(root, 'out'));
  for (const name of ['there', 'not-there']) {
    const records = {
      [`out/large/${name}.png`]: { ...A_RECORD, input: `out/${name}.png` },
    };
    assert.deepEqual((await planOf(root, { records })).orphans, [`out/large/${name}.png`]);
  }
});

it('names that a box yields are recognised by their factor', async () => {
  const value = parseRecipe(
    JSON.stringify({
      rules: [{ files: '*.png', width: 9, output: 'l/{name}2{scale}x{scale}.{ext}' }],
    }),
  );
  const root = folderWith({ 'a.png': 'a' });
  const recipe = { file: path.join(root, 'r'), value };
  const [item] = (await planOf(root, { recipe })).items;
  assert.equal(item!.output, 'l/a23x3.png');
  write(root, item!.output, 'made');
  const record = (output: string): Records => ({
    [output]: {
      ...A_RECORD,
      inputHash: item!.inputHash!,
      settings: item!.settingsHash!,
      outputHash: sha256('made'),
    },
  });
  assert.deepEqual(upToDate(await planOf(root, { recipe, records: record('l/a23x3.png') })), [
    'l/a23x3.png',
  ]);
  write(root, 'l/a23x4.png', 'made');
  assert.deepEqual(upToDate(await planOf(root, { recipe, records: record('l/a23x4.png') })), []);
});

it('a hundred thousand records of one input take no longer than each of its own', async () => {
  const root = folderWith({ 'a.png': 'a' });
  const [[, record]] = Object.entries(await recordFor(root, 'x', 'x')) as [[string, OutputRecord]];
  const outputs = Object.fromEntries(
    Array.from({ length: 100_000 }, (_, i) => [`large/${i}.png`, record]),
  );
  const file = path.join(root, LOCK_NAME);
  writeFileSync(file, JSON.stringify({ version: 1, outputs }));
  const taken = stopwatch();
  const plan = await planOf(root, { records: await readRecords(file) });
  assert.deepEqual(upToDate(plan), []);
  assert.ok(taken() < 20_000);
});

function giant(file: string): void {
  writeFileSync(file, '');
  truncateSync(file, 2 ** 40);
}

describe('what lies where a lock is expected', () => {
  const kinds: readonly (readonly [string, (file: string) => void, RegExp])[] = [
    ['a folder', (file) => mkdirSync(file), /is a folder, not a file/],
    ['a pipe', (file) => void execFileSync('mkfifo', [file]), /is a named pipe, not a file/],
    ['a link to a device', (file) => symlinkSync('/dev/zero', file), /is a link, not a file/],
    ['a link to a file', (file) => symlinkSync('/etc/hostname', file), /is a link, not a file/],
    ['a giant', giant, /bytes/],
    ['brackets', (file) => writeFileSync(file, '['.repeat(4_000_000)), /damaged/],
    [
      'values',
      (file) => writeFileSync(file, `{"version":1,"outputs":{${'"":0,'.repeat(3_000_000)}"":0}}`),
      /damaged/,
    ],
  ];
  for (const [what, make, message] of kinds)
    it(`${what} is refused with its name`, onPosix, async () => {
      const file = path.join(folderWith(), LOCK_NAME);
      make(file);
      await assert.rejects(readRecords(file), (error) => {
        assert.ok(error instanceof RecordsError);
        assert.match(error.message, message);
        assert.ok(error.message.includes(file));
        return true;
      });
    });
});

it('folders and other things with the names of temporary files are in nobody’s way', async () => {
  const folder = folderWith({
    [`${LOCK_NAME}.99999--1.tmp/inner`]: '',
    [`${LOCK_NAME}.999999999-5-1.tmp`]: 'left',
  });
  await writeRecords(path.join(folder, LOCK_NAME), {});
  assert.deepEqual(readdirSync(folder).sort(), [LOCK_NAME, `${LOCK_NAME}.99999--1.tmp`]);
});

it('the name of a part says nothing that can’t be', async () => {
  for (const name of ['1-of-99999999', '0-of-2', '3-of-2', '99999-of-99999', '1-of-0']) {
    const folder = folderWith({ [`.pisa-upscale.lock.${name}.json`]: '' });
    await assert.rejects(mergeLocks(folder), /has no lock files of shards/, name);
  }
});

describe('journals', () => {
  const dead = 'journal-999999999-1.jsonl';
  const line = (value: object): string => `${JSON.stringify(value)}\n`;
  const header = line({ kind: 'header', header: { root: '/r', ids: ['x'] } });

  it('tell nothing of what lies elsewhere', onPosix, async () => {
    const outside = folderWith({ 'x.png': 'secret' });
    const root = folderWith();
    symlinkSync(outside, path.join(root, 'link'));
    const record = { ...A_RECORD, outputHash: '' };
    const state = folderWith({
      [dead]:
        header +
        ['link/x.png', '../x.png', '/etc/hostname', 'nul\0.png']
          .map((output) => line({ kind: 'begin', output, record }))
          .join('') +
        line({ kind: 'done', output: '../../y.png', record: A_RECORD }) +
        line({ kind: 'done', output: 'z.png', record }) +
        'null\n[]\n1\n{"kind":"header"}\n{"kind":"header","header":{"root":1,"ids":[]}}\n',
    });
    assert.deepEqual((await unfinishedRuns(state, root))?.records, {});
  });

  it('that are no files are passed over', onPosix, async () => {
    const root = folderWith();
    const state = folderWith();
    execFileSync('mkfifo', [path.join(state, dead)]);
    symlinkSync('/dev/zero', path.join(state, 'journal-999999998-1.jsonl'));
    mkdirSync(path.join(state, 'journal-999999997-1.jsonl'));
    assert.deepEqual((await unfinishedRuns(state, root))?.records, {});
  });
});
