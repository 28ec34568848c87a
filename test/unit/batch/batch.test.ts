import assert from 'node:assert/strict';
import { readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it, test } from 'node:test';
import { LOCK_NAME, mergeLocks, readRecords } from '../../../src/batch/records';
import { RunBusyError } from '../../../src/batch/runs/runRegistry';
import type { Plan } from '../../../src/batch/types';
import { batchOf, fakeClient, runOf } from './batchOf';
import { folderWith, write } from './batchFolder';

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

describe('what a lock knows of sources that are there, but left alone, is kept, and counts as not judged', () => {
  const small = { ok: true, size: { width: 4, height: 4 }, frames: 1, border: 0 } as const;
  const rules = '"rules": [{ "files": "src/**/*.png", "to": "out" }]';
  for (const [what, reason, change, back] of [
    [
      'ignored by Git',
      'unlisted',
      (root: string) => write(root, '.gitignore', 'src/'),
      (root: string) => rmSync(path.join(root, '.gitignore')),
    ],
    [
      'behind a link',
      'unlisted',
      (root: string) => {
        renameSync(path.join(root, 'src'), path.join(root, 'real'));
        symlinkSync(path.join(root, 'real'), path.join(root, 'src'));
      },
      (root: string) => {
        rmSync(path.join(root, 'src'));
        renameSync(path.join(root, 'real'), path.join(root, 'src'));
      },
    ],
    [
      'too small by now',
      'too-small',
      (root: string) => write(root, 'src/a.png', 'tiny'),
      (root: string) => write(root, 'src/a.png', 'a'),
    ],
  ] as const)
    it(what, async () => {
      const [root, cache] = [folderWith({ 'src/a.png': 'a' }), folderWith()];
      const client = fakeClient(() => undefined);
      const isSmall = reason === 'too-small';
      await runOf(batchOf(root, cache, client, `{ ${rules} }`));
      const lock = path.join(root, LOCK_NAME);
      const before = await readRecords(lock);
      assert.deepEqual(Object.keys(before), ['out/a@4x.png']);
      change(root);
      const later = batchOf(
        root,
        cache,
        isSmall ? { ...client, inspect: async () => [small] } : client,
        `{ ${rules} }`,
      );
      const plan = await later.plan();
      const item = plan.items.find(({ input }) => input === 'src/a.png');
      assert.deepEqual([item?.reason, item?.recorded], [reason, ['out/a@4x.png']]);
      assert.deepEqual([plan.orphans, plan.leftovers], [[], []]);
      await later.tidy(plan);
      assert.deepEqual(await readRecords(lock), before);
      back(root);
      const again = await batchOf(root, cache, client, `{ ${rules} }`).plan();
      assert.equal(again.items.find(({ input }) => input === 'src/a.png')?.reason, 'up-to-date');
    });

  it('but what the recipe itself excludes is none of its results any more', async () => {
    const [root, cache] = [folderWith({ 'src/a.png': 'a', 'src/b.png': 'b' }), folderWith()];
    const client = fakeClient(() => undefined);
    await runOf(batchOf(root, cache, client, `{ ${rules} }`));
    const excluded = `{ ${rules}, "exclude": ["src/a.png"] }`;
    const plan = await batchOf(root, cache, client, excluded).plan();
    assert.deepEqual(plan.leftovers, ['out/a@4x.png']);
    assert.deepEqual(
      plan.items.filter(({ recorded }) => recorded),
      [],
    );
    // What one call leaves out was not asked for, and is kept.
    const part = batchOf(root, cache, client, `{ ${rules} }`, { exclude: ['src/a*'] });
    await part.tidy(await part.plan());
    assert.equal(Object.keys(await readRecords(path.join(root, LOCK_NAME))).length, 2);
  });
});

describe('locks of shards and of the whole are one memory', () => {
  const recipe = '{ "rules": [{ "files": "*.png" }] }';
  const names = Object.keys(PICTURES);
  const parts = (root: string): string[] =>
    readdirSync(root).filter((name) => /lock\.\d/.test(name));
  const states = ({ items }: Plan): string[] =>
    items.flatMap(({ output, status, selected }) =>
      output === '' ? [] : [`${status}${selected ? ' x' : ''}`],
    );

  it('a run of the whole knows what a shard made, and takes its lock in', async () => {
    const [root, cache] = [folderWith(PICTURES), folderWith()];
    const client = fakeClient(() => undefined);
    const shard = batchOf(root, cache, client, recipe, { shard: { index: 1, count: 2 } });
    const made = (await runOf(shard)).outcomes;
    assert.ok(made.length > 0 && made.length < names.length);
    assert.equal(parts(root).length, 1);
    write(root, made[0]!.input, 'changed');
    const whole = batchOf(root, cache, client, recipe);
    const plan = await whole.plan();
    const todo = plan.items.filter(({ selected }) => selected);
    assert.equal(todo.length, names.length - made.length + 1, 'what changed, and the other shard');
    assert.equal(parts(root).length, 1, 'a plan writes nothing');
    await runOf(batchOf(root, cache, client, recipe));
    assert.deepEqual(parts(root), []);
    assert.deepEqual(
      states(await batchOf(root, cache, client, recipe).plan()),
      names.map(() => 'done'),
    );
  });

  it('of two that say different things the one is believed whose result is there', async () => {
    const [root, cache] = [folderWith({ 'c.png': 'c' }), folderWith()];
    const client = fakeClient(() => undefined);
    const shard = { shard: { index: 1, count: 1 } };
    await runOf(batchOf(root, cache, client, recipe, shard));
    const [part] = parts(root);
    const old = readFileSync(path.join(root, part!));
    write(root, 'c.png', 'changed');
    let made = 0;
    const other = fakeClient(({ target }) => {
      if (target.kind === 'file') writeFileSync(target.path, `other ${made++}`);
    });
    await runOf(batchOf(root, cache, other, recipe));
    // As another branch or machine brings it back.
    writeFileSync(path.join(root, part!), old);
    for (const options of [shard, {}]) {
      const plan = await batchOf(root, cache, client, recipe, options).plan();
      assert.deepEqual(states(plan), ['done']);
    }
    write(root, 'c.png', 'again');
    const { items } = await batchOf(root, cache, client, recipe, shard).plan();
    assert.deepEqual(items[0]?.reason, undefined);
    await mergeLocks(root);
    write(root, 'c.png', 'changed');
    assert.deepEqual(states(await batchOf(root, cache, client, recipe).plan()), ['done']);
  });
});
