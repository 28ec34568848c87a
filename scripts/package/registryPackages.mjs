/**
 * Packages as package-lock.json names them, from the npm registry, whatever machine this is.
 * npm itself fetches (so its cache, registry, proxy and certificates apply); the lock file's hash is
 * compared here, because `npm pack` does not know of it.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import * as tar from 'tar';
import { npmCommand } from './npmCommand.mjs';

/**
 * @param {string} name
 * @returns {{ version: string, integrity: string }}
 */
export function lockedPackage(name) {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  const { version, integrity } = packages[`node_modules/${name}`] ?? {};
  if (typeof version !== 'string' || !integrity?.startsWith('sha512-'))
    throw new Error(`package-lock.json has no version and SHA-512 of ${name}.`);
  return { version, integrity };
}

/**
 * Unpacks packages below a folder and returns where each one lies. What is there already was
 * verified when it was unpacked.
 * @param {readonly string[]} names
 * @param {string} folder
 * @param {Readonly<Record<string, { version: string, integrity: string }>>} [locks] of packages that
 * package-lock.json does not name
 * @returns {Map<string, string>} package → folder
 */
export function fetchPackages(names, folder, locks = {}) {
  mkdirSync(folder, { recursive: true });
  const places = new Map();
  for (const name of new Set(names)) {
    const locked = locks[name] ?? lockedPackage(name);
    const place = path.join(folder, `${name.replace('/', '+')}@${locked.version}`);
    if (!existsSync(place)) unpack(name, locked, folder, place);
    places.set(name, place);
  }
  return places;
}

function unpack(name, { version, integrity }, folder, place) {
  const staging = `${place}.partial-${process.pid}`;
  rmSync(staging, { recursive: true, force: true });
  mkdirSync(staging);
  try {
    const tarball = path.join(staging, download(`${name}@${version}`, staging));
    const found = `sha512-${createHash('sha512').update(readFileSync(tarball)).digest('base64')}`;
    if (found !== integrity) {
      throw new Error(
        `${name}@${version} from the registry has the hash ${found}, package-lock.json wants ` +
          `${integrity}. Nothing is packaged. Find out who changed it.`,
      );
    }
    const contents = path.join(staging, 'contents');
    mkdirSync(contents);
    tar.extract({ file: tarball, cwd: contents, strip: 1, sync: true });
    renameSync(contents, place);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/** @returns the tarball's name */
function download(spec, folder) {
  const { file, args } = npmCommand([
    ...['pack', spec, '--pack-destination', folder, '--ignore-scripts', '--silent'],
  ]);
  execFileSync(file, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  return readdirSync(folder).find((file) => file.endsWith('.tgz'));
}
