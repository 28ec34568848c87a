import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readShard, SCHEDULERS, ShardError } from '../../../src/cli/schedulerShard';

describe('the shard that a scheduler tells', () => {
  for (const { name, index, count, base } of SCHEDULERS) {
    const env = (i: number, n?: number): Record<string, string> => ({
      [index]: String(i),
      ...(n === undefined || count === undefined ? {} : { [count]: String(n) }),
    });

    test(`${name}: each of eight, once`, () => {
      const text = count === undefined ? 'auto/8' : 'auto';
      const shards = Array.from({ length: 8 }, (_, i) => readShard(text, env(i + base, 8)));
      assert.deepEqual(
        shards.map((shard) => [shard.index, shard.count]),
        Array.from({ length: 8 }, (_, i) => [i + 1, 8]),
      );
      assert.match(shards[0]?.from ?? '', new RegExp(`^${index}`));
    });

    test(`${name}: what is outside, no number or not counted is refused`, () => {
      const text = count === undefined ? 'auto/8' : 'auto';
      for (const wrong of [env(8 + base, 8), env(base - 1, 8), { ...env(1, 8), [index]: '3x' }])
        assert.throws(() => readShard(text, wrong), ShardError);
      assert.throws(() => readShard('auto', env(base)), /does not tell how many/);
      if (count !== undefined) {
        assert.throws(() => readShard('auto/4', env(base, 8)), /is 8, and 4 were given/);
        assert.equal(readShard('auto/8', env(base, 8)).count, 8);
      }
    });

    test(`${name}: beside another one it is refused`, () => {
      const other = SCHEDULERS.find((one) => one.name !== name)!;
      assert.throws(
        () => readShard('auto/8', { ...env(base, 8), [other.index]: '1' }),
        /Both .* are set/,
      );
    });
  }

  test('without any it is refused; a shard by name needs none', () => {
    assert.throws(() => readShard('auto', {}), /No scheduler tells/);
    assert.throws(() => readShard('auto', { CI_NODE_TOTAL: '1', CI_NODE_INDEX: '' }), ShardError);
    assert.deepEqual(readShard('2/3', { CI_NODE_INDEX: '1', CI_NODE_TOTAL: '3' }), {
      index: 2,
      count: 3,
    });
    for (const wrong of ['', '0/3', '4/3', 'auto/', 'auto/x', 'auto3', 'automatic', '1/2/3'])
      assert.throws(() => readShard(wrong, { JOB_COMPLETION_INDEX: '0' }), ShardError, wrong);
  });
});
