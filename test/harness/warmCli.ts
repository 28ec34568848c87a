import * as childProcess from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Writable } from 'node:stream';
import { after } from 'node:test';
import vm from 'node:vm';
import { STATE_VARIABLE } from '../../src/batch/stateRoot';
import { SharedEngines } from './sharedEngine';

export type WarmRun = {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
};

type Main = (
  exports: object,
  require: (name: string) => unknown,
  module: { exports: { readonly ended?: Promise<void> } },
  filename: string,
  dirname: string,
  process: NodeJS.Process,
) => void;

/** What the program's `process.exit` is here. */
class Exit extends Error {}

/**
 * Runs the built command-line tool again and again in this process, each time as anew, with a
 * `process` of its own, and lets the runs have one engine after another: two processes a run take
 * ten times longer than most of what tests ask. What a process does as such (signals, pipes, its
 * end) needs the real one. Runs of a file wait for each other, since a process has one folder.
 * @param tool the tool, as it was built
 */
export function warmCli(
  tool: string,
): (cwd: string, env: NodeJS.ProcessEnv, ...args: readonly string[]) => Promise<WarmRun> {
  const engines = new SharedEngines([STATE_VARIABLE]);
  after(() => engines.end());
  let compiled: Main | undefined;
  let last: Promise<unknown> = Promise.resolve();
  return (cwd, env, ...args) => {
    const run = last.then(async () => {
      compiled ??= compile(tool);
      return within(cwd, () => once(compiled!, engines, tool, env, args));
    });
    last = run.catch(() => undefined);
    return run;
  };
}

function compile(tool: string): Main {
  const text = readFileSync(tool, 'utf8').replace(/^#!.*/, '');
  // Not written out, since a bundle of this file has its own place where it names that.
  const places = ['filename', 'dirname'].map((name) => `__${name}`);
  const parameters = ['exports', 'require', 'module', ...places, 'process'];
  const wrapper = `(function (${parameters.join(', ')}) {${text}\n})`;
  return new vm.Script(wrapper, { filename: tool }).runInThisContext() as Main;
}

async function within<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const before = process.cwd();
  process.chdir(folder);
  try {
    return await work();
  } finally {
    process.chdir(before);
  }
}

async function once(
  main: Main,
  engines: SharedEngines,
  tool: string,
  env: NodeJS.ProcessEnv,
  args: readonly string[],
): Promise<WarmRun> {
  const [stdout, stderr] = [new Printed(), new Printed()];
  let exited: number | undefined;
  const own = {
    argv: [process.execPath, tool, ...args],
    env: { ...process.env, ...env },
    stdin: { isTTY: false },
    stdout,
    stderr,
    exitCode: undefined as number | undefined,
    on: () => standIn,
    exit: (code?: number) => {
      exited ??= code ?? Number(standIn.exitCode ?? 0);
      stdout.end();
      stderr.end();
      throw new Exit();
    },
  };
  const standIn = Object.create(process, Object.getOwnPropertyDescriptors(own)) as NodeJS.Process;
  const required = createRequire(tool);
  const require = (name: string): unknown => {
    if (name === 'node:process') return standIn;
    if (name === 'node:child_process') return { ...childProcess, fork: engines.fork };
    return required(name) as unknown;
  };
  const module: Parameters<Main>[2] = { exports: {} };
  try {
    main(module.exports, require, module, tool, path.dirname(tool), standIn);
    await module.exports.ended;
  } catch (error) {
    if (!(error instanceof Exit)) throw error;
  }
  const status = exited ?? Number(standIn.exitCode ?? 0);
  return { status, stdout: stdout.text, stderr: stderr.text };
}

/** What was written before the program ended. */
class Printed extends Writable {
  text = '';

  override write(chunk: string | Uint8Array): boolean {
    if (!this.writableEnded) this.text += String(chunk);
    return true;
  }
}
