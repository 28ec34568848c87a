import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { processStart } from '../../src/files/processStart';
import { scratchOf } from '../harness/scratch';
import { ENDLESS, writeEndlessModel } from './endlessModel';
import { CLI, ENGINE, NO_STORE, temporaryFolder, writePng } from './support';

const onLinux = { skip: process.platform === 'linux' ? false : 'needs /proc' };
/** Two seconds, and what a busy machine adds. */
const MOST_MS = 30_000;

const childrenOf = (pid: number): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((child) => statOf(child)?.[1] === String(pid));

/** The fields of a process's state behind its name: state, parent, … */
function statOf(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

const ticksOf = (pid: number): number => Number(statOf(pid)?.[11] ?? 0);

async function until<T>(what: () => T | undefined | false): Promise<T> {
  for (;;) {
    const value = what();
    if (value !== undefined && value !== false) return value;
    await delay(20);
  }
}

/** Waits until a process has worked for a while on end, as inside a run. */
async function isBusy(pid: number): Promise<void> {
  const HUNDREDTHS = 80;
  const before = ticksOf(pid);
  await until(() => ticksOf(pid) > before + HUNDREDTHS);
}

async function endOf(pid: number, started: string): Promise<number> {
  const since = performance.now();
  await until(() => processStart(pid) !== started);
  return performance.now() - since;
}

describe('an engine whose parent is killed', onLinux, () => {
  const folder = temporaryFolder();
  const models = path.join(folder, 'models');
  writeEndlessModel(models);

  async function endlessRun(name: string): Promise<{ child: ChildProcess; engine: number }> {
    const input = await writePng(path.join(folder, name), 20, 20);
    const child = spawn(
      process.execPath,
      [CLI, input, '--models-dir', models, '--store', NO_STORE, '-m', ENDLESS, '--device', 'cpu'],
      { stdio: 'ignore' },
    );
    const ends = once(child, 'exit').then(([code]) => {
      throw new Error(`the command line ended with ${String(code)}`);
    });
    ends.catch(() => undefined);
    const [engine = 0] = await until(() => {
      const found = childrenOf(child.pid!);
      return found.length > 0 && found;
    });
    await Promise.race([until(() => scratchOf(child.pid).length > 0), ends]);
    await Promise.race([isBusy(engine), ends]);
    return { child, engine };
  }

  it('ends, also inside a run that never does, and takes its scratch folder with it', async () => {
    const { child, engine } = await endlessRun('killed.png');
    const started = processStart(engine);
    const scratch = scratchOf(child.pid);
    assert.equal(scratch.length, 1);
    child.kill('SIGKILL');
    const took = await endOf(engine, started);
    assert.ok(took < MOST_MS, `${took.toFixed(0)} ms`);
    assert.ok(!existsSync(scratch[0]!));
  });

  it('inside a run that never ends obeys the signals that a terminal sends', async () => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const { child, engine } = await endlessRun(`${signal}.png`);
      const started = processStart(engine);
      const since = performance.now();
      child.kill(signal);
      await once(child, 'exit');
      await endOf(engine, started);
      assert.ok(performance.now() - since < MOST_MS);
      assert.deepEqual(scratchOf(child.pid), []);
    }
  });

  it('ends although it does nothing, and so does one that probes a device', async () => {
    for (const args of [
      ['--store', NO_STORE],
      ['--check', JSON.stringify({ kind: 'probe', device: 'cpu', depth: 'speed' })],
    ]) {
      const parent = spawn(
        process.execPath,
        [
          '-e',
          `const c = require('child_process').fork(${JSON.stringify(ENGINE)}, ${JSON.stringify(args)}, { stdio: 'ignore' });
           console.log(c.pid); setInterval(() => {}, 1000);`,
        ],
        { stdio: ['ignore', 'pipe', 'ignore'] },
      );
      const [line] = (await once(parent.stdout, 'data')) as [Buffer];
      const pid = Number(line.toString());
      const started = processStart(pid);
      parent.kill('SIGKILL');
      assert.ok((await endOf(pid, started)) < MOST_MS);
    }
  });
});
