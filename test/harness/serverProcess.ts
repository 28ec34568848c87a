import { spawn, type ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import type { TestContext } from 'node:test';
import { ensureInferenceServer } from '../../scripts/setup-inference-servers.mjs';

export type ServerKind = Parameters<typeof ensureInferenceServer>[0];

/** Set where a machine that can't have the servers is an error, as in CI. */
const IS_REQUIRED = process.env.PISA_UPSCALE_TEST_SERVERS === 'required';

/** The Python that has a server. Where there is none, the test is skipped so that nobody misses it. */
export function pythonWith(kind: ServerKind, context: TestContext): string | undefined {
  const found = ensureInferenceServer(kind);
  if ('python' in found) return found.python;
  const words = `NOT CHECKED: a real inference server (${kind}). ${found.reason}`;
  console.error(`\n${'!'.repeat(words.length)}\n${words}\n${'!'.repeat(words.length)}\n`);
  if (IS_REQUIRED) throw new Error(words);
  context.skip(words);
  return undefined;
}

export type ServerCommand = {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Answers 200 when the server and its models are ready. */
  readonly ready: string;
};

/** An inference server as a process group of its own, which may be ended and started again. */
export class ServerProcess {
  private child: ChildProcess | undefined;
  private log = '';

  constructor(private readonly what: ServerCommand) {}

  /** Starts it; resolves when its models answer. */
  async run(): Promise<void> {
    const { command, args, cwd, env } = this.what;
    const child = spawn(command, args, {
      ...(cwd === undefined ? {} : { cwd }),
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // What it starts itself goes with the group.
      detached: true,
    });
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text: Buffer) => (this.log = (this.log + text.toString()).slice(-20_000)));
    this.child = child;
    while (!(await this.isReady())) {
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(`${command} ended:\n${this.log}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Ends it at once, in the middle of whatever it does. */
  async kill(): Promise<void> {
    const { child } = this;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    process.kill(-child.pid, 'SIGKILL');
    await gone;
  }

  private async isReady(): Promise<boolean> {
    const answer = await fetch(this.what.ready).catch(() => undefined);
    await answer?.arrayBuffer();
    return answer?.status === 200;
  }
}

/** Below those that systems hand out by themselves, so that no other test's server gets one meanwhile. */
const [LOWEST, HIGHEST] = [10_000, 32_000];

/** Ports that nobody listens at now, and that nobody is given who does not name them. */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = randomInt(LOWEST, HIGHEST);
    if (await isFree(port)) ports.add(port);
  }
  return [...ports];
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
