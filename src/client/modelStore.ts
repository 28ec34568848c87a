import path from 'node:path';
import envPaths from 'env-paths';

const VARIABLE = 'PISA_UPSCALE_STORE';

/**
 * The folder where installed models live, the same for the editor and the command line, so that
 * gigabytes exist once: what the environment variable PISA_UPSCALE_STORE says, else the place that
 * the operating system has for a program's data.
 */
export function defaultModelStore(): string {
  const named = process.env[VARIABLE];
  if (named !== undefined && path.isAbsolute(named)) return named;
  return path.join(envPaths('pisa-upscale', { suffix: '' }).data, 'models');
}
