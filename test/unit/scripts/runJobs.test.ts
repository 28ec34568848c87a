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

/** Runs jobs under a limit that only what hangs can meet. */
async function ran(jobs: Parameters<typeof runJobs>[0], limitMs = 5000) {
  let printed = '';
  const print = (text: string) => void (printed += text);
  return {
    ...(await runJobs(jobs, Promise.resolve(), { limitMs, print })),
    printed: () => printed,
  };
}

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
  const pids = [...printed.matchAll(/pids (\d+) (\d+)/g)].flatMap(([, ...ids]) => ids.map(Number));
  assert.equal(pids.length, count);
  while (pids.some(runs)) await new Promise((resolve) => setTimeout(resolve, 20));
}

const LIMIT = /^some: \w+\n[^]*Still at work after 0\.1 minutes, its limit/;

describe('a job', { concurrency: true }, () => {
  it('that hangs is ended, with all that it started, and fails', async () => {
    const { passed, failed, reports, printed } = await ran([job('alone', HANGS, 'runner')]);
    assert.deepEqual([passed, failed, reports.length], [0, 1, 1]);
    assert.match(printed(), /✖ some: alone/);
    assert.match(reports[0] ?? '', LIMIT);
    await haveEnded(printed(), 2);
  });

  it('that hangs keeps none of the others from their end, however it counts', async () => {
    const { passed, failed, reports, printed } = await ran([
      job('one', HANGS, 'runner'),
      job('other', HANGS, 'exit'),
      ...['good', 'better', 'best'].map((name) => job(name, '', 'exit')),
    ]);
    assert.deepEqual([passed, failed, reports.length], [3, 2, 2]);
    for (const report of reports) assert.match(report, LIMIT);
    await haveEnded(printed(), 4);
  });

  it('may have a longer limit of its own, and none is told of one that it keeps', async () => {
    const slow = job('slow', "setTimeout(() => console.log('ℹ pass 3'), 400)", 'runner');
    const { passed, failed, reports } = await ran([{ ...slow, limitMs: 60_000 }], 200);
    assert.deepEqual([passed, failed, reports], [3, 0, []]);
  });
});
