/**
 * Runs all tests, or the tiers that are named:
 *
 *   npm test [-- static unit engine webview host ui package install]
 *   npm test -- windows arm64      other platforms under emulators, only when named
 *   npm test -- lavapipe   WebGPU on a second device in software, only when named
 *   npm test -- thorough            an hour of what is bounded elsewhere, only when named
 *
 * `thorough` is no part of the whole: it repeats what is bounded elsewhere with more of it, damaged
 * files, moments of a kill, and pictures of the full size, for an hour or so.
 * Installs what the tests need and what can be installed (see setup-test-host.mjs). The last line
 * counts everything that ran.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureChromium, ensureVsCodeHost } from './setup-test-host.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
process.chdir(root);

const npx = (tool, ...args) => [process.execPath, path.join('node_modules', ...tool), ...args];
const nodeTest = (...args) => [
  process.execPath,
  ...['--import', 'tsx', '--test', '--test-reporter=spec', ...args],
];
const nodeTests = (folder, ...options) => nodeTest(...options, ...testFiles(folder));

/** Files of test/engine that run one at a time. */
const ALONE = ['memory', 'previewLarge', 'webgpu', 'cancelAndCrash', 'watchdog'].map((name) =>
  path.join('test/engine', `${name}.test.ts`),
);

/** Each tier: the commands to run, and what must be installed before. */
const TIERS = {
  static: {
    checks: [
      ...['engine', 'extension', 'webview', 'test'].map((name) => ({
        name: `types of ${name}`,
        command: npx(['typescript', 'bin', 'tsc'], '-p', `tsconfig.${name}.json`),
      })),
      { name: 'format', command: npx(['prettier', 'bin', 'prettier.cjs'], '--check', '.') },
      { name: 'notices', command: [process.execPath, 'scripts/notices.mjs', '--check'] },
      { name: 'lint', command: npx(['eslint', 'bin', 'eslint.js'], '.') },
    ],
  },
  unit: { suites: [nodeTests('test/unit')] },
  // Those that measure memory or use every core have the machine to themselves.
  engine: {
    setUp: [ensureChromium],
    suites: [
      nodeTest(
        '--test-concurrency=2',
        ...testFiles('test/engine').filter((file) => !ALONE.includes(file)),
      ),
      nodeTest('--test-concurrency=1', ...ALONE),
    ],
  },
  webview: { setUp: [ensureChromium], suites: [nodeTests('test/webview', '--test-concurrency=1')] },
  host: {
    setUp: [ensureChromium, ensureHostUnlessDesktop],
    suites: [[process.execPath, 'test/host/run.mjs']],
  },
  ui: {
    setUp: [ensureChromium, ensureVsCodeHost],
    suites: [
      'ui',
      'uiWords',
      'uiPanel',
      'uiBatch',
      'uiBatchKill',
      'uiModels',
      'uiCommunity',
      'uiTrust',
    ].map((name) => nodeTest(`test/host/${name}.test.mjs`)),
  },
  package: { suites: [nodeTests('test/package', '--test-concurrency=1')] },
  // A second device in software, with float16.
  lavapipe: { isExtra: true, suites: [nodeTests('test/lavapipe', '--test-concurrency=1')] },
  thorough: {
    setUp: [ensureChromium, ensureVsCodeHost],
    isExtra: true,
    env: { FUZZ_COUNT: '10000', KILL_MOMENTS: '20', MEMORY_WIDTH: '6000' },
    suites: [
      'test/engine/assets/fuzz.test.ts',
      'test/engine/memory.test.ts',
      'test/engine/batch/batchKill.test.ts',
      'test/host/uiBatchKill.test.mjs',
    ].map((file) => [process.execPath, '--import', 'tsx', '--test', '--test-reporter=spec', file]),
  },
  install: {
    setUp: [ensureChromium, ensureVsCodeHost],
    suites: [nodeTest('test/package/install.test.mjs')],
  },
  // Under an emulator, where one can be installed; they say loudly when they skip.
  windows: { isExtra: true, suites: [nodeTests('test/windows', '--test-concurrency=1')] },
  arm64: { isExtra: true, suites: [nodeTests('test/arm64')] },
};

const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !(name in TIERS));
if (unknown.length > 0)
  throw new Error(`Unknown tier ${unknown.join(', ')}; known: ${Object.keys(TIERS).join(', ')}`);

const total = { passed: 0, failed: 0 };
mkdirSync('dist-test', { recursive: true });
await count('build', [process.execPath, 'scripts/build.mjs', '--if-stale']);
const usual = Object.keys(TIERS).filter((name) => !TIERS[name].isExtra);
for (const name of chosen.length > 0 ? chosen : usual) {
  console.log(`\n── ${name} ${'─'.repeat(70 - name.length)}`);
  const started = Date.now();
  const { setUp = [], checks = [], suites = [], env = {} } = TIERS[name];
  Object.assign(process.env, env);
  try {
    for (const prepare of setUp) prepare();
    await Promise.all(checks.map(({ name: check, command }) => count(check, command)));
    for (const suite of suites) await countSuite(suite);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    total.failed++;
  }
  console.log(`${name}: ${((Date.now() - started) / 1000).toFixed(0)} s`);
}
process.exitCode = total.failed > 0 ? 1 : 0;
console.log(`\n${total.passed} passed, ${total.failed} failed`);

/** A command that counts as one test. */
async function count(name, command) {
  const { code } = await run(command);
  console.log(`${code === 0 ? '✔' : '✖'} ${name}`);
  total[code === 0 ? 'passed' : 'failed']++;
}

/**
 * A test runner; its own count is added. One that ends without a count, or with a bad exit code and
 * no failure, failed.
 */
async function countSuite(command) {
  const { code, output } = await run(command);
  const sum = (pattern) =>
    [...output.matchAll(pattern)].reduce((all, [, number]) => all + Number(number), 0);
  const passed = sum(/^ℹ pass (\d+)$/gm) + sum(/^host: (\d+) passed/gm);
  const failed = sum(/^ℹ (?:fail|cancelled) (\d+)$/gm) + sum(/^host: \d+ passed, (\d+) failed$/gm);
  total.passed += passed;
  total.failed += failed === 0 && (code !== 0 || passed === 0) ? 1 : failed;
}

function run([command, ...args]) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text;
      process.stdout.write(text);
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}

function testFiles(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => path.join(folder, name))
    .sort();
}

function ensureHostUnlessDesktop() {
  if (!process.env.VSCODE_PATH && process.env.VSCODE_DOWNLOAD !== '1') ensureVsCodeHost();
}
