import { execFile } from 'node:child_process';
import { readdir, readFile, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { readSmallText } from '../../files/readSmall';
import type { Device } from '../../shared/settings';

/**
 * What drives a device, from what the system tells without touching it: another driver, another
 * version or another card gives other words. Undefined where the system does not tell; what was
 * found out of a device then holds for the life of the process alone.
 */
export async function driverOf(
  device: Device,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<string | undefined> {
  if (device === 'cpu')
    return `${os.cpus()[0]?.model ?? process.arch}, ${os.cpus().length} threads`;
  switch (process.platform) {
    case 'darwin':
      // Drivers are part of the system there.
      return `macOS ${os.release()} on ${os.cpus()[0]?.model ?? process.arch}`;
    case 'win32':
      return windowsDrivers();
    default:
      return linuxDrivers(environment);
  }
}

const DISPLAY_CLASS =
  'HKLM\\SYSTEM\\CurrentControlSet\\Control\\Class\\{4d36e968-e325-11ce-bfc1-08002be10318}';

/** Names and versions of the display adapters in the registry. */
async function windowsDrivers(): Promise<string | undefined> {
  const reg = path.join(process.env.SystemRoot ?? 'C:\\Windows', 'System32', 'reg.exe');
  try {
    const { stdout } = await promisify(execFile)(reg, ['query', DISPLAY_CLASS, '/s'], {
      timeout: 5000,
      maxBuffer: 2 ** 23,
      windowsHide: true,
    });
    return adaptersOf(stdout);
  } catch {
    return undefined;
  }
}

/** `DriverDesc` and `DriverVersion` of each adapter that `reg query` lists. */
export function adaptersOf(listing: string): string | undefined {
  const values = [...listing.matchAll(/^\s+(DriverDesc|DriverVersion)\s+REG_SZ\s+(.+?)\s*$/gm)];
  return values.length === 0 ? undefined : values.map(([, , value]) => value).join(' ');
}

/** The kernel's graphics devices, NVIDIA's driver, and Vulkan's drivers. */
async function linuxDrivers(environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  const parts = [
    ...(await cards()),
    ...(await nvidiaVersion()),
    ...(await vulkanDrivers(environment)),
  ];
  return parts.length === 0 ? 'no graphics driver' : parts.join('; ');
}

async function cards(): Promise<string[]> {
  const root = '/sys/class/drm';
  const names = (await readdir(root).catch(() => [])).filter((name) => /^card\d+$/.test(name));
  const ids = await Promise.all(
    names.sort().map(async (name) => {
      const id = (file: string): Promise<string> =>
        readFile(path.join(root, name, 'device', file), 'utf8').then(
          (text) => text.trim().replace(/^0x/, ''),
          () => '',
        );
      return `${await id('vendor')}:${await id('device')}`;
    }),
  );
  return ids.filter((id) => id !== ':').map((id) => `PCI ${id}, Linux ${os.release()}`);
}

/** `NVRM version: NVIDIA UNIX x86_64 Kernel Module  570.124.06 …` */
async function nvidiaVersion(): Promise<string[]> {
  const text = await readFile('/proc/driver/nvidia/version', 'utf8').catch(() => '');
  const version = /Kernel Module.*?(\d+\.\d+[.\d]*)/.exec(text)?.[1];
  return version === undefined ? [] : [`NVIDIA ${version}`];
}

const MANIFEST_FOLDERS = [
  '/etc/vulkan/icd.d',
  '/usr/local/share/vulkan/icd.d',
  '/usr/share/vulkan/icd.d',
];
const MANIFEST_LIMIT = 64 * 1024;

/** The manifests that Vulkan's loader reads, with the date and size of each driver's library. */
async function vulkanDrivers(environment: NodeJS.ProcessEnv): Promise<string[]> {
  const named = environment.VK_DRIVER_FILES ?? environment.VK_ICD_FILENAMES;
  const manifests =
    named === undefined
      ? (await Promise.all(MANIFEST_FOLDERS.map(manifestsIn))).flat()
      : named.split(':').filter((file) => file !== '');
  const drivers = await Promise.all(manifests.map((file) => vulkanDriver(file, environment)));
  return drivers.filter((driver) => driver !== undefined);
}

async function manifestsIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => path.join(folder, name));
}

async function vulkanDriver(
  manifest: string,
  environment: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  try {
    const text = await readSmallText(manifest, { limit: MANIFEST_LIMIT, followLinks: true });
    const library = (JSON.parse(text) as { ICD?: { library_path?: unknown } }).ICD?.library_path;
    if (typeof library !== 'string') return undefined;
    const name = path.basename(manifest, '.json');
    for (const file of placesOf(library, manifest, environment)) {
      const info = await stat(file).catch(() => undefined);
      if (info)
        return `Vulkan ${name} of ${info.mtime.toISOString().slice(0, 19)}, ${info.size} bytes`;
    }
    return `Vulkan ${name}`;
  } catch {
    return undefined;
  }
}

/** Where the loader may find a library: a path relative to the manifest, or a name of the linker's. */
function placesOf(library: string, manifest: string, environment: NodeJS.ProcessEnv): string[] {
  if (library.includes('/')) return [path.resolve(path.dirname(manifest), library)];
  const triple = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' }[process.arch as string];
  const folders = [
    ...(environment.LD_LIBRARY_PATH ?? '').split(':').filter((folder) => folder !== ''),
    ...(triple === undefined ? [] : [`/usr/lib/${triple}`]),
    '/usr/lib64',
    '/usr/lib',
    '/usr/local/lib',
  ];
  return folders.map((folder) => path.join(folder, library));
}
