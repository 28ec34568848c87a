import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { Journal } from '../../../src/batch/journal';
import { RunFollower } from '../../../src/batch/runs/follow';
import type { RunEntry } from '../../../src/batch/runs/runEntry';
import { RunBusyError, RunRegistry, type RunRequest } from '../../../src/batch/runs/runRegistry';
import { collide, scopeOf, type RunScope } from '../../../src/batch/runs/scope';
import { folderWith } from './batchFolder';

const at = (sources: string | string[], outputRoot: string, shard?: string): RunScope => {
  const [index, count] = (shard ?? '').split('/').map(Number);
  return {
    sources: [sources].flat(),
    outputRoot,
    ...(index !== undefined && count !== undefined ? { shard: { index, count } } : {}),
  };
};

const PAIRS: readonly [string, boolean, RunScope, RunScope][] = [
  ['the same folder', true, at('/w', '/w'), at('/w', '/w')],
  ['a folder and one inside it', true, at('/w', '/w'), at('/w/a', '/w/a')],
  ['selections of one folder', true, at('/w/a.png', '/w'), at('/w/b.png', '/w')],
  ['neighbors', false, at('/w/a', '/w/a'), at('/w/b', '/w/b')],
  ['neighbors of which one begins with the other’s name', false, at('/w', '/w'), at('/wx', '/wx')],
  ['one output folder', true, at('/a', '/out'), at('/b', '/out')],
  ['an output folder inside another', true, at('/a', '/out'), at('/b', '/out/b')],
  ['one source, two output folders', false, at('/a', '/o1'), at('/a', '/o2')],
  ['an output folder that is the other’s source', true, at('/a', '/b/up'), at('/b', '/o')],
  ['a source that the other writes', true, at('/b/c', '/o'), at('/a', '/b')],
  ['shards of one set', false, at('/w', '/w', '1/4'), at('/w', '/w', '2/4')],
  ['a shard twice', true, at('/w', '/w', '1/4'), at('/w', '/w', '1/4')],
  ['shards of two sets', true, at('/w', '/w', '1/4'), at('/w', '/w', '2/3')],
  ['a shard and the whole', true, at('/w', '/w', '1/4'), at('/w', '/w')],
  [
    'shards of different folders that overlap',
    true,
    at('/w', '/w', '1/4'),
    at('/w/a', '/w/a', '2/4'),
  ],
];

describe('two runs', () => {
  for (const [what, expected, a, b] of PAIRS)
    it(`on ${what} ${expected ? 'get into each other’s way' : 'go side by side'}`, () => {
      assert.equal(collide(a, b), expected);
      assert.equal(collide(b, a), expected);
    });

  it('are told by where links lead, and globs stand for their root', async () => {
    const root = folderWith({ 'real/a.png': '' });
    symlinkSync(path.join(root, 'real'), path.join(root, 'link'));
    const scope = await scopeOf({
      root: path.join(root, 'link'),
      outputRoot: path.join(root, 'link/new'),
      inputs: ['**/*.png', path.join(root, 'link/a.png')],
    });
    assert.deepEqual(scope, {
      sources: [path.join(root, 'real'), path.join(root, 'real/a.png')],
      outputRoot: path.join(root, 'real/new'),
    });
  });
});

const request = (root: string, part: Partial<RunRequest> = {}): RunRequest => ({
  root,
  place: 'terminal',
  scope: at(root, root),
  stateFolder: path.join(root, 'state'),
  ...part,
});

describe('the registry of runs', () => {
  it('lets one in, tells the second of it, and lets it in afterwards', async () => {
    const runs = new RunRegistry(folderWith());
    const first = await runs.enter(request('/w', { place: 'window' }));
    await assert.rejects(runs.enter(request('/w/a')), (error: unknown) => {
      assert.ok(error instanceof RunBusyError);
      assert.deepEqual([error.other.root, error.other.place], ['/w', 'window']);
      assert.equal(error.other.holder.pid, process.pid);
      return true;
    });
    await (await runs.enter(request('/x'))).giveBack();
    await first.giveBack();
    await (await runs.enter(request('/w/a'))).giveBack();
  });

  it('lets exactly one of many in, whatever the order', async () => {
    const runs = new RunRegistry(folderWith());
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, () => runs.enter(request('/w'))),
    );
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
    for (const result of results)
      if (result.status === 'rejected') assert.ok(result.reason instanceof RunBusyError);
  });

  it('lets who waits in when the other has ended, and tells whom it waits for', async () => {
    const runs = new RunRegistry(folderWith());
    const first = await runs.enter(request('/w'));
    const told: RunEntry[] = [];
    const second = runs.enterWhenFree(request('/w'), {
      onWait: (other) => {
        told.push(other);
        if (told.length === 2) void first.giveBack();
      },
    });
    await (await second).giveBack();
    assert.ok(told.length >= 2 && told.every(({ root }) => root === '/w'));
  });

  it('ends a wait when its signal aborts', async () => {
    const runs = new RunRegistry(folderWith());
    const first = await runs.enter(request('/w'));
    const controller = new AbortController();
    const wait = runs.enterWhenFree(request('/w'), {
      signal: controller.signal,
      onWait: () => controller.abort(),
    });
    await assert.rejects(wait, { name: 'AbortError' });
    await first.giveBack();
    await (await runs.enter(request('/w'))).giveBack();
  });

  it('does not count what a killed process left, and removes it', async () => {
    const folder = folderWith();
    const script =
      `require('tsx/cjs'); const { RunRegistry } = require(` +
      `${JSON.stringify(path.resolve(__dirname, '../../../src/batch/runs/runRegistry'))});` +
      `void new RunRegistry(${JSON.stringify(folder)}).enter(${JSON.stringify(request('/w'))})` +
      `.then(() => console.log('in')); setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    const runs = new RunRegistry(folder);
    await assert.rejects(runs.enter(request('/w')), RunBusyError);
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    await (await runs.enter(request('/w'))).giveBack();
    const left = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    assert.deepEqual(
      left.filter((name) => name.endsWith('.json') || name.endsWith('lock')),
      [],
    );
  });

  it('passes over what is no entry, and goes on where nothing can be written', async () => {
    const folder = folderWith();
    const runs = new RunRegistry(folder);
    await (await runs.enter(request('/w'))).giveBack();
    const [host] = readdirSync(folder);
    const name = (digit: string): string =>
      path.join(folder, host!, `${digit.repeat(8)}-0000-4000-8000-000000000000.json`);
    for (const [i, text] of ['', 'x', '{}', '[[[[[[[[[]]]]]]]]]', '{"holder":1}'].entries())
      writeFileSync(name(String(i)), text);
    mkdirSync(name('9'));
    await (await runs.enter(request('/w'))).giveBack();
    const file = path.join(folder, 'a file');
    writeFileSync(file, '');
    await (await new RunRegistry(file).enter(request('/w'))).giveBack();
  });
});

describe('who follows another run', () => {
  it('sees what its journal adds, line by line', async () => {
    const state = folderWith();
    const runs = new RunRegistry(folderWith());
    const hold = await runs.enter(request('/w', { stateFolder: state }));
    const entry = await runs.inTheWay(at('/w', '/w'));
    const follower = new RunFollower(entry!);
    assert.deepEqual(await follower.look(), { done: 0, total: undefined, changed: new Map() });
    const journal = await Journal.create(state, { root: '/w', ids: ['a.png', 'b.png', 'c.png'] });
    const hash = '0'.repeat(64);
    const record = { input: 'a', inputHash: hash, settings: hash, width: 1, height: 1 };
    await journal.begin('a.png', record, undefined);
    assert.deepEqual(await follower.look(), {
      done: 0,
      total: 3,
      changed: new Map([['a.png', 'running']]),
    });
    await journal.done('a.png', { ...record, outputHash: hash });
    await journal.left('b.png', 'failed');
    assert.deepEqual(await follower.look(), {
      done: 2,
      total: 3,
      changed: new Map([
        ['a.png', 'done'],
        ['b.png', 'failed'],
      ]),
    });
    await journal.remove();
    assert.deepEqual(await follower.look(), { done: 2, total: 3, changed: new Map() });
    await hold.giveBack();
  });
});
