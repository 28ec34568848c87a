import type { EngineApi } from '../shared/engineProtocol';
import { phrase } from '../shared/phrase';
import { RpcError, type CallOptions, type RpcErrorValue } from '../shared/rpc';
import type { EngineClientOptions } from './engineClientOptions';
import { EngineProcess } from './engineProcess';

/**
 * A cancel that the engine does not obey in this time kills it: inference blocks its thread, and a
 * tile may take long.
 */
const CANCEL_GRACE_MS = 1000;
/** So many crashes in so long, and the client stops restarting. */
const CRASH_LIMIT = 3;
const CRASH_WINDOW_MS = 5 * 60_000;
const CANCELLED: RpcErrorValue = { code: 'cancelled', message: phrase`Canceled.` };
const DISPOSED: RpcErrorValue = { code: 'cancelled', message: phrase`The engine was shut down.` };

/**
 * The engine process: forked on the first call, kept warm, ended when idle, killed when it does not
 * obey a cancel, started anew after a crash.
 */
export class EngineLife {
  private process: EngineProcess | undefined;
  private idleTimer: NodeJS.Timeout | undefined;
  private activeCalls = 0;
  private crashes: number[] = [];
  private disposed = false;
  /** Resolves when the running engine knows what the settings say. */
  private ready: Promise<void> = Promise.resolve();

  constructor(private readonly options: EngineClientOptions) {}

  /** Process id of the running engine. */
  get processId(): number | undefined {
    return this.process?.processId;
  }

  /** Ends the engine, and starts none again. Pending calls are rejected as cancelled. */
  async dispose(): Promise<void> {
    this.disposed = true;
    await this.stop(DISPOSED);
  }

  /** One call, with a cancel that is obeyed or kills the engine after `graceMs`. */
  async ask<M extends keyof EngineApi, P = never>(
    method: M,
    params: Parameters<EngineApi[M]>[0],
    options: CallOptions<P>,
    graceMs = CANCEL_GRACE_MS,
  ): Promise<Awaited<ReturnType<EngineApi[M]>>> {
    if (options.signal?.aborted) throw new RpcError(CANCELLED);
    const engine = this.ensureProcess();
    this.activeCalls++;
    clearTimeout(this.idleTimer);
    let killTimer: NodeJS.Timeout | undefined;
    const onAbort = (): void => {
      killTimer = setTimeout(() => {
        this.options.log('the engine did not obey a cancel in time and is ended');
        engine.kill(CANCELLED);
      }, graceMs);
    };
    options.signal?.addEventListener('abort', onAbort, { once: true });
    try {
      await this.ready;
      return await engine.rpc.call(method, params, options);
    } catch (error) {
      // Temporary files may only be removed once the process that writes them is gone.
      if (engine.isEnding) await engine.ended;
      throw error;
    } finally {
      clearTimeout(killTimer);
      options.signal?.removeEventListener('abort', onAbort);
      this.activeCalls--;
      this.startIdleTimer();
    }
  }

  private ensureProcess(): EngineProcess {
    if (this.disposed) throw new RpcError(DISPOSED);
    if (this.process && !this.process.isEnding) return this.process;
    const now = Date.now();
    this.crashes = this.crashes.filter((time) => now - time < CRASH_WINDOW_MS);
    if (this.crashes.length >= CRASH_LIMIT) {
      throw new RpcError({
        code: 'engine-keeps-crashing',
        message: phrase`The engine process crashed ${this.crashes.length} times in the last minutes and is not started again for now.`,
        hint: phrase`Try again in five minutes.`,
      });
    }
    const engine = new EngineProcess(this.options);
    this.process = engine;
    this.ready = this.configure(engine);
    // Whoever calls awaits it, too.
    this.ready.catch(() => undefined);
    void engine.ended.then((unexpected) => {
      if (unexpected) this.crashes.push(Date.now());
      if (this.process === engine) this.process = undefined;
    });
    return engine;
  }

  /** Over the connection, where no list of processes and no child's environment shows secrets. */
  private async configure(engine: EngineProcess): Promise<void> {
    const settings = await this.options.remote?.();
    if (settings) await engine.rpc.call('useRemote', settings);
  }

  private startIdleTimer(): void {
    clearTimeout(this.idleTimer);
    if (this.activeCalls > 0 || !this.process) return;
    this.idleTimer = setTimeout(() => void this.stop(DISPOSED), this.options.idleSeconds * 1000);
    this.idleTimer.unref();
  }

  private async stop(reason: RpcErrorValue): Promise<void> {
    clearTimeout(this.idleTimer);
    const engine = this.process;
    this.process = undefined;
    if (!engine) return;
    engine.kill(reason);
    await engine.ended;
  }
}
