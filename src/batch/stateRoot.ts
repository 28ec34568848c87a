import { createHash } from 'node:crypto';
import path from 'node:path';
import envPaths from 'env-paths';

/** The environment variable that names another folder than the system's. */
export const STATE_VARIABLE = 'PISA_UPSCALE_STATE';

/**
 * Where this user's state of batches lies on this machine, the same for the editor and the command
 * line: what `STATE_VARIABLE` says, else the place that the operating system has for a program's
 * cache.
 */
export const stateRoot = (): string =>
  path.resolve(
    process.env[STATE_VARIABLE]?.trim() || envPaths('pisa-upscale', { suffix: '' }).cache,
  );

/** Where runs tell of themselves. */
export const runsFolder = (): string => path.join(stateRoot(), 'runs');

/**
 * Where journals lie of runs on a root, and its records when it has no recipe: the same for every
 * window and for the command line, so that each goes on where another ended.
 */
export function stateFolder(root: string, outputRoot: string): string {
  const key = createHash('sha256').update(`${root}\0${outputRoot}`).digest('hex').slice(0, 24);
  return path.join(stateRoot(), 'batches', key);
}
