/** The packages that the tests of this folder look into; made once for all of them. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { open, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openPromise } from 'yauzl';
import { REPOSITORY } from '../harness/paths.mjs';

export const PACKAGES = path.join(REPOSITORY, 'dist-package');

const { version } = JSON.parse(readFileSync(path.join(REPOSITORY, 'package.json'), 'utf8')) as {
  version: string;
};

export const vsixOf = (target: string, folder = PACKAGES): string =>
  path.join(folder, `pisa-upscale-${target}-${version}.vsix`);

/** Packages as a release has them: with the address of a repository, which there is none at. */
export const RELEASED = {
  folder: path.join(PACKAGES, 'released'),
  repository: 'https://github.com/example/pisa-upscale',
};
/** What `vsce` makes of an address relative to the README: the kind of page, and the file. */
export const RELEASED_FILE = new RegExp(
  `${RELEASED.repository}/(raw|blob)/v${version}/([^)#]+)`,
  'g',
);

/** The folder that was packed for npm, and the tarball. */
export const NPM_FOLDER = path.join(PACKAGES, 'npm');
export const npmTarball = (): string => path.join(PACKAGES, `pisa-upscale-${version}.tgz`);

/** What was made in this process: the files of this folder that run in one share it. */
const made = new Set<string>();

/**
 * Runs `npm run package`, without npm, for targets that it has not been run for. What was made from
 * the same files before is left as it is.
 */
export function makeExtensions(targets: readonly string[]): void {
  make(targets, PACKAGES, []);
}

/** Makes packages as a release does. */
export function makeReleased(targets: readonly string[]): void {
  const { folder, repository } = RELEASED;
  make(targets, folder, ['--repository', repository]);
}

export const releasedVsix = (target: string): string => vsixOf(target, RELEASED.folder);

function make(targets: readonly string[], folder: string, options: readonly string[]): void {
  const missing = targets.filter((target) => !made.has(vsixOf(target, folder)));
  if (missing.length === 0) return;
  const named = missing.flatMap((target) => ['--target', target]);
  script('extension.mjs', [...named, '--out', folder, ...options, '--if-changed']);
  for (const target of missing) made.add(vsixOf(target, folder));
}

/** Runs `npm run package:npm`. */
export const makeNpmPackage = (): void => script('npm.mjs', ['--if-changed']);

function script(name: string, args: readonly string[]): void {
  execFileSync(process.execPath, [path.join(REPOSITORY, 'scripts/package', name), ...args], {
    cwd: REPOSITORY,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** What VS Code shows of an extension before it runs: nothing that is large. */
export const isShown = (name: string): boolean => !/^(dist|models)\//.test(name);

/** Unpacks the extension's files of a VSIX, or those that `isWanted`. */
export async function unpackExtension(
  vsix: string,
  folder: string,
  isWanted: (name: string) => boolean = () => true,
): Promise<void> {
  const zip = await openPromise(vsix);
  const prefix = 'extension/';
  try {
    for await (const entry of zip.eachEntry()) {
      if (!entry.fileName.startsWith(prefix) || entry.fileName.endsWith('/')) continue;
      const name = entry.fileName.slice(prefix.length);
      if (!isWanted(name)) continue;
      const file = path.join(folder, name);
      await mkdir(path.dirname(file), { recursive: true });
      const handle = await open(file, 'w');
      await pipeline(await zip.openReadStreamPromise(entry), handle.createWriteStream());
    }
  } finally {
    zip.close();
  }
}
