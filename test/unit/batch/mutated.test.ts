import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { parseJournal, unfinishedRuns } from '../../../src/batch/journal';
import { makePlan } from '../../../src/batch/plan';
import { parseRecipe, RecipeError, ruleFor, type Recipe } from '../../../src/batch/recipe';
import { LOCK_NAME, parseRecords, readRecords, RecordsError } from '../../../src/batch/records';
import type { Records } from '../../../src/batch/types';
import { DEFAULT_SETTINGS } from '../../../src/shared/settings';
import { mutated, randomFrom } from '../../engine/assets/mutate';
import { stopwatch } from '../../harness/stopwatch';
import { folderWith } from './batchFolder';
import { judgeHere } from './judging';

/** `npm test -- thorough` takes more. */
const COUNT = Number(process.env.FUZZ_COUNT ?? 1000);
const SEED = Number(process.env.FUZZ_SEED ?? 11);
const MOST_MS = 2000;
const MOST_RSS = 500 * 2 ** 20;

const RECIPE = JSON.stringify({
  rules: [
    { files: 'icons/**/*.png', density: 'apple', semantic: 0.3 },
    { files: ['**/*.{png,jpg}', 'b/[a-z]*.png'], width: 90, output: 'big/{name}@{scale}.{ext}' },
    { files: '*.gif', targets: [{ scale: 2, grid: { columns: 2, rows: 3 } }, { megapixels: 8 }] },
  ],
  exclude: ['vendor/**', '{1..3}/*'],
  minimumSide: 16,
});

const hash = (digit: string): string => digit.repeat(64);
const record = (input: string): object => ({
  input,
  inputHash: hash('1'),
  settings: hash('2'),
  outputHash: hash('3'),
  width: 8,
  height: 8,
});
const LOCK = JSON.stringify({
  version: 1,
  outputs: {
    'big/a@4.png': record('a.png'),
    'b/big/c@4.png': record('b/c.png'),
    'icons/x@2x.png': record('icons/x.png'),
  },
});
const JOURNAL = [
  { kind: 'header', header: { root: '/r', ids: ['a', 'b'], started: '5' } },
  {
    kind: 'begin',
    output: 'a.png',
    record: { ...record('a.png'), outputHash: '' },
    before: hash('4'),
  },
  { kind: 'done', output: 'b/c.png', record: record('b/c.png') },
]
  .map((line) => `${JSON.stringify(line)}\n`)
  .join('');

/** What attackers write where a text or a number stood. */
const HOSTILE = [
  ...['"../../../../dev/zero"', '"/etc/passwd"', '"__proto__"', '"constructor"', '"\\u0000"', '""'],
  ...[
    '1e999',
    '-1',
    '0.1',
    'null',
    'true',
    '[]',
    '{}',
    '[[[[[[[[',
    '{"a":{"a":',
    '"{scale}{scale}"',
  ],
  ...['"**/**/**/**/**/**"', '"*a*a*a*a*a*a*a*a*a*b"', '"{a,aa}{a,aa}{a,aa}{a,aa}"', '"[[[[[[["'],
  ...[
    '"{1..999999}"',
    '"((((((((((((a+)+)+)+)+"',
    '"{name}/../{name}"',
    '"\\ud800"',
    '9007199254740993',
  ],
];

function damaged(text: string, random: () => number): string {
  if (random() < 0.5) return mutated(Buffer.from(text), random).toString('utf8');
  const values = [...text.matchAll(/"[^"]*"|\d+(\.\d+)?/g)];
  const at = values[Math.floor(random() * values.length)];
  const hostile = HOSTILE[Math.floor(random() * HOSTILE.length)] ?? '';
  return at ? text.slice(0, at.index) + hostile + text.slice(at.index + at[0].length) : hostile;
}

async function timed<T>(what: string, work: () => T | Promise<T>): Promise<T> {
  const taken = stopwatch();
  const result = await work();
  const milliseconds = taken();
  assert.ok(milliseconds < MOST_MS, `${milliseconds.toFixed(0)} ms for ${what}`);
  return result;
}

const NAMES = [
  'a.png',
  'b/c.png',
  'icons/x.png',
  `${'a'.repeat(120)}.png`,
  `${'a/'.repeat(300)}a.gif`,
];

describe(`${COUNT} damaged recipes, locks and journals each (seed ${SEED}): read or refused`, () => {
  const root = folderWith({ 'a.png': 'a', 'b/c.png': 'c', 'icons/x.png': 'x', 'big/a@4.png': 'r' });

  async function plan(recipe: Recipe, records: Records): Promise<void> {
    const { items, orphans } = await makePlan(
      {
        root,
        inputs: [root],
        exclude: [],
        respectGitignore: false,
        settingsFor: () => DEFAULT_SETTINGS,
        recipe: { file: path.join(root, '.pisa-upscale.json'), value: recipe },
        minimumSide: 1,
        records,
      },
      {
        inspect: async (inputs) =>
          inputs.map(() => ({ ok: true, size: { width: 30, height: 20 }, frames: 1, border: 0 })),
        judge: judgeHere,
        modelHash: async () => '',
        sameSize: async () => new Set(),
      },
    );
    for (const { output } of items)
      assert.ok(!path.relative(root, path.join(root, output)).startsWith('..'), output);
    assert.ok(orphans.length <= 4);
  }

  it('recipes', async () => {
    const random = randomFrom(SEED);
    let read = 0;
    for (let i = 0; i < COUNT; i++) {
      const text = damaged(RECIPE, random);
      await timed(text, async () => {
        try {
          const recipe = parseRecipe(text);
          NAMES.forEach(ruleFor(recipe));
          read++;
          if (read % 20 === 0) await plan(recipe, {});
        } catch (error) {
          assert.ok(error instanceof RecipeError, `${String(error)} for ${text}`);
        }
      });
    }
    assert.ok(read > COUNT / 50, `${read} were read`);
    assert.ok(process.memoryUsage.rss() < MOST_RSS);
  });

  it('locks', async () => {
    const random = randomFrom(SEED + 1);
    const recipe = parseRecipe(RECIPE);
    const file = path.join(folderWith(), LOCK_NAME);
    let read = 0;
    for (let i = 0; i < COUNT; i++) {
      const text = damaged(LOCK, random);
      const isWritten = i % 20 === 0;
      if (isWritten) writeFileSync(file, text);
      await timed(text, async () => {
        try {
          const records = isWritten ? await readRecords(file) : parseRecords(text, file);
          read++;
          if (read % 20 === 0) await plan(recipe, records);
        } catch (error) {
          assert.ok(error instanceof RecordsError, `${String(error)} for ${text}`);
        }
      });
    }
    assert.ok(read > COUNT / 50, `${read} were read`);
    assert.ok(process.memoryUsage.rss() < MOST_RSS);
  });

  it('journals', async () => {
    const random = randomFrom(SEED + 2);
    const state = folderWith();
    const file = path.join(state, 'journal-999999999-1.jsonl');
    let lines = 0;
    for (let i = 0; i < COUNT; i++) {
      const text = damaged(JOURNAL, random);
      const isWritten = i % 20 === 0;
      if (isWritten) writeFileSync(file, text);
      await timed(text, async () => {
        lines += parseJournal(text).length;
        const found = isWritten ? await unfinishedRuns(state, root) : undefined;
        for (const output of Object.keys(found?.records ?? {}))
          assert.ok(!path.relative(root, path.join(root, output)).startsWith('..'), output);
      });
    }
    assert.ok(lines > COUNT, `${lines} lines were read`);
    assert.ok(process.memoryUsage.rss() < MOST_RSS);
  });
});
