import { fork, type ChildProcess, type ForkOptions } from 'node:child_process';
import { statSync } from 'node:fs';
import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';

/** Each holds a model or more. */
const MOST_IDLE = 2;

type Fork = (entry: string, args: readonly string[], options: ForkOptions) => ChildProcess;

/** What a client sends to an engine and hears of it, as far as it tells what runs. */
type Message = { readonly type: string; readonly id: number; readonly method?: string };

/**
 * Starts engines as `fork` does, for clients that follow each other: an engine whose client ends it
 * while nothing runs is kept, and the next client that asks for the same gets it. A start takes
 * several times longer than a tiny picture.
 */
export class SharedEngines {
  private idle: { readonly key: string; readonly engine: ChildProcess }[] = [];

  /** `unread`: variables that engines don't read, so that another value needs no other engine. */
  constructor(private readonly unread: readonly string[]) {}

  readonly fork: Fork = (entry, args, options) => {
    const { env = {} } = options;
    const known = Object.entries(env).filter(([name]) => !this.unread.includes(name));
    const built = statSync(entry).mtimeMs;
    const key = JSON.stringify([entry, built, args, options.execArgv, known.sort()]);
    const kept = this.idle.find((one) => one.key === key);
    this.idle = this.idle.filter((one) => one !== kept);
    const engine = kept?.engine ?? fork(entry, args, options);
    return new Lent(engine, () => this.keep(key, engine)) as unknown as ChildProcess;
  };

  /** Ends those that nobody uses. */
  end(): void {
    for (const { engine } of this.idle) engine.kill('SIGKILL');
    this.idle = [];
  }

  private keep(key: string, engine: ChildProcess): void {
    this.idle.push({ key, engine });
    if (this.idle.length > MOST_IDLE) this.idle.shift()?.engine.kill('SIGKILL');
  }
}

/** An engine as one client has it: to the client it ends when the client ends it. */
class Lent extends EventEmitter {
  readonly pid: number | undefined;
  readonly stdout = new PassThrough();
  readonly stderr = new PassThrough();
  private readonly running = new Set<number>();
  private isReusable = true;
  private readonly forget: (() => void)[] = [];

  constructor(
    private readonly engine: ChildProcess,
    private readonly giveBack: () => void,
  ) {
    super();
    this.pid = engine.pid;
    this.listen(engine, 'message', (message) => {
      const { type, id } = message as Message;
      if (type === 'result' || type === 'error') this.running.delete(id);
      this.emit('message', message);
    });
    for (const event of ['error', 'exit', 'close'])
      this.listen(engine, event, (...values) => {
        this.isReusable = false;
        this.emit(event, ...values);
      });
    for (const name of ['stdout', 'stderr'] as const)
      this.listen(engine[name]!, 'data', (chunk) => this[name].write(chunk));
  }

  send(message: Message, sent: (error: Error | null) => void): boolean {
    if (message.type === 'call') this.running.add(message.id);
    // It stays with the engine.
    if (message.method === 'useRemote') this.isReusable = false;
    return this.engine.send(message, sent);
  }

  kill(signal: NodeJS.Signals): boolean {
    if (!this.isReusable || this.running.size > 0) return this.engine.kill(signal);
    this.forget.forEach((stop) => stop());
    this.giveBack();
    setImmediate(() => {
      this.emit('exit', null, signal);
      this.emit('close', null, signal);
    });
    return true;
  }

  private listen(
    to: NodeJS.EventEmitter,
    event: string,
    listener: (...values: unknown[]) => void,
  ): void {
    to.on(event, listener);
    this.forget.push(() => to.off(event, listener));
  }
}
