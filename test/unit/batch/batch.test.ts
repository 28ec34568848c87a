import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { RunBusyError } from '../../../src/batch/runs/runRegistry';
import { batchOf, fakeClient } from './batchOf';
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
