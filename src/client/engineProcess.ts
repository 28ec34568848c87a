import { fork, type ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import { RpcEndpoint, type RpcErrorValue } from '../shared/rpc';
import type { EngineApi } from '../shared/engineProtocol';
import { phrase, type Words } from '../shared/phrase';

/** A port of this machine at which a debugger may attach to the engine; set by who debugs it. */
const INSPECT_VARIABLE = 'PISA_UPSCALE_ENGINE_INSPECT';

/** What variables begin with that say how to reach an inference server. */
export const REMOTE_VARIABLES = 'PISA_UPSCALE_REMOTE_';

export type EngineProcessOptions = {
  readonly entry: string;
  readonly modelFolders: readonly string[];
  readonly store: string;
  readonly log: (line: string) => void;
};

/**
 * One forked engine and the RPC connection to it. When it ends, for whatever reason, pending calls
 * are rejected.
 */
export class EngineProcess {
  readonly rpc: RpcEndpoint<EngineApi>;
  /** Resolves when the process is gone; true when nobody asked it to end. */
  readonly ended: Promise<boolean>;
  private readonly child: ChildProcess;
  private endReason: RpcErrorValue | undefined;
  private closed = false;
  private lastLines: string[] = [];

  constructor(private readonly options: EngineProcessOptions) {
    this.child = fork(options.entry, ['--store', options.store, ...options.modelFolders], {
      // glibc keeps an arena a thread, each with what its largest picture needed: two keep a
      // batch's memory flat. The host's own flags (an inspector's port) and NODE_OPTIONS (set by
      // debuggers) must not reach the engine.
      execArgv: inspectorArguments(process.env[INSPECT_VARIABLE]),
      env: {
        ...process.env,
        ELECTRON_RUN_AS_NODE: '1',
        ELECTRON_NO_ASAR: '1',
        NODE_OPTIONS: undefined,
        ...withoutSecrets(process.env),
        // The engine sets it, too, before it loads ONNX Runtime; on Windows a library may only see
        // what a process was started with.
        ORT_DISABLE_TELEMETRY: '1',
        MALLOC_ARENA_MAX: process.env.MALLOC_ARENA_MAX ?? '2',
      },
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.readLines(this.child.stdout);
    this.readLines(this.child.stderr);
    this.rpc = new RpcEndpoint<EngineApi>({
      // A send to a process that just died is reported by its exit, not here.
      post: (message) => this.child.send(message as object, () => undefined),
      onMessage: (listener) => this.child.on('message', listener),
    });
    this.ended = new Promise((resolve) => {
      this.child.once('error', (error) => {
        this.endReason ??= {
          code: 'engine-died',
          message: phrase`The engine process could not be started: ${error.message}`,
        };
        this.close(resolve);
      });
      this.child.once('close', (code, signal) => {
        options.log(
          `engine ${this.processId ?? '?'} ended (${signal ?? `exit code ${String(code)}`})`,
        );
        this.close(resolve, signal ?? phrase`exit code ${String(code)}`);
      });
    });
    this.child.once('exit', () => {
      if (this.endReason === undefined) return;
      // Nobody waits for the last words of one that was told to end; whoever inherited its streams
      // would keep them open.
      this.child.stdout?.destroy();
      this.child.stderr?.destroy();
    });
    options.log(`engine ${this.processId ?? '?'} started`);
  }

  get processId(): number | undefined {
    return this.child.pid;
  }

  /** Whether the process is gone or about to be. */
  get isEnding(): boolean {
    return this.closed || this.endReason !== undefined;
  }

  /** Ends the process; pending calls are rejected with `reason`. */
  kill(reason: RpcErrorValue): void {
    this.endReason ??= reason;
    this.rpc.close(this.endReason);
    this.child.kill('SIGKILL');
  }

  private close(resolve: (unexpected: boolean) => void, how: Words = phrase`not started`): void {
    const unexpected = this.endReason === undefined;
    this.closed = true;
    this.rpc.close(
      this.endReason ?? {
        code: 'engine-died',
        message: phrase`The engine process ended unexpectedly (${how}).`,
        hint: phrase`A new engine starts by itself. A smaller picture needs less of the machine.`,
        detail: this.lastLines.join('\n'),
      },
    );
    resolve(unexpected);
  }

  private readLines(stream: Readable | null): void {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      for (const line of chunk.split('\n').filter((text) => text.trim() !== '')) {
        this.lastLines = [...this.lastLines, line].slice(-20);
        this.options.log(line);
      }
    });
  }
}

/** The engine and its children learn secrets over the connection only. */
const withoutSecrets = (env: NodeJS.ProcessEnv): Record<string, undefined> =>
  Object.fromEntries(
    Object.keys(env)
      .filter((name) => name.toUpperCase().startsWith(REMOTE_VARIABLES))
      .map((name) => [name, undefined]),
  );

/** Node's argument that opens the inspector on the loopback address; nothing for what is no port. */
export function inspectorArguments(port: string | undefined): string[] {
  const wanted = Number(port);
  return Number.isInteger(wanted) && wanted >= 1024 && wanted <= 65_535
    ? [`--inspect=127.0.0.1:${wanted}`]
    : [];
}
