import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { makePlan } from '../../../src/batch/plan';
import { parseRecipe } from '../../../src/batch/recipe';
import {
  LOCK_NAME,
  lockPartName,
  mergeLocks,
  readRecords,
  RecordsError,
  writeRecords,
  type Shard,
} from '../../../src/batch/records';
import type { OutputRecord, Plan } from '../../../src/batch/types';
import { DEFAULT_SETTINGS } from '../../../src/shared/settings';
import { folderWith, write } from './batchFolder';
import { judgeHere } from './judging';

function planOf(root: string, rule: object, shard?: Shard): Promise<Plan> {
  return makePlan(
    {
      root,
      inputs: [root],
      exclude: [],
      respectGitignore: false,
      settingsFor: () => DEFAULT_SETTINGS,
      recipe: {
        file: path.join(root, '.pisa-upscale.json'),
        value: parseRecipe(JSON.stringify({ rules: [rule] })),
      },
      minimumSide: 1,
      records: {},
      ...(shard ? { shard } : {}),
    },
    {
      inspect: async (inputs) =>
        inputs.map(() => ({ ok: true, size: { width: 30, height: 20 }, frames: 1, border: 0 })),
      judge: judgeHere,
      modelHash: async () => 'model',
      sameSize: async () => new Set(),
    },
  );
}

/** Sources, with what they become, of what is to do. */
const todo = ({ items }: Plan): string[] =>
  items
    .filter(({ status, selected }) => status === 'todo' && selected)
    .map(({ input, output }) => `${input} > ${output}`);

const RULES: readonly (readonly [string, object])[] = [
  ['a folder', { files: 'icons/**/*.png', output: 'large/{name}.{ext}' }],
  ['a factor in the name', { files: '**/*.png', output: '{name}_{scale}.{ext}', scale: 3 }],
  [
    'a box, so that the factor depends on the size',
    { files: '**/*.png', width: 90, output: '{scale}/{name}-{scale}.{ext}' },
  ],
  [
    'several results of one',
    { files: '**/*.png', targets: [{ output: 'a/{name}.{ext}' }, { output: 'b-{name}.{ext}' }] },
  ],
  ['another format', { files: '**/*.*', format: 'webp', output: '{name}.{ext}' }],
];
const NAMES = ['a', 'b', 'c', 'icon7', 'x_1', 'deep/er/d', 'deep/e'].map((n) => `icons/${n}.png`);

describe('shards in one folder do together what one run does, whoever begins when', () => {
  for (const [what, rule] of RULES)
    for (const count of [2, 4])
      it(`${what}, ${count} shards`, async () => {
        const files = Object.fromEntries(NAMES.map((name) => [name, name]));
        const whole = todo(await planOf(folderWith(files), rule));
        const root = folderWith(files);
        const parts: string[] = [];
        // Each begins when the results of those before it lie there.
        for (let index = 1; index <= count; index++) {
          const part = todo(await planOf(root, rule, { index, count }));
          for (const line of part) write(root, line.split(' > ')[1]!, 'made');
          parts.push(...part);
        }
        assert.deepEqual(parts.sort(), whole.sort());
        assert.equal(whole.length, NAMES.length * (what === 'several results of one' ? 2 : 1));
      });
});

it('locks in which a result is another one’s source are not merged', async () => {
  const record = (input: string): OutputRecord => ({
    input,
    inputHash: '1'.repeat(64),
    settings: '2'.repeat(64),
    outputHash: '3'.repeat(64),
    width: 1,
    height: 1,
  });
  const root = folderWith();
  const part = (index: number): string => path.join(root, lockPartName({ index, count: 2 }));
  await writeRecords(part(1), { 'large/a.png': record('a.png') });
  await writeRecords(part(2), { 'large/large/a.png': record('large/a.png') });
  await assert.rejects(
    mergeLocks(root),
    (error) => error instanceof RecordsError && error.message.includes('large/a.png'),
  );
  assert.equal(readdirSync(root).length, 2, 'nothing is changed');
  await writeRecords(part(2), { 'large/b.png': record('b.png') });
  await mergeLocks(root);
  assert.deepEqual(Object.keys(await readRecords(path.join(root, LOCK_NAME))), [
    'large/a.png',
    'large/b.png',
  ]);
});
