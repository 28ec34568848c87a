import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it, test } from 'node:test';
import type { BatchClient } from '../../../src/batch/batch';
import { isMissing } from '../../../src/batch/missing';
import { isUsual, type PlanItem } from '../../../src/batch/types';
import { onPosix } from '../files/folder';
import { batchOf, fakeClient, runOf } from './batchOf';
import { folderWith } from './batchFolder';

/** An engine that judges files by what they hold, whatever they are called. */
const client: BatchClient = {
  ...fakeClient(() => undefined),
  inspect: async ({ inputs }) =>
    inputs.map((input) =>
      readFileSync(input, 'utf8') === 'picture'
        ? { ok: true, size: { width: 64, height: 64 }, frames: 1, border: 0 }
        : { ok: false, code: 'input-not-an-image', message: 'It is no picture.' },
    ),
};

const ALL = '{ "rules": [{ "files": "**" }] }';
const FILES = {
  'sub/p.png': 'picture',
  'sub/readme.md': 'text',
  noext: 'picture',
  'readme.md': 'text',
  'data.json': 'picture',
  'layers.psd': 'other',
  'icon@2x.png': 'picture',
};

/** What is said of a file: made, refused, or why it is left alone; nothing where there is no word. */
const wordOf = (item: PlanItem | undefined): string | undefined =>
  item === undefined
    ? undefined
    : item.selected
      ? 'made'
      : isMissing(item)
        ? 'refused'
        : isUsual(item)
          ? undefined
          : item.reason;

const NAMED: readonly (readonly [string, string])[] = [
  ['noext', 'made'],
  ['data.json', 'made'],
  ['readme.md', 'refused'],
  ['layers.psd', 'refused'],
  ['missing.png', 'refused'],
  ['missing', 'refused'],
  ['icon@2x.png', 'density'],
];

for (const [mode, recipe] of [
  ['without a recipe', undefined],
  ['under a recipe', ALL],
] as const)
  describe(`what is named is answered beside a folder, ${mode}`, () => {
    for (const [name, word] of NAMED)
      for (const beside of ['sub', undefined])
        it(`${name}${beside === undefined ? ' alone' : ''}: ${word}`, async () => {
          const root = folderWith(FILES);
          const inputs = [...(beside === undefined ? [] : [beside]), name];
          const { items, otherFiles } = await batchOf(root, folderWith(), client, recipe, {
            inputs: inputs.map((input) => path.join(root, input)),
          }).plan();
          assert.equal(wordOf(items.find(({ input }) => input === name)), word);
          const others = beside === undefined ? [] : ['sub/p.png'];
          assert.deepEqual(
            items.flatMap(({ input }) => (input === name ? [] : [input])),
            others,
            'nothing else',
          );
          assert.equal(otherFiles, others.length, 'what a folder holds needs no word');
        });
  });

test('a named file that no rule names is told, and one that is missing is refused all the same', async () => {
  const root = folderWith(FILES);
  const recipe = '{ "rules": [{ "files": "sub/**" }] }';
  const { items } = await batchOf(root, folderWith(), client, recipe, {
    inputs: ['sub', 'noext', 'icon@2x.png', 'missing.png'].map((name) => path.join(root, name)),
  }).plan();
  assert.deepEqual(
    items.map((item) => [item.input, wordOf(item)]),
    [
      ['icon@2x.png', 'density'],
      ['missing.png', 'refused'],
      ['noext', 'no-rule'],
      ['sub/p.png', 'made'],
    ],
  );
});

test('a named result of an earlier batch is told, one that is found in a folder is not', async () => {
  const [root, cache] = [folderWith(FILES), folderWith()];
  await runOf(batchOf(root, cache, client, ALL));
  for (const [name, word] of [
    ['sub/p@4x.png', 'previous-output'],
    ['sub', undefined],
  ] as const) {
    const inputs = [path.join(root, name)];
    const { items } = await batchOf(root, cache, client, ALL, { inputs }).plan();
    assert.equal(wordOf(items.find(({ input }) => input === 'sub/p@4x.png')), word);
  }
});

test('a named pipe is refused, whatever its name', onPosix, async () => {
  const root = folderWith({ 'sub/p.png': 'picture' });
  for (const name of ['pipe', 'pipe.txt', 'pipe.png']) {
    execFileSync('mkfifo', [path.join(root, name)]);
    const inputs = ['sub', name].map((input) => path.join(root, input));
    const { items } = await batchOf(root, folderWith(), client, undefined, { inputs }).plan();
    assert.equal(wordOf(items.find(({ input }) => input === name)), 'refused');
  }
});
