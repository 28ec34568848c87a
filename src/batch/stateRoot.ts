import path from 'node:path';
import envPaths from 'env-paths';

/**
 * Where this user's state of batches lies on this machine, the same for the editor and the command
 * line: what the environment variable PISA_UPSCALE_STATE says, else the place that the operating
 * system has for a program's cache.
 */
export const stateRoot = (): string =>
  path.resolve(process.env.PISA_UPSCALE_STATE ?? envPaths('pisa-upscale', { suffix: '' }).cache);

/** Where runs tell of themselves. */
export const runsFolder = (): string => path.join(stateRoot(), 'runs');
