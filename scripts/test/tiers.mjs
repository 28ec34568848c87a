import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { bundleOf, testFiles } from './bundleTests.mjs';

/**
 * @typedef {object} Job
 * @property {string} tier
 * @property {string} name
 * @property {string[]} command
 * @property {string[]} [bundle] test files that must be bundled before
 * @property {string[]} [imports] test files that its own file runs
 * @property {Record<string, string>} [env]
 * @property {'runner' | 'exit'} counts whether it counts its tests itself, or is one
 * @property {boolean} [needsSetUp] waits until what the tests need is installed
 * @property {number} [limitMs] how long it may take, where the usual limit is too short
 */

/**
 * @typedef {object} Tier
 * @property {'screen' | 'processor'} lane jobs of one lane follow each other, where two are at work
 * @property {('chromium' | 'strace' | 'vscode')[]} [setUp]
 * @property {boolean} [isExtra] runs only when it is named
 * @property {number} [limitMs] that of each of its jobs
 * @property {() => Omit<Job, 'tier'>[]} jobs
 */

const node = process.execPath;
const HOUR_MS = 3_600_000;

/** What runs test files, or folders of them as one, from their bundles. One alone needs no runner around its process. */
const nodeTest = (files, ...options) => ({
  bundle: files,
  command: [
    node,
    ...(files.length > 1 ? ['--test'] : []),
    ...['--test-reporter=spec', ...options],
    ...files.map(bundleOf),
  ],
  counts: 'runner',
});

/** A check that counts as one test. */
const check = (name, ...command) => ({ name, command: [node, ...command], counts: 'exit' });
const tool = (...parts) => path.join('node_modules', ...parts);

/** Test files that one process after the other runs, as one job. */
const together = (name, files, more = {}) => ({
  name,
  ...nodeTest(files, '--test-concurrency=1'),
  ...more,
});

/** A job for each test file. */
const apart = (files, more = () => ({})) =>
  files.map((file) => ({
    name: path.basename(file).replace(/\.test\.m?ts$/, ''),
    ...nodeTest([file]),
    ...more(file),
  }));

/** What takes longest is begun first, so that nothing long is left over for the end. */
const LONG = [
  ...['webgpu', 'cliModes', 'pisaModels', 'draftModels', 'preview', 'batchKill', 'previewPisa'],
  ...['osediffModels', 'damagedBase', 'watch', 'pisaPipeline', 'memory'],
];
const longestFirst = (files, long = LONG) => {
  const rank = (file) => {
    const at = long.indexOf(path.basename(file).replace(/\.test\.m?[jt]s$/, ''));
    return at < 0 ? long.length : at;
  };
  return files.sort((a, b) => rank(a) - rank(b));
};

const ASSETS = path.join('test', 'engine', 'assets');
const NEEDS_TOOLS = /(webgpu|privacy)\.test\.ts$/;
const UI = 'test/host';
/** Files that share a workbench, by who runs them. */
const SHARED_UI = ['oneWorkbench', 'manySettings'].map((name) => path.join(UI, `${name}.mjs`));
const LONG_UI = ['uiModels'];
const uiJobs = () => {
  const shared = SHARED_UI.map((job) => ({
    job,
    files: [...readFileSync(job, 'utf8').matchAll(/^import '\.\/(.+)';$/gm)].map(([, name]) =>
      path.join(UI, name),
    ),
  }));
  const files = readdirSync(UI)
    .filter((name) => name.endsWith('.test.mjs'))
    .map((name) => path.join(UI, name))
    .filter((file) => !shared.some((one) => one.files.includes(file)));
  return [
    ...shared.flatMap(({ job, files }) =>
      apart([job], () => ({ imports: files, needsSetUp: true })),
    ),
    ...apart(longestFirst(files, LONG_UI), () => ({ needsSetUp: true })),
  ];
};
const usesDesktop = () => Boolean(process.env.VSCODE_PATH) || process.env.VSCODE_DOWNLOAD === '1';

/** Each tier: the jobs to run, and what must be installed before. */
/** @type {Record<string, Tier>} */
export const TIERS = {
  static: {
    lane: 'processor',
    jobs: () => [
      ...['engine', 'extension', 'webview', 'test'].map((name) =>
        check(
          `types of ${name}`,
          tool('typescript-7', 'bin', 'tsc'),
          '-p',
          `tsconfig.${name}.json`,
        ),
      ),
      check('format', tool('oxfmt', 'bin', 'oxfmt'), '--check'),
      check('notices', 'scripts/notices.mjs', '--check'),
      check('lint', tool('oxlint', 'bin', 'oxlint')),
    ],
  },
  unit: { lane: 'processor', jobs: () => [{ name: 'unit', ...nodeTest(['test/unit']) }] },
  // Early: the install test, at the end, packs into the same folder.
  // As one process, whose files share the packages that are made.
  package: {
    lane: 'processor',
    jobs: () => [{ name: 'package', ...nodeTest(['test/package']) }],
  },
  engine: {
    lane: 'processor',
    setUp: ['chromium', 'strace'],
    jobs: () => [
      // As one process, whose files share an engine: each takes about as long as a start of both.
      // Long beside busy programs, to which engines give way.
      { name: 'assets', ...nodeTest([ASSETS]), limitMs: HOUR_MS },
      ...apart(
        longestFirst(
          testFiles('test/engine').filter((file) => !file.startsWith(ASSETS + path.sep)),
        ),
        (file) => ({ needsSetUp: NEEDS_TOOLS.test(file) }),
      ),
    ],
  },
  // One process, whose files share a browser: each start of one takes longer than many tests. Before
  // the shorter jobs of its lane.
  webview: {
    lane: 'screen',
    setUp: ['chromium'],
    jobs: () => [{ name: 'webview', ...nodeTest(['test/webview']), needsSetUp: true }],
  },
  ui: {
    lane: 'screen',
    setUp: ['chromium', 'vscode'],
    // Of files that share a workbench.
    limitMs: HOUR_MS,
    jobs: uiJobs,
  },
  host: {
    lane: 'screen',
    setUp: usesDesktop() ? [] : ['chromium', 'vscode'],
    jobs: () => [
      { name: 'host', command: [node, 'test/host/run.mjs'], counts: 'runner', needsSetUp: true },
    ],
  },
  install: {
    lane: 'screen',
    setUp: ['chromium', 'vscode'],
    jobs: () => apart(['test/package/install.test.mjs'], () => ({ needsSetUp: true })),
  },
  // Schedulers, where they are installed; they say loudly when they skip.
  clusters: {
    lane: 'processor',
    isExtra: true,
    jobs: () => [together('clusters', testFiles('test/clusters'))],
  },
  // A second device in software, with float16.
  lavapipe: {
    lane: 'processor',
    isExtra: true,
    jobs: () => [together('lavapipe', testFiles('test/lavapipe'))],
  },
  // Under an emulator, where one can be installed; they say loudly when they skip.
  windows: {
    lane: 'processor',
    isExtra: true,
    limitMs: 2 * HOUR_MS,
    jobs: () => [together('windows', testFiles('test/windows'))],
  },
  arm64: {
    lane: 'processor',
    isExtra: true,
    limitMs: 2 * HOUR_MS,
    jobs: () => apart(testFiles('test/arm64')),
  },
  thorough: {
    lane: 'processor',
    isExtra: true,
    limitMs: 4 * HOUR_MS,
    setUp: ['chromium', 'vscode'],
    jobs: () =>
      apart(
        [
          'test/engine/assets/fuzz.test.ts',
          'test/engine/checkpointFuzz.test.ts',
          'test/engine/communityFuzz.test.ts',
          'test/unit/batch/mutated.test.ts',
          'test/unit/engine/safetensors.test.ts',
          'test/unit/engine/torchZip.test.ts',
          'test/unit/files/place.test.ts',
          'test/engine/webgpu.test.ts',
          'test/engine/memory.test.ts',
          'test/engine/batch/batchKill.test.ts',
          'test/engine/batch/watch.test.ts',
          'test/engine/remoteKills.test.ts',
          'test/host/uiBatchKill.test.mjs',
          'test/host/uiPanel.test.mjs',
        ],
        () => ({
          needsSetUp: true,
          env: {
            FUZZ_COUNT: '10000',
            KILL_MOMENTS: '20',
            MEMORY_WIDTH: '6000',
            DEVICE_RUNS_PISA: '1',
            THOROUGH: '1',
          },
        }),
      ),
  },
};
