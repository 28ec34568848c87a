// Starts code-server, a real VS Code, on a free loopback port with fresh state.
import { spawn, spawnSync } from 'node:child_process';
import { createWriteStream, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ensureVsCodeHost } from '../../scripts/setup-test-host.mjs';
import { writeLanguagePack } from './languagePack.mjs';
import { makeTemporaryFolder } from './paths.mjs';

const START_TIMEOUT_MS = 180_000;
const STOP_TIMEOUT_MS = 5_000;

/** Settings that keep VS Code from showing, fetching or asking anything of its own. */
export const QUIET_SETTINGS = {
  'security.workspace.trust.enabled': false,
  'workbench.startupEditor': 'none',
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
  'workbench.tips.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.enableExperiments': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'chat.disableAIFeatures': true,
  'git.enabled': false,
  'typescript.disableAutomaticTypeAcquisition': true,
  'window.confirmBeforeClose': 'never',
  'files.hotExit': 'off',
};

/**
 * @typedef {object} ServerOptions
 * @property {Record<string, unknown>} [settings] user settings, on top of the quiet ones
 * @property {Record<string, unknown>} [machineSettings] settings of machine scope; in a remote
 * window they count only here
 * @property {string} [vsix] a packaged extension to install first
 * @property {string} [unpackedExtension] a folder with a package.json, loaded in place as an
 * installed extension
 * @property {{ language: string, words: Record<string, Record<string, string>> }} [languagePack] the
 * display language, and VS Code's own words in it
 * @property {boolean} [development] accept `extensionDevelopmentPath` and `extensionTestsPath` from
 * the page's address
 *
 * @typedef {object} Server
 * @property {string} url
 * @property {number} pid
 * @property {string} root temporary folder with all of the server's state
 * @property {string} userSettings the file of the user's settings
 * @property {string} machineSettings that of the settings of machine scope
 * @property {() => string} log what the server has printed so far
 * @property {(folder: string, payload?: Record<string, string>) => string} workspaceUrl
 * @property {() => Promise<void>} stop ends the server's whole process group and removes its state
 */

/**
 * @param {ServerOptions} [options]
 * @returns {Promise<Server>}
 */
export async function startServer({
  settings = {},
  machineSettings = {},
  vsix,
  unpackedExtension,
  languagePack,
  development = false,
} = {}) {
  const host = ensureVsCodeHost();
  const root = makeTemporaryFolder();
  const userData = path.join(root, 'ud');
  const extensions = path.join(root, 'ex');
  const config = path.join(root, 'c.yaml');
  const files = {
    userSettings: path.join(userData, 'User/settings.json'),
    machineSettings: path.join(userData, 'Machine/settings.json'),
  };
  writeJson(files.userSettings, { ...QUIET_SETTINGS, ...settings });
  writeJson(files.machineSettings, machineSettings);
  mkdirSync(extensions, { recursive: true });
  writeFileSync(config, ''); // without --config one is written into the home folder
  const common = [
    host.entry,
    '--config',
    config,
    '--user-data-dir',
    userData,
    '--extensions-dir',
    extensions,
  ];
  if (vsix) installVsix(host.node, common, vsix);
  const unpacked = unpackedExtension ? [unpackedExtension] : [];
  if (languagePack)
    unpacked.push(
      writeLanguagePack({ userData, extensions }, languagePack.language, languagePack.words),
    );
  if (unpacked.length > 0) registerUnpacked(extensions, unpacked);

  const port = await freePort();
  const child = spawn(
    host.node,
    [
      ...common,
      ...['--auth', 'none', '--bind-addr', `127.0.0.1:${port}`],
      ...[
        '--disable-telemetry',
        '--disable-update-check',
        '--disable-getting-started-override',
        '--disable-file-downloads',
      ],
      '--ignore-last-opened',
      ...(languagePack ? ['--locale', languagePack.language] : []),
      ...(development ? developmentOptions(host.root) : []),
    ],
    { env: serverEnvironment(root), stdio: ['ignore', 'pipe', 'pipe'], detached: true },
  );
  const logFile = path.join(root, 'server.log');
  const logStream = createWriteStream(logFile);
  child.stdout.pipe(logStream, { end: false });
  child.stderr.pipe(logStream, { end: false });
  const log = () => readFileSync(logFile, 'utf8');
  // A test runner that is interrupted must not leave a server behind.
  const killAtExit = () => killGroup(child.pid, 'SIGKILL');
  process.once('exit', killAtExit);

  const stop = async () => {
    process.off('exit', killAtExit);
    await stopGroup(child);
    logStream.end();
    rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  const url = `http://127.0.0.1:${port}`;
  try {
    await untilHealthy(url, child, log);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url,
    pid: child.pid,
    root,
    ...files,
    log,
    stop,
    workspaceUrl: (folder, payload) => workspaceUrl(port, folder, payload),
  };
}

/**
 * Without its test driver a built VS Code ignores the development paths in the page's address. An
 * old one heeds them anyway, and its code-server does not know the option.
 */
function developmentOptions(root) {
  const cli = path.join(root, 'node_modules/code-server/out/node/cli.js');
  return readFileSync(cli, 'utf8').includes('"vscode-option"')
    ? ['--vscode-option', 'enable-smoke-test-driver']
    : [];
}

/**
 * `payload` values that are absolute paths on this machine become remote addresses; their authority
 * must be the page's own.
 */
function workspaceUrl(port, folder, payload = {}) {
  const address = new URL(`http://127.0.0.1:${port}/`);
  address.searchParams.set('folder', path.resolve(folder));
  const entries = Object.entries(payload).map(([key, value]) => [
    key,
    path.isAbsolute(value) ? `vscode-remote://127.0.0.1:${port}${value}` : value,
  ]);
  if (entries.length > 0) address.searchParams.set('payload', JSON.stringify(entries));
  return address.href;
}

function installVsix(node, common, vsix) {
  const result = spawnSync(node, [...common, '--install-extension', vsix], { encoding: 'utf8' });
  if (result.status !== 0)
    throw new Error(`Cannot install ${vsix}:\n${result.stdout}\n${result.stderr}`);
}

/**
 * Lists the folders in the server's own register of installed extensions, so that any browser loads
 * them, without a special address.
 */
function registerUnpacked(extensions, folders) {
  writeJson(
    path.join(extensions, 'extensions.json'),
    folders.map((folder) => {
      const { publisher, name, version } = JSON.parse(
        readFileSync(path.join(folder, 'package.json'), 'utf8'),
      );
      return {
        identifier: { id: `${publisher}.${name}` },
        version,
        location: { $mid: 1, path: path.resolve(folder), scheme: 'file' },
      };
    }),
  );
}

function serverEnvironment(root) {
  const env = { ...process.env };
  // Inherited from a VS Code terminal or an npm script, these would change what the server does.
  for (const name of ['VSCODE_IPC_HOOK_CLI', 'PORT', 'NODE_OPTIONS', 'ELECTRON_RUN_AS_NODE'])
    delete env[name];
  env.XDG_RUNTIME_DIR = root; // its sockets go with it, instead of piling up
  env.PISA_UPSCALE_STATE = path.join(root, 'state'); // journals and records of batches
  env.EXTENSIONS_GALLERY = JSON.stringify({ serviceUrl: '' }); // no marketplace
  return env;
}

async function untilHealthy(url, child, log) {
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`code-server ended while starting:\n${log()}`);
    const healthy = await fetch(`${url}/healthz`).then(
      (response) => response.ok,
      () => false,
    );
    if (healthy) return;
    if (Date.now() > deadline)
      throw new Error(`code-server did not start within ${START_TIMEOUT_MS / 1000} s:\n${log()}`);
    await delay(200);
  }
}

async function stopGroup(child) {
  const ended = child.exitCode !== null || child.signalCode !== null;
  const exit = ended ? Promise.resolve() : once(child, 'exit');
  killGroup(child.pid, 'SIGTERM');
  const timer = setTimeout(() => killGroup(child.pid, 'SIGKILL'), STOP_TIMEOUT_MS);
  await exit;
  clearTimeout(timer);
  killGroup(child.pid, 'SIGKILL'); // children that outlived their parent
}

function killGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch {
    // nobody is left
  }
}

function writeJson(file, value) {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(value));
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const probe = net.createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
