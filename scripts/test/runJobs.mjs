import { spawn } from 'node:child_process';
import os from 'node:os';
import { killTree } from './killTree.mjs';
import { withOriginalPlaces } from './originalPlaces.mjs';

/** Cores beyond these would wait for each other's windows. */
const MOST_LANES = 4;

/** More than cores: a test that waits for a window, a file or a process leaves its core idle. */
const SPARE_LANES = 2;

/**
 * With others at work beside it, a second thread of ONNX Runtime mostly waits for the first, at full
 * speed: an engine test then takes a quarter less of the processor. Engines give way to whatever else is
 * at work; beside endless work they would hardly get their turn, and a test that waits for one takes
 * twenty times as long.
 */
const BESIDE_OTHERS = { PISA_UPSCALE_THREADS: '1', PISA_UPSCALE_PRIORITY: 'normal' };

/** Many times what the longest job takes on a slow machine: what takes longer hangs. */
export const LIMIT_MS = 30 * 60_000;

/** Of a program that doesn't list its failures. */
const LAST_LINES = 40;

/**
 * Runs jobs, some more at once than there are cores: one takes those of the screen first, the next
 * those of the processor, and so on; whoever has none left helps the others. What a job prints is
 * printed whole when it ends, or as it comes where it is the only one.
 * @param {(import('./tiers.mjs').Job & { lane: string })[]} jobs
 * @param {Promise<unknown>} setUp settles when what the tests need is installed
 * @param {{ limitMs?: number, print?: (text: string) => void }} [options] `limitMs`: how long a job
 *   may take that has no limit of its own; then it is ended, with all that it started, and failed
 * @returns {Promise<{ passed: number, failed: number, reports: readonly string[] }>} `reports`: of
 *   every job with a failure its title and what it says of its failures
 */
export async function runJobs(
  jobs,
  setUp,
  { limitMs = LIMIT_MS, print = (text) => process.stdout.write(text) } = {},
) {
  const total = { passed: 0, failed: 0, reports: [] };
  const left = [...jobs];
  let isSetUp = false;
  const settled = setUp.then(() => (isSetUp = true));
  const isLive = jobs.length === 1;

  const next = (lane) => {
    const ready = left.filter((job) => isSetUp || !job.needsSetUp);
    const job = ready.find((one) => one.lane === lane) ?? ready[0];
    if (job) left.splice(left.indexOf(job), 1);
    return job;
  };
  const work = async (lane) => {
    while (left.length > 0) {
      const job = next(lane);
      if (!job) {
        await settled;
        continue;
      }
      const started = Date.now();
      const env = isLive ? job.env : { ...BESIDE_OTHERS, ...job.env };
      const ended = await run({ limitMs, ...job, env }, isLive ? print : undefined);
      const { code } = ended;
      const output = withOriginalPlaces(ended.output);
      const seconds = ((Date.now() - started) / 1000).toFixed(0);
      const { passed, failed } = counted(job, code, output);
      total.passed += passed;
      total.failed += failed;
      const title = `${job.tier}: ${job.name}`;
      if (failed > 0) total.reports.push(`${title}\n${failuresIn(output)}`);
      if (job.counts === 'exit' && code === 0) print(`✔ ${title}, ${seconds} s\n`);
      else {
        print(`\n── ${title} ${'─'.repeat(Math.max(1, 70 - title.length))}\n`);
        if (!isLive) print(output);
        print(`${failed > 0 ? '✖' : '✔'} ${title}, ${seconds} s\n`);
      }
    }
  };
  const lanes = Math.max(1, Math.min(MOST_LANES, os.availableParallelism() + SPARE_LANES));
  await Promise.all(
    Array.from({ length: lanes }, (_, i) => work(i % 2 === 0 ? 'screen' : 'processor')),
  );
  return total;
}

/** Where node's test runner lists its failures; the end of what another program said. */
function failuresIn(output) {
  const at = output.lastIndexOf('✖ failing tests:');
  return at < 0 ? output.trimEnd().split('\n').slice(-LAST_LINES).join('\n') : output.slice(at);
}

/**
 * What a job's end says. A test runner counts itself; one that ends without a count, or with a bad
 * exit code and no failure, failed.
 */
function counted({ counts }, code, output) {
  if (counts === 'exit') return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
  const sum = (pattern) =>
    [...output.matchAll(pattern)].reduce((all, [, number]) => all + Number(number), 0);
  const passed = sum(/^ℹ pass (\d+)$/gm) + sum(/^host: (\d+) passed/gm);
  const failed = sum(/^ℹ (?:fail|cancelled) (\d+)$/gm) + sum(/^host: \d+ passed, (\d+) failed$/gm);
  const isNone = passed + sum(/^ℹ skipped (\d+)$/gm) === 0;
  return { passed, failed: failed === 0 && (code !== 0 || isNone) ? 1 : failed };
}

/**
 * Runs one program to its end, or to its limit.
 * @param {Pick<import('./tiers.mjs').Job, 'command' | 'env' | 'limitMs'>} job
 * @param {(text: string) => void} [print] takes what it prints as it comes
 * @returns {Promise<{ code: number | null, output: string }>} `code` is null where it was ended
 */
export function run({ command: [program, ...args], env = {}, limitMs }, print) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    let output = '';
    const told = (text) => {
      output += text;
      print?.(text);
    };
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', told);
    const limit =
      limitMs &&
      setTimeout(() => {
        told(
          `\nStill at work after ${(limitMs / 60_000).toFixed(1)} minutes, its limit. It hangs, so it ` +
            'was ended, with all that it had started. What it printed last, above, tells where.\n',
        );
        killTree(child.pid);
        // Held open by whoever escaped.
        for (const stream of [child.stdout, child.stderr]) stream.destroy();
        resolve({ code: null, output });
      }, limitMs);
    child.on('error', (error) => {
      clearTimeout(limit);
      reject(error);
    });
    child.on('close', (code) => {
      clearTimeout(limit);
      resolve({ code, output });
    });
  });
}
