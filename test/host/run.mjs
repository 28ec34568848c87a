// Runs the suites of test/host/suite in a real extension host:
//   VSCODE_PATH=<binary>  a desktop VS Code that is installed
//   VSCODE_DOWNLOAD=1     a desktop VS Code that @vscode/test-electron downloads
//   otherwise             code-server from npm with Chromium (Linux x64)
// The last line says `host: N passed, N failed`; the exit code is 1 when anything failed.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { format } from 'node:util';
import { launchBrowser, newPage } from '../harness/browser.mjs';
import { QUIET_SETTINGS, startServer } from '../harness/codeServer.mjs';
import { HOST_BUNDLE, makeTemporaryFolder, REPOSITORY, TEST_MODELS } from '../harness/paths.mjs';
import { writePicture } from '../harness/pictures.mjs';
import { buildTinyPackage, TINY_PACKAGE } from '../harness/tinyPackage.mjs';
import { bundleSuites } from './bundle.mjs';

const TIMEOUT_MS = Number(process.env.HOST_TEST_TIMEOUT_MS ?? 10 * 60_000);
const SETTINGS = {
  'pisaUpscale.model': 'one-layer-4x',
  // For the versions of a picture; nothing is looked for by itself.
  'git.enabled': true,
  'git.autoRepositoryDetection': false,
  'git.openRepositoryInParentFolders': 'never',
};

/**
 * The workbench's own chatter, which reaches the page together with what the extension host prints.
 */
const WORKBENCH_LINE = new RegExp(
  '^(' +
    [
      'Resolv(ing|ed) connection token',
      'Creating a socket',
      '\\[reconnection-grace-time\\]',
      'Ignoring fetching',
      'Updating additional builtin',
      '\\[Service Worker\\]',
      '\\[AgentHost',
      '\\[AccountPolicyGate\\]',
    ].join('|') +
    ')',
);

const root = makeTemporaryFolder();
const workspace = path.join(root, 'workspace');
const MACHINE_SETTINGS = {
  'pisaUpscale.device': 'cpu',
  'pisaUpscale.modelFolders': [TEST_MODELS],
  'pisaUpscale.modelStore': path.join(root, 'store'),
};
try {
  await bundleSuites();
  await buildTinyPackage();
  await writePictures();
  if (process.env.VSCODE_PATH || process.env.VSCODE_DOWNLOAD === '1') await runInDesktop();
  else await runInCodeServer();
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  report();
  rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

async function writePictures() {
  const picture = (name, width, height) =>
    writePicture(path.join(workspace, 'pictures', name), width, height);
  await picture('small.png', 40, 28);
  await picture('photo.jpg', 48, 32);
  await picture('medium.png', 96, 96);
  await picture('large.png', 700, 700);
  cpSync(path.join(REPOSITORY, 'test/fixtures/pisa-sr-tiny'), path.join(workspace, 'checkpoints'), {
    recursive: true,
  });
}

async function runInDesktop() {
  const { runTests } = await import('@vscode/test-electron');
  const userData = path.join(root, 'ud');
  mkdirSync(path.join(userData, 'User'), { recursive: true });
  writeFileSync(
    path.join(userData, 'User/settings.json'),
    JSON.stringify({ ...QUIET_SETTINGS, ...SETTINGS, ...MACHINE_SETTINGS }),
  );
  await runTests({
    ...(process.env.VSCODE_PATH ? { vscodeExecutablePath: process.env.VSCODE_PATH } : {}),
    extensionDevelopmentPath: TINY_PACKAGE,
    extensionTestsPath: HOST_BUNDLE,
    launchArgs: [
      workspace,
      '--user-data-dir',
      userData,
      '--extensions-dir',
      path.join(root, 'ex'),
      '--disable-extensions',
      '--disable-gpu',
    ],
  });
}

async function runInCodeServer() {
  const server = await startServer({
    settings: SETTINGS,
    machineSettings: MACHINE_SETTINGS,
    development: true,
  });
  let browser;
  try {
    browser = await launchBrowser();
    const page = await newPage(browser);
    let timer;
    const exitCode = new Promise((resolve, reject) => {
      timer = setTimeout(
        () => reject(new Error(`The suites did not end within ${TIMEOUT_MS / 1000} s.`)),
        TIMEOUT_MS,
      );
      // VS Code's test driver calls this at the end, …
      void page.exposeFunction('codeAutomationExit', resolve);
    });
    // … and this with what the extension host and the workbench print.
    await page.exposeFunction('codeAutomationLog', (_type, args) => {
      const line = format(...args);
      if (!WORKBENCH_LINE.test(line)) console.log(line);
    });
    await page.goto(
      server.workspaceUrl(workspace, {
        extensionDevelopmentPath: TINY_PACKAGE,
        extensionTestsPath: HOST_BUNDLE,
      }),
    );
    if ((await exitCode.finally(() => clearTimeout(timer))) !== 0) process.exitCode = 1;
  } finally {
    await browser?.close();
    await server.stop();
  }
}

/** A run without results (a crash, a timeout) counts as a failure. */
function report() {
  const file = path.join(root, 'results.json');
  const { passed, failed } = existsSync(file)
    ? JSON.parse(readFileSync(file, 'utf8'))
    : { passed: 0, failed: 1 };
  if (failed > 0) process.exitCode = 1;
  console.log(`host: ${passed} passed, ${failed} failed`);
}
