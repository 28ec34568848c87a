import assert from 'node:assert/strict';
import { readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { LOCK_NAME, readRecords } from '../../../src/batch/records';
import { RunBusyError } from '../../../src/batch/runs/runRegistry';
import { batchOf, fakeClient, runOf } from './batchOf';
import { folderWith } from './batchFolder';

const PICTURES = Object.fromEntries([0, 1, 2, 3, 4, 5].map((i) => [`p${i}.png`, `${i}`]));

for (const [what, state] of [
  ['', {}],
  [
    ', also while it is looked what an interrupted run left',
    {
      'batch/journal-999999999-1.jsonl': `${JSON.stringify({ kind: 'header', header: { root: '/r', ids: ['p0@4x.png'] } })}\n`,
    },
  ],
] as const)
  test(`a batch that is started twice runs once${what}`, async () => {
    const [root, cache] = [folderWith(PICTURES), folderWith(state)];
    let made = 0;
    const batch = batchOf(
      root,
      cache,
      fakeClient(() => void made++),
    );
    const plan = await batch.plan();
    const ids = new Set(plan.items.map(({ id }) => id));
    const start = (): ReturnType<typeof batch.start> => batch.start(plan, ids, () => undefined);
    const started = await Promise.allSettled([start(), start()]);
    const [error] = started.flatMap((one) =>
      one.status === 'rejected' ? [one.reason as unknown] : [],
    );
    assert.ok(error instanceof RunBusyError);
    assert.equal(error.other.holder.pid, process.pid);
    const runs = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    assert.equal(runs.length, 1);
    // The folder is still claimed by the one that runs.
    await assert.rejects(start(), RunBusyError);
    const { outcomes } = await runs[0]!.report;
    assert.ok(outcomes.every(({ state: ended }) => ended === 'done'));
    assert.equal(made, ids.size);
    assert.deepEqual(
      readdirSync(path.join(cache, 'batch')).filter((name) => name.startsWith('journal')),
      [],
    );
    await batch.claim();
    await batch.giveBack();
  });

for (const [what, isOther] of [
  ['by the next run', false],
  ['by another process, although this one lives on', true],
] as const)
  test(`results that the lock can’t take are reported, and recorded ${what}`, async () => {
    const recipe = '{ "rules": [{ "files": "*.png" }] }';
    const [root, cache] = [folderWith(PICTURES), folderWith()];
    const lock = path.join(root, LOCK_NAME);
    const client = fakeClient(() => writeFileSync(lock, '<<<<<<< HEAD\n'));
    const { outcomes, cancelled, problem } = await runOf(batchOf(root, cache, client, recipe));
    assert.deepEqual(
      outcomes.map(({ state }) => state),
      Object.keys(PICTURES).map(() => 'done'),
    );
    assert.equal(cancelled, false);
    assert.equal(problem?.code, 'lock');
    assert.match(problem.message, /^The results could not be recorded: .*damaged/);
    assert.match(problem.hint ?? '', /next run records them/);

    rmSync(lock);
    const [name] = readdirSync(path.join(cache, 'batch'));
    if (isOther)
      renameSync(
        path.join(cache, 'batch', name!),
        path.join(cache, 'batch', `journal-${process.ppid}-1.jsonl`),
      );
    const next = batchOf(root, cache, client, recipe);
    const own = (await next.plan()).items.filter(({ output }) => output !== '');
    assert.deepEqual(
      own.map(({ reason }) => reason),
      Object.keys(PICTURES).map(() => 'up-to-date'),
    );
    await next.settle();
    assert.equal(Object.keys(await readRecords(lock)).length, own.length);
    assert.deepEqual(readdirSync(path.join(cache, 'batch')), []);
  });
