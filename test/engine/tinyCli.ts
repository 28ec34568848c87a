import { spawn } from 'node:child_process';
import path from 'node:path';
import { buildTinyPackage, TINY_PACKAGE } from '../harness/tinyPackage.mjs';

export type Run = {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
};

export { buildTinyPackage };

/**
 * Runs the command-line tool that knows the tiny checkpoints (`buildTinyPackage` makes it), in
 * `cwd`, with a store of its own; not synchronously, since the server that it talks to is in this
 * process.
 */
export const tinyCli = (cwd: string, store: string, ...args: readonly string[]): Promise<Run> =>
  new Promise((resolve) => {
    const tool = path.join(TINY_PACKAGE, 'dist/cli.js');
    const child = spawn(process.execPath, [tool, '--store', store, ...args], {
      cwd,
      env: { ...process.env, http_proxy: '', HTTP_PROXY: '' },
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (text: Buffer) => (stdout += text.toString()));
    child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
    child.on('close', (status) => resolve({ status, stdout, stderr }));
  });

/** What a person agrees to who imports or installs the tiny checkpoints from a server of the tests. */
export const AGREED = {
  import: ['--accept-unverified'],
  install: ['--accept-unverified', '--allow-http'],
} as const;
