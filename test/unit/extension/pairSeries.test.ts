import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PairComparison } from '../../../src/extension/comparison/comparison';
import { pairAfter, pairAt } from '../../../src/extension/comparison/pairSeries';

const pair = (facts: string): PairComparison =>
  ({ kind: 'pair', facts }) as Partial<PairComparison> as PairComparison;

test('a series leads on and back, round its ends, and knows its place', () => {
  const series = { pairs: ['a', 'b', 'c'].map(pair), folders: [], at: 0 };
  const first = pairAt(series, 0);
  assert.ok(first);
  const seen = [first];
  for (const by of [1, 1, 1, -1, -1]) seen.push(pairAfter(seen.at(-1) ?? first, by) ?? first);
  assert.deepEqual(
    seen.map(({ facts, series: now }) => `${facts}${now?.at}`),
    ['a0', 'b1', 'c2', 'a0', 'c2', 'b1'],
  );
});

test('one alone leads nowhere, and what is not there is nothing', () => {
  assert.equal(pairAfter(pair('a'), 1), undefined);
  assert.equal(pairAt({ pairs: [pair('a')], folders: [], at: 0 }, -1), undefined);
});
