/**
 * Runs all tests, or the tiers that are named:
 *
 *   npm test [-- static unit engine webview host ui package install]
 *   npm test -- windows arm64      other platforms under emulators, only when named
 *   npm test -- lavapipe   WebGPU on a second device in software, only when named
 *   npm test -- clusters   Slurm and Ray where they are installed, only when named
 *   npm test -- thorough            an hour of what is bounded elsewhere, only when named
 *
 * `thorough` is no part of the whole: it repeats what is bounded elsewhere with more of it, damaged
 * files, moments of a kill, and pictures of the full size, for an hour or so.
 * Installs what the tests need and what can be installed (see setup-test-host.mjs). What failed is
 * repeated at the end; the last line counts everything that ran.
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleTests } from './test/bundleTests.mjs';
import { run, runJobs } from './test/runJobs.mjs';
import { TIERS } from './test/tiers.mjs';

process.chdir(path.dirname(path.dirname(fileURLToPath(import.meta.url))));

const named = process.argv.slice(2);
const unknown = named.filter((name) => !(name in TIERS));
if (unknown.length > 0)
  throw new Error(`Unknown tier ${unknown.join(', ')}; known: ${Object.keys(TIERS).join(', ')}`);
const chosen = named.length > 0 ? named : Object.keys(TIERS).filter((name) => !TIERS[name].isExtra);

const print = (text) => process.stdout.write(text);
mkdirSync('dist-test', { recursive: true });
const started = Date.now();
const build = await run({ command: [process.execPath, 'scripts/build.mjs', '--if-stale'] }, print);
const tools = [...new Set(chosen.flatMap((name) => TIERS[name].setUp ?? []))];
const setUp =
  tools.length === 0
    ? Promise.resolve()
    : run({ command: [process.execPath, 'scripts/setup-test-host.mjs', ...tools] }, print);
const jobs = chosen.flatMap((tier) => {
  const { lane, limitMs, jobs: make } = TIERS[tier];
  return make().map((job) => ({ ...(limitMs ? { limitMs } : {}), ...job, tier, lane }));
});
await bundleTests([...new Set(jobs.flatMap(({ bundle = [] }) => bundle))]);
const total = await runJobs(jobs, setUp);
total[build.code === 0 ? 'passed' : 'failed']++;
process.exitCode = total.failed > 0 ? 1 : 0;
for (const report of total.reports) console.log(`\n✖ ${report.trimEnd()}`);
console.log(`\n${((Date.now() - started) / 1000).toFixed(0)} s`);
console.log(`${total.passed} passed, ${total.failed} failed`);
