// Installs inference servers from PyPI with ONNX Runtime, each into a cache folder of its own outside
// the repository, for the tests against real ones: NVIDIA's Triton (the wheel nvidia-pytriton holds its
// binary), KServe's server and MLServer. Neither a container nor a graphics card is needed.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/**
 * What is installed for each; another version is another folder. `newest` is the last minor version of
 * Python 3 that has its wheels.
 */
const SERVERS = {
  triton: {
    version: '0.7.0',
    packages: ['nvidia-pytriton==0.7.0', 'onnxruntime>=1.20,<2', 'numpy<2'],
    newest: 12,
  },
  kserve: {
    version: '0.21.0',
    packages: ['kserve==0.21.0', 'onnxruntime>=1.20,<2'],
    newest: 13,
  },
  mlserver: {
    version: '1.7.1',
    packages: ['mlserver==1.7.1', 'onnxruntime>=1.20,<2'],
    newest: 12,
  },
};
const PYTHONS = ['python3', 'python3.12', 'python3.11', 'python3.10'];
const OLDEST = 10;
const MARKER = '.installed';

/**
 * The Python that has a server, or why there is none.
 * @param {'triton' | 'kserve' | 'mlserver'} kind
 * @returns {{ python: string } | { reason: string }}
 */
export function ensureInferenceServer(kind) {
  const { version, packages, newest } = SERVERS[kind];
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return { reason: `The wheels of ${kind} are tried on Linux on x64 only.` };
  const cache =
    process.env.PISA_UPSCALE_CACHE ||
    process.env.XDG_CACHE_HOME ||
    path.join(os.homedir(), '.cache');
  const root = path.resolve(cache, 'pisa-upscale', `${kind}-${version}`);
  const python = path.join(root, 'bin/python3');
  // One that was restored from a cache may lack the Python that it was made of.
  const works = () => spawnSync(python, ['-c', '']).status === 0;
  if (existsSync(path.join(root, MARKER)) && works()) return { python };
  const base = PYTHONS.find((name) => {
    const test = `import sys; sys.exit(not (3, ${OLDEST}) <= sys.version_info[:2] <= (3, ${newest}))`;
    return spawnSync(name, ['-c', test]).status === 0;
  });
  if (!base) return { reason: `There is no Python of 3.${OLDEST} to 3.${newest}.` };
  // A virtual environment knows its own path, so it is made where it stays; the marker comes last.
  rmSync(root, { recursive: true, force: true });
  mkdirSync(path.dirname(root), { recursive: true });
  console.log(`Installing ${kind} into ${root}; this takes a minute or two.`);
  for (const [command, ...args] of [
    [base, '-m', 'venv', root],
    [python, '-m', 'pip', 'install', '--quiet', '--no-input', '--no-compile', ...packages],
  ]) {
    const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
    if (status !== 0) {
      rmSync(root, { recursive: true, force: true });
      const [last = ''] = (error?.message ?? stderr ?? '').trim().split('\n').slice(-1);
      return { reason: `${path.basename(command)} ${args.slice(0, 3).join(' ')} failed: ${last}` };
    }
  }
  const marker = path.join(root, MARKER);
  writeFileSync(`${marker}.new`, `${packages.join('\n')}\n`);
  renameSync(`${marker}.new`, marker);
  return { python };
}
