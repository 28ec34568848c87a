import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { describe, it, test } from 'node:test';
import type { Plan, PlanItem } from '../../../src/batch/types';
import { FolderWatch } from '../../../src/batch/watch/folderWatch';
import { watchedPlaces } from '../../../src/batch/watch/watchedPlaces';
import { TurnNews, watchLoop } from '../../../src/batch/watch/watchLoop';
import { folderWith, write } from './batchFolder';

test('what is watched: what was named, of globs their fixed part, and the recipe', () => {
  const at = (...names: readonly string[]): string => path.resolve('/w', ...names);
  const places = (inputs: readonly string[], recipe?: string): string[] =>
    [...watchedPlaces(at(), inputs, recipe)].sort();
  assert.deepEqual(places([at()], at('.pisa-upscale.json')), [at()]);
  assert.deepEqual(places([at('a'), at('a/b'), at('c/x.png')]), [at('a'), at('c/x.png')]);
  assert.deepEqual(places(['src/**/*.png', 'src/ui/*.png']), [at('src')]);
  assert.deepEqual(places(['{a,b}/**']), [at()]);
  assert.deepEqual(places([at('a')], at('.pisa-upscale.json')), [
    at('.pisa-upscale.json'),
    at('a'),
  ]);
});

describe('folders and files are watched', { concurrency: true }, () => {
  /** Whether a change is told; where none is to be, it is not waited for long. */
  async function tells(
    files: Readonly<Record<string, string>>,
    places: (root: string) => readonly string[],
    change: (root: string) => void,
    isTold: boolean,
  ): Promise<boolean> {
    const root = folderWith(files);
    const troubles: unknown[] = [];
    const watch = await FolderWatch.begin(places(root), (error) => troubles.push(error));
    const stop = new AbortController();
    try {
      change(root);
      const limit = isTold ? undefined : setTimeout(() => stop.abort(), 1500);
      return await watch.changed(stop.signal).then(
        () => {
          clearTimeout(limit);
          return true;
        },
        () => false,
      );
    } finally {
      await watch.close();
      assert.deepEqual(troubles, []);
    }
  }
  const rows: readonly [
    what: string,
    isTold: boolean,
    change: (root: string) => void,
    places?: (root: string) => readonly string[],
  ][] = [
    ['a picture', true, (root) => write(root, 'a.png', 'b')],
    ['a new one, deep', true, (root) => write(root, 'x/y/z.JPG', 'b')],
    ['one that goes', true, (root) => rmSync(path.join(root, 'a.png'))],
    ['one that is renamed', true, (root) => renameSync(`${root}/a.png`, `${root}/b.png`)],
    ['the recipe', true, (root) => write(root, '.pisa-upscale.json', '{}')],
    ['what git ignores', true, (root) => write(root, 'in/.gitignore', '*')],
    ['a folder', true, (root) => mkdirSync(path.join(root, 'new'))],
    [
      'a folder that is made again',
      true,
      (root) => {
        rmSync(path.join(root, 'in'), { recursive: true });
        write(root, 'in/c.png', 'other');
      },
    ],
    ['another file', false, (root) => write(root, 'notes.txt', 'b')],
    ['a lock', false, (root) => write(root, '.pisa-upscale.lock.json', '{}')],
    ['what is being written', false, (root) => write(root, '.pisa-upscale-1-a.tmp', 'b')],
    ['a dependency', false, (root) => write(root, 'node_modules/m/a.png', 'b')],
    ['Git itself', false, (root) => write(root, '.git/a.png', 'b')],
    [
      'a place that was missing',
      true,
      (root) => write(root, 'later/a.png', 'b'),
      (root) => [path.join(root, 'later')],
    ],
    [
      'a file that was named',
      true,
      (root) => write(root, 'a.png', 'b'),
      (root) => [path.join(root, 'a.png')],
    ],
    [
      'beside one that was named',
      false,
      (root) => write(root, 'in/c.png', 'b'),
      (root) => [path.join(root, 'a.png')],
    ],
  ];
  const files = {
    'a.png': 'a',
    'in/c.png': 'c',
    'node_modules/m/b.png': 'b',
    '.git/HEAD': '',
  };
  for (const [what, isTold, change, places = (root: string): string[] => [root]] of rows)
    it(`${what}: ${isTold ? 'told' : 'not told'}`, async () => {
      assert.equal(await tells(files, places, change, isTold), isTold);
    });
});

test('a turn that fails ends nothing; changes during a turn lead to another', async () => {
  const root = folderWith({ 'a.png': 'a' });
  const stop = new AbortController();
  const seen: string[] = [];
  let turns = 0;
  await watchLoop(
    {
      places: [root],
      turn: async () => {
        turns++;
        seen.push('turn');
        if (turns <= 3) write(root, 'a.png', `change ${turns}`);
        if (turns === 2) throw new Error('broken recipe');
        if (turns === 4) stop.abort();
      },
      onWaiting: () => seen.push('waiting'),
      onError: (error) => seen.push((error as Error).message),
    },
    stop.signal,
  );
  const each = ['turn', 'waiting'];
  assert.deepEqual(seen, [...each, 'turn', 'broken recipe', 'waiting', ...each, 'turn']);
});

test('a turn without work is told only where something is new', () => {
  const news = new TurnNews();
  const item = (part: Partial<PlanItem>): PlanItem =>
    ({ id: '', input: 'a.png', output: '', selected: false, status: 'skip', ...part }) as PlanItem;
  const plan = (items: readonly PlanItem[], orphans: readonly string[] = []): Plan =>
    ({ items, orphans, unmatched: [], notes: [] }) as unknown as Plan;
  const broken = item({ reason: 'not-readable', message: 'It is damaged.' });
  const done = item({ status: 'done', reason: 'up-to-date' });
  assert.equal(news.isNews(plan([done]), 0), true, 'the first');
  assert.equal(news.isNews(plan([done]), 0), false);
  assert.equal(news.isNews(plan([done]), 1), true, 'work');
  assert.equal(news.isNews(plan([done, broken]), 0), true, 'a failure');
  assert.equal(news.isNews(plan([done, broken]), 0), false, 'the same failure');
  assert.equal(news.isNews(plan([done]), 0), true, 'it is mended');
  assert.equal(news.isNews(plan([done], ['x']), 0), true, 'an orphan');
  assert.equal(news.isNews(plan([done], ['x']), 0), false, 'the same orphan');
  assert.equal(news.isNews(plan([done]), 0), false, 'it is gone');
});
