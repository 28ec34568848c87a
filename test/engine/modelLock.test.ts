import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { whileLocked } from '../../src/engine/models/install/modelLock';
import { ModelStore } from '../../src/engine/models/install/modelStore';
import { temporaryFolder } from './support';

const ID = 'pisa-sr';

function newStore(holder?: object): { root: string; lock: string } {
  const root = path.join(temporaryFolder(), 'store');
  const lock = path.join(root, `.${ID}.lock`);
  if (holder) {
    mkdirSync(root);
    writeFileSync(
      lock,
      JSON.stringify({
        pid: process.pid,
        host: os.hostname(),
        since: new Date().toISOString(),
        token: 'theirs',
        ...holder,
      }),
    );
  }
  return { root, lock };
}

test(
  'a second change of the same model is refused while the first is under way, another ' +
    'model’s is not',
  async () => {
    const { root, lock } = newStore();
    await whileLocked(root, ID, async () => {
      assert.equal((JSON.parse(readFileSync(lock, 'utf8')) as { pid: number }).pid, process.pid);
      await assert.rejects(
        whileLocked(root, ID, async () => assert.fail('ran')),
        { code: 'model-busy', message: new RegExp(`process ${process.pid} on`) },
      );
      assert.equal(await whileLocked(root, 'other', async () => 5), 5);
      assert.ok(existsSync(lock), 'the refused one leaves the lock alone');
    });
    assert.equal(await whileLocked(root, ID, async () => 7), 7);
    assert.equal(
      existsSync(root),
      false,
      'a store made for work that came to nothing is not left behind',
    );
  },
);

test('the lock goes when the work fails', async () => {
  const { root, lock } = newStore();
  await assert.rejects(
    whileLocked(root, ID, () => Promise.reject(new Error('broke'))),
    /broke/,
  );
  assert.equal(existsSync(lock), false);
});

test(
  'of many calls at once exactly one gets the lock, fresh or left by a process that is gone',
  { timeout: 120_000 },
  async () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    for (const holder of [undefined, { pid }]) {
      const { root, lock } = newStore(holder);
      const refused: unknown[] = [];
      const call = (): Promise<void> =>
        whileLocked(root, ID, async () => {
          while (refused.length < 19) await delay(5);
        }).catch((error: unknown) => void refused.push((error as { code?: string }).code));
      await Promise.all(Array.from({ length: 20 }, call));
      assert.deepEqual(
        refused,
        Array.from({ length: 19 }, () => 'model-busy'),
      );
      assert.equal(existsSync(lock), false);
    }
  },
);

test(
  'several processes that find abandoned locks again and again: never two at a time, and ' +
    'nothing stays',
  { timeout: 300_000 },
  async () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    const { root, lock } = newStore({ pid });
    const log = path.join(temporaryFolder(), 'log');
    const start = Date.now() + 3000;
    // Each leaves its lock as a crash would: with the number of a process that is gone.
    const script = `
    const { appendFileSync, renameSync, writeFileSync } = require('node:fs');
    const { hostname } = require('node:os');
    const { whileLocked } = require(${JSON.stringify(path.resolve('src/engine/models/install/modelLock.ts'))});
    const lock = ${JSON.stringify(lock)};
    const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    const work = async (round) => {
      appendFileSync(${JSON.stringify(log)}, '+');
      await wait(1);
      appendFileSync(${JSON.stringify(log)}, '-');
      const left = lock + process.pid;
      writeFileSync(left, JSON.stringify({ pid: ${pid}, host: hostname(), since: '', token: process.pid + '/' + round }));
      renameSync(left, lock);
    };
    void (async () => {
      await wait(${start} - Date.now());
      for (let round = 0; round < 200; round++) {
        await whileLocked(${JSON.stringify(root)}, ${JSON.stringify(ID)}, () => work(round)).catch((error) => { if (error.code !== 'model-busy') throw error; });
      }
    })();`;
    const codes = await Promise.all(
      Array.from(
        { length: 4 },
        () =>
          new Promise((resolve) =>
            spawn(process.execPath, ['--import', 'tsx', '-e', script], { stdio: 'inherit' }).on(
              'close',
              resolve,
            ),
          ),
      ),
    );
    assert.deepEqual(new Set(codes), new Set([0]));
    assert.match(readFileSync(log, 'utf8'), /^(\+-)+$/);
    await whileLocked(root, ID, async () => undefined);
    assert.deepEqual(readdirSync(root), []);
  },
);

test('a lock that is just being written is respected', async () => {
  const { root, lock } = newStore({});
  writeFileSync(lock, '');
  await assert.rejects(
    whileLocked(root, ID, async () => undefined),
    { code: 'model-busy' },
  );
});

test('a lock that someone else holds by now is left alone at the end', async () => {
  const { root, lock } = newStore({ host: 'elsewhere' });
  const theirs = readFileSync(lock);
  rmSync(lock);
  await whileLocked(root, ID, async () => writeFileSync(lock, theirs));
  assert.deepEqual(readFileSync(lock), theirs);
});

test('another living process is respected: nothing is removed', async () => {
  const other = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)']);
  try {
    const { root, lock } = newStore({ pid: other.pid });
    mkdirSync(path.join(root, ID));
    await assert.rejects(
      new ModelStore(root).remove(ID),
      (error: { code?: string; hint?: string }) =>
        error.code === 'model-busy' && error.hint?.includes(lock) === true,
    );
    assert.deepEqual(readdirSync(root).sort(), [`.${ID}.lock`, ID]);
  } finally {
    other.kill();
  }
});

test('another machine is respected, since nobody here can know whether it lives', async () => {
  const { root } = newStore({ host: 'elsewhere' });
  await assert.rejects(
    whileLocked(root, ID, async () => undefined),
    { code: 'model-busy', message: /on elsewhere, since 20/ },
  );
});

test('what a process left that is gone is taken over; so is a file that says nothing', async () => {
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  for (const holder of [{ pid }, { pid: process.pid }, { pid: 'x' }]) {
    const { root, lock } = newStore(holder);
    utimesSync(lock, 0, 0);
    assert.equal(await whileLocked(root, ID, async () => existsSync(lock)), true);
    assert.deepEqual(readdirSync(root), [], 'the store was there before and stays');
  }
});

test(
  'a store that can’t be written is a clear error',
  { skip: process.platform === 'win32' },
  async () => {
    const file = path.join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    await assert.rejects(
      whileLocked(path.join(file, 'store'), ID, async () => undefined),
      { code: 'output-unwritable' },
    );
  },
);
