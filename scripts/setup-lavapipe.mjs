// Makes a small Debian 13 with Node and Mesa's lavapipe, a Vulkan device in software that has
// float16, in a cache folder outside the repository, and runs commands in it. Needs root, Linux and
// debootstrap; downloads Debian's own packages from its mirror and nothing else.
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const RELEASE = 'trixie';
const PACKAGES = ['nodejs', 'mesa-vulkan-drivers', 'libvulkan1', 'ca-certificates'];
const MARKER = '.complete';
const DRIVER = '/usr/share/vulkan/icd.d/lvp_icd.json';
const DEFAULT_MIRROR = 'http://deb.debian.org/debian';
/** Where the project is inside. */
const INSIDE = '/project';

/**
 * The root of that Debian, made unless it is there; or why it can't be had.
 * @returns {{ root: string } | { reason: string }}
 */
export function ensureLavapipe() {
  if (process.platform !== 'linux') return { reason: 'it needs Linux' };
  if (process.getuid?.() !== 0) return { reason: 'it needs root' };
  const root = path.join(os.homedir(), '.cache/pisa-upscale', `lavapipe-${RELEASE}`);
  if (existsSync(path.join(root, MARKER))) return { root };
  if (run('debootstrap', ['--version']).error)
    return { reason: 'debootstrap is missing: apt-get install debootstrap' };
  if (run('unshare', ['--mount', 'true']).status !== 0)
    return { reason: 'mount namespaces are not allowed here' };
  const making = `${root}.making-${process.pid}`;
  mkdirSync(path.dirname(root), { recursive: true });
  const made = inOwnMounts([
    'debootstrap',
    '--variant=minbase',
    `--include=${PACKAGES.join(',')}`,
    RELEASE,
    making,
    mirror(),
  ]);
  if (made.status !== 0) {
    rmSync(making, { recursive: true, force: true });
    return { reason: `debootstrap failed: ${lastLine(made)}` };
  }
  mkdirSync(path.join(making, INSIDE));
  writeFileSync(path.join(making, MARKER), '');
  rmSync(root, { recursive: true, force: true });
  renameSync(making, root);
  return { root };
}

/**
 * The command that runs Node inside, in the project's folder, with lavapipe as the only Vulkan
 * driver. The project is there read-only; mounts are the command's own and end with it, so that
 * nothing can be removed through them.
 * @param {string} root
 * @param {string} project
 * @returns {readonly string[]}
 */
export function nodeInside(root, project) {
  const script = `set -e
    mount --rbind /dev "$1/dev"
    mount -t proc proc "$1/proc"
    mount -t sysfs sys "$1/sys"
    mount --bind "$2" "$1${INSIDE}"
    mount -o remount,bind,ro "$1${INSIDE}"
    root=$1; shift 2
    exec chroot "$root" env -C ${INSIDE} HOME=/root TMPDIR=/tmp VK_DRIVER_FILES=${DRIVER} node "$@"`;
  return ['unshare', '--mount', '--', 'sh', '-c', script, 'sh', root, project];
}

/** The mirror of Debian that this machine's apt uses. */
function mirror() {
  const more = '/etc/apt/sources.list.d';
  const files = [
    '/etc/apt/sources.list',
    ...(existsSync(more) ? readdirSync(more).map((name) => path.join(more, name)) : []),
  ].filter((file) => existsSync(file));
  // Lines that are commented out name mirrors that are not used.
  const lines = files.flatMap((file) => readFileSync(file, 'utf8').split('\n'));
  const addresses = lines
    .filter((line) => !line.trimStart().startsWith('#'))
    .flatMap((line) => line.match(/https?:\S+/g) ?? []);
  const own = addresses.find((address) => /\/debian\/?$/.test(address));
  return own ?? DEFAULT_MIRROR;
}

const run = (command, args) => spawnSync(command, args, { encoding: 'utf8' });
const inOwnMounts = (command) => run('unshare', ['--mount', '--', ...command]);
const lastLine = ({ stdout, stderr }) => `${stdout}${stderr}`.trim().split('\n').at(-1) ?? '';
