import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { runJobs } from '../../../scripts/test/runJobs.mjs';

const node = process.execPath;

/** Starts a process in a group of its own, as a test does with a server, and waits forever. */
const HANGS = `
  const { spawn } = require('node:child_process');
  const forever = 'setInterval(() => {}, 1000)';
  const child = spawn(process.execPath, ['-e', forever], { detached: true, stdio: 'inherit' });
  console.log('pids ' + process.pid + ' ' + child.pid);
  setInterval(() => {}, 1000);`;

const job = (name: string, code: string, counts: 'runner' | 'exit') => ({
  tier: 'some',
  lane: 'processor' as const,
  name,
  command: [node, '-e', code],
  counts,
});

/** Limits of seconds, tried until what does not hang has room in one: a busy machine starts slowly. */
const LIMITS_S = [5, 20, 60, 180];

type Ran = Awaited<ReturnType<typeof runJobs>> & { readonly printed: string };

/**
 * Runs jobs under a limit that only what hangs can meet.
 * @param started how many processes must have said that they run
 */
async function ran(
  jobs: Parameters<typeof runJobs>[0],
  { passed, started }: { readonly passed: number; readonly started: number },
): Promise<Ran> {
  let last: Ran | undefined;
  for (const seconds of LIMITS_S) {
    let printed = '';
    const print = (text: string) => void (printed += text);
    const total = await runJobs(jobs, Promise.resolve(), { limitMs: 1000 * seconds, print });
    last = { ...total, printed };
    if (total.passed === passed && pidsIn(printed).length === started) return last;
  }
  assert.ok(last);
  return last;
}

const pidsIn = (printed: string): number[] =>
  [...printed.matchAll(/pids (\d+) (\d+)/g)].flatMap(([, ...ids]) => ids.map(Number));

/** Whether a process runs; a killed one is seen until somebody has collected it. */
const runs = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return (
      process.platform !== 'linux' || !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')
    );
  } catch {
    return false;
  }
};

/** Waits until no process runs whose id a job has printed. */
async function haveEnded(printed: string, count: number): Promise<void> {
  const pids = pidsIn(printed);
  assert.equal(pids.length, count);
  while (pids.some(runs)) await new Promise((resolve) => setTimeout(resolve, 20));
}

const LIMIT = /^some: \w+\n[^]*Still at work after [\d.]+ minutes, its limit/;

describe('a job', { concurrency: true }, () => {
  it('that hangs is ended, with all that it started, and fails', async () => {
    const { passed, failed, reports, printed } = await ran([job('alone', HANGS, 'runner')], {
      passed: 0,
      started: 2,
    });
    assert.deepEqual([passed, failed, reports.length], [0, 1, 1]);
    assert.match(printed, /✖ some: alone/);
    assert.match(reports[0] ?? '', LIMIT);
    await haveEnded(printed, 2);
  });

  it('that hangs keeps none of the others from their end, however it counts', async () => {
    const { passed, failed, reports, printed } = await ran(
      [
        job('one', HANGS, 'runner'),
        job('other', HANGS, 'exit'),
        ...['good', 'better', 'best'].map((name) => job(name, '', 'exit')),
      ],
      { passed: 3, started: 4 },
    );
    assert.deepEqual([passed, failed, reports.length], [3, 2, 2]);
    for (const report of reports) assert.match(report, LIMIT);
    await haveEnded(printed, 4);
  });

  it('may have a longer limit of its own, and none is told of one that it keeps', async () => {
    const slow = job('slow', "setTimeout(() => console.log('ℹ pass 3'), 400)", 'runner');
    const { passed, failed, reports } = await runJobs(
      [{ ...slow, limitMs: 600_000 }],
      Promise.resolve(),
      { limitMs: 200, print: () => undefined },
    );
    assert.deepEqual([passed, failed, reports], [3, 0, []]);
  });
});
