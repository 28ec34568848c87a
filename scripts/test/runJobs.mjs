import { spawn } from 'node:child_process';
import os from 'node:os';

/** Cores beyond these would wait for each other's windows. */
const MOST_LANES = 4;

/** More than cores: a test that waits for a window, a file or a process leaves its core idle. */
const SPARE_LANES = 2;

/**
 * With others at work beside it, a second thread of ONNX Runtime mostly waits for the first, at full
 * speed: an engine test then takes a quarter less of the processor.
 */
const BESIDE_OTHERS = { PISA_UPSCALE_THREADS: '1' };

/** Of a program that doesn't list its failures. */
const LAST_LINES = 40;

/**
 * Runs jobs, some more at once than there are cores: one takes those of the screen first, the next
 * those of the processor, and so on; whoever has none left helps the others. What a job prints is
 * printed whole when it ends, or as it comes where it is the only one.
 * @param {(import('./tiers.mjs').Job & { lane: string })[]} jobs
 * @param {Promise<unknown>} setUp settles when what the tests need is installed
 * @returns {Promise<{ passed: number, failed: number, reports: readonly string[] }>} `reports`: of
 *   every job with a failure its title and what it says of its failures
 */
export async function runJobs(jobs, setUp) {
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
      const { code, output } = await run({ ...job, env }, isLive);
      const seconds = ((Date.now() - started) / 1000).toFixed(0);
      const { passed, failed } = counted(job, code, output);
      total.passed += passed;
      total.failed += failed;
      const title = `${job.tier}: ${job.name}`;
      if (failed > 0) total.reports.push(`${title}\n${failuresIn(output)}`);
      if (job.counts === 'exit' && code === 0) console.log(`✔ ${title}, ${seconds} s`);
      else {
        console.log(`\n── ${title} ${'─'.repeat(Math.max(1, 70 - title.length))}`);
        if (!isLive) process.stdout.write(output);
        console.log(`${failed > 0 ? '✖' : '✔'} ${title}, ${seconds} s`);
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
 * @param {Pick<import('./tiers.mjs').Job, 'command' | 'env'>} job
 * @param {boolean} isLive
 * @returns {Promise<{ code: number | null, output: string }>}
 */
export function run({ command: [program, ...args], env = {} }, isLive) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
        if (isLive) process.stdout.write(text);
      });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}
