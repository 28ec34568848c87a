import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { LOCK_NAME } from '../../../src/batch/records';
import { lockProblem } from '../../../src/cli/lockProblem';
import { batchOf, fakeClient, runOf } from '../batch/batchOf';
import { folderWith } from '../batch/batchFolder';

const RECIPE = '{ "rules": [{ "files": "src/*.png", "to": "out" }] }';

describe('what is advised about a lock that can’t be used is true', () => {
  for (const [what, text] of [
    ['a merge with conflicts', '<<<<<<< HEAD\n'],
    ['another version', '{ "version": 99, "outputs": {} }'],
    ['a damaged record', '{ "version": 1, "outputs": { "out/a@4x.png": {} } }'],
    ['a file that is too large', ' '.repeat(64 * 2 ** 20 + 1)],
  ] as const)
    it(what, async () => {
      const [root, cache] = [folderWith({ 'src/a.png': 'a' }), folderWith()];
      const client = fakeClient(() => undefined);
      await runOf(batchOf(root, cache, client, RECIPE));
      const lock = path.join(root, LOCK_NAME);
      writeFileSync(lock, text);
      const error: unknown = await batchOf(root, cache, client, RECIPE)
        .plan()
        .catch((caught: unknown) => caught);
      const { message } = lockProblem(error);
      assert.match(message, /emove it\. Without it, results that are there are left alone/);
      rmSync(lock);
      assert.deepEqual((await runOf(batchOf(root, cache, client, RECIPE))).outcomes, []);
      assert.match(message, /a run with --force makes them again\.$/);
      const { outcomes } = await runOf(batchOf(root, cache, client, RECIPE, { force: true }));
      assert.deepEqual(
        outcomes.map(({ output, state }) => [output, state]),
        [['out/a@4x.png', 'done']],
      );
    });

  it('and of one that is not to be removed nothing is said of that', () => {
    assert.equal(lockProblem(new Error('something else')).message, 'something else');
  });
});
