import path from 'node:path';
import { warmCli, type WarmRun } from '../harness/warmCli';
import { buildTinyPackage, TINY_PACKAGE } from '../harness/tinyPackage.mjs';

export type Run = WarmRun;

export { buildTinyPackage };

const tiny = warmCli(path.join(TINY_PACKAGE, 'dist/cli.js'));

/**
 * Runs the command-line tool that knows the tiny checkpoints (`buildTinyPackage` makes it), in
 * `cwd`, with a store of its own.
 */
export const tinyCli = (cwd: string, store: string, ...args: readonly string[]): Promise<Run> =>
  tiny(cwd, { http_proxy: '', HTTP_PROXY: '' }, '--store', store, ...args);

/** What a person agrees to who imports or installs the tiny checkpoints from a server of the tests. */
export const AGREED = {
  import: ['--accept-unverified'],
  install: ['--accept-unverified', '--allow-http'],
} as const;
