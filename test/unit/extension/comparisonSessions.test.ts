import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ComparisonSessions,
  type Store,
} from '../../../src/extension/comparison/comparisonSessions';

function memory(content?: unknown): Store {
  let stored = content;
  return {
    get: () => stored,
    update: (_, value) => Promise.resolve(void (stored = JSON.parse(JSON.stringify(value)))),
  };
}

test('a word finds its value again, in another process too', async () => {
  const store = memory();
  const word = await new ComparisonSessions(store).remember({ source: 'file:///a.png' });
  assert.deepEqual(new ComparisonSessions(store).recall(word), { source: 'file:///a.png' });
});

test('the same value keeps its word; others get their own', async () => {
  const sessions = new ComparisonSessions(memory());
  const first = await sessions.remember({ source: 'a' });
  const other = await sessions.remember({ source: 'b' });
  assert.equal(await sessions.remember({ source: 'a' }), first);
  assert.notEqual(first, other);
});

test('the last fifty are kept, and used ones stay', async () => {
  const sessions = new ComparisonSessions(memory());
  const words: string[] = [];
  for (let i = 0; i < 50; i++) words.push(await sessions.remember(i));
  await sessions.remember(0);
  await sessions.remember('new');
  assert.equal(sessions.recall(words[0]), 0);
  assert.equal(sessions.recall(words[1]), undefined);
  assert.equal(sessions.recall(words[2]), 2);
});

test('another value takes the place under its word, and no other goes for it', async () => {
  const sessions = new ComparisonSessions(memory());
  const [first, second] = [await sessions.remember('a'), await sessions.remember('b')];
  for (let i = 0; i < 200; i++) await sessions.replace(first, i);
  assert.deepEqual([sessions.recall(first), sessions.recall(second)], [199, 'b']);
});

test('unknown words and a damaged store yield nothing', () => {
  for (const stored of [undefined, 4, {}, [1, null, { word: 3 }, { word: 'w' }]]) {
    const sessions = new ComparisonSessions(memory(stored));
    for (const word of ['w', undefined, 3, { word: 'w' }])
      assert.equal(sessions.recall(word), undefined);
  }
});
