import { createHash } from 'node:crypto';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { warmCli } from '../../harness/warmCli';
import { CLI, NO_STORE, TEST_MODELS } from '../support';

export { succeeds } from '../succeeds';

/** Where models are; under a recipe, which names its model itself, that is all. */
export const PLACES = ['--models-dir', TEST_MODELS, '--store', NO_STORE, '--device', 'cpu'];

export const MODEL = [...PLACES, '-m', 'one-layer-4x'];

/** Small pictures of noise, some of them in folders: the same for the same number. */
export async function writePictures(root: string, count: number, side = 24): Promise<void> {
  let state = 7;
  const random = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 24;
  for (let i = 0; i < count; i++) {
    const folder = path.join(root, i % 5 === 0 ? 'deep/er' : i % 3 === 0 ? 'with space' : '.');
    mkdirSync(folder, { recursive: true });
    const [width, height] = [side + (random() % side), side + (random() % side)];
    const raw = sharp(Buffer.from(Array.from({ length: width * height * 3 }, random)), {
      raw: { width, height, channels: 3 },
    });
    await raw.toFile(path.join(folder, `p${i}.${['png', 'jpg', 'webp'][i % 3]!}`));
  }
}

export type CliRun = {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
};

/** Runs the command line in a folder; `state` stands for the machine's cache. */
export const cli = (root: string, state: string, ...args: string[]): CliRun =>
  spawnSync(process.execPath, [CLI, ...args], {
    encoding: 'utf8',
    cwd: root,
    env: { ...process.env, PISA_UPSCALE_STATE: state },
  });

/** Like `cli`, but that the runs of a test file have one process: for what isn't about processes. */
export function quickCli(): (root: string, state: string, ...args: string[]) => Promise<CliRun> {
  const run = warmCli(CLI);
  return (root, state, ...args) => run(root, { PISA_UPSCALE_STATE: state }, ...args);
}

export const startCli = (root: string, state: string, ...args: string[]): ChildProcess =>
  spawn(process.execPath, [CLI, ...args], {
    cwd: root,
    env: { ...process.env, PISA_UPSCALE_STATE: state },
    stdio: 'ignore',
  });

/** Every file below a folder with the hash of its bytes. */
export function treeOf(root: string): Record<string, string> {
  const names = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return Object.fromEntries(
    names
      .map((entry) => path.join(entry.parentPath, entry.name))
      .sort()
      .map((file) => [
        path.relative(root, file),
        createHash('sha256').update(readFileSync(file)).digest('hex'),
      ]),
  );
}
