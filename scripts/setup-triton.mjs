// Installs NVIDIA's Triton Inference Server from PyPI (the wheel nvidia-pytriton holds its binary)
// with ONNX Runtime into a cache folder outside the repository, for the tests against a real server.
// Neither a container nor a graphics card is needed.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** What is installed; another version of either is another folder. */
const PACKAGES = ['nvidia-pytriton==0.7.0', 'onnxruntime>=1.20,<2', 'numpy<2'];
const PYTHONS = ['python3', 'python3.12', 'python3.11', 'python3.10'];
const MARKER = '.installed';

/**
 * The Python that has it, or why there is none.
 * @returns {{ python: string } | { reason: string }}
 */
export function ensureTriton() {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return { reason: 'Triton’s wheel is for Linux on x64.' };
  const cache =
    process.env.PISA_UPSCALE_CACHE ||
    process.env.XDG_CACHE_HOME ||
    path.join(os.homedir(), '.cache');
  const root = path.resolve(cache, 'pisa-upscale', 'triton-0.7.0');
  const python = path.join(root, 'bin/python3');
  if (existsSync(path.join(root, MARKER))) return { python };
  const base = PYTHONS.find(
    (name) =>
      spawnSync(name, ['-c', 'import sys; sys.exit(sys.version_info < (3, 9))']).status === 0,
  );
  if (!base) return { reason: 'There is no Python of at least 3.9.' };
  // A virtual environment knows its own path, so it is made where it stays; the marker comes last.
  rmSync(root, { recursive: true, force: true });
  mkdirSync(path.dirname(root), { recursive: true });
  console.log(`Installing Triton into ${root}; this takes a minute or two.`);
  for (const [command, ...args] of [
    [base, '-m', 'venv', root],
    [python, '-m', 'pip', 'install', '--quiet', '--no-input', '--no-compile', ...PACKAGES],
  ]) {
    const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
    if (status !== 0) {
      rmSync(root, { recursive: true, force: true });
      const [last = ''] = (error?.message ?? stderr ?? '').trim().split('\n').slice(-1);
      return { reason: `${path.basename(command)} ${args.slice(0, 3).join(' ')} failed: ${last}` };
    }
  }
  const marker = path.join(root, MARKER);
  writeFileSync(`${marker}.new`, `${PACKAGES.join('\n')}\n`);
  renameSync(`${marker}.new`, marker);
  return { python };
}
