import { inWords, isWords, phrase, WordedError, type Words } from './phrase';
import type { Remedy } from './remedies';

/**
 * One typed RPC for every boundary of the product (host ↔ engine process, host ↔ webview).
 *
 * A side offers an object of async methods and calls the other side's methods through a proxy.
 * Calls carry progress and cancellation; failures cross as values (`RpcErrorValue`); when the
 * endpoint is closed every pending call is rejected, so nobody waits for a process that died.
 *
 * A page that is hidden goes, and another comes when it is shown, which counts its calls from 1
 * again. So each endpoint has a word of its own, which goes with its calls and their answers; when a
 * new caller is heard, what the one before asked for is aborted with `CallerGone`.
 */

export type RpcErrorValue = {
  readonly code: string;
  /** What happened, in one sentence. */
  readonly message: Words;
  /** What belongs to the message and stands on lines of its own. */
  readonly list?: readonly Words[];
  /** What the person can do about it, wherever they are. */
  readonly hint?: Words;
  /** What each front end has a way of its own for. */
  readonly remedies?: readonly Remedy[];
  /** Technical detail for the log. */
  readonly detail?: string;
};

/**
 * An error that keeps its code, its words' values and its advice while it crosses a process boundary.
 * Its texts are in the language of the process that has it.
 */
export class RpcError extends Error {
  readonly code: string;
  readonly list: readonly string[];
  readonly hint: string | undefined;
  readonly remedies: readonly Remedy[];
  readonly detail: string | undefined;

  constructor(private readonly value: RpcErrorValue) {
    super(inWords(value.message));
    this.name = 'RpcError';
    this.code = value.code;
    this.list = value.list?.map(inWords) ?? [];
    this.hint = value.hint === undefined ? undefined : inWords(value.hint);
    this.remedies = value.remedies ?? [];
    this.detail = value.detail;
  }

  /** The error as it crosses a boundary, in no language yet. */
  toValue(): RpcErrorValue {
    const { code, message, list = [], hint, remedies = [], detail } = this.value;
    return {
      code,
      message,
      ...(list.length === 0 ? {} : { list }),
      ...(hint === undefined ? {} : { hint }),
      ...(remedies.length === 0 ? {} : { remedies }),
      ...(detail === undefined ? {} : { detail }),
    };
  }

  static from(error: unknown): RpcError {
    if (error instanceof RpcError) return error;
    if (error instanceof Error) {
      return new RpcError({
        code: 'internal',
        message: error.message,
        detail: error.stack ?? error.message,
      });
    }
    return new RpcError({ code: 'internal', message: String(error) });
  }
}

/** What an error says, in no language yet where it knows how to. */
export function wordsOf(error: unknown): Words {
  if (error instanceof RpcError) return error.toValue().message;
  if (error instanceof WordedError) return error.words;
  return error instanceof Error ? error.message : String(error);
}

/** Why a call is aborted whose caller has gone: nobody asked for it to end. */
export class CallerGone extends Error {}

/** Whether a call was aborted because nobody is there any more to hear its answer. */
export const isCallerGone = ({ reason }: AbortSignal): boolean => reason instanceof CallerGone;

export type CallContext = {
  readonly signal: AbortSignal;
  readonly progress: (value: unknown) => void;
};

/** An API is a record of methods: one parameter value in, one promise out. */
export type RpcApi = {
  [method: string]: (params: never, context: CallContext) => Promise<unknown>;
};

export type CallOptions<P = unknown> = {
  readonly signal?: AbortSignal;
  readonly onProgress?: (value: P) => void;
};

/** A call's number counts among those of its caller, whom the word names: see `RpcEndpoint`. */
type Message = { readonly caller: string; readonly id: number } & (
  | { readonly type: 'call'; readonly method: string; readonly params: unknown }
  | { readonly type: 'cancel' }
  | { readonly type: 'progress'; readonly value: unknown }
  | { readonly type: 'result'; readonly value: unknown }
  | { readonly type: 'error'; readonly error: RpcErrorValue }
);

export type Transport = {
  readonly post: (message: unknown) => void;
  readonly onMessage: (listener: (message: unknown) => void) => void;
};

type Pending = {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: RpcError) => void;
  readonly onProgress: ((value: never) => void) | undefined;
};

/** One end of a typed RPC connection. `Remote` is the API that the other side offers. */
export class RpcEndpoint<Remote extends RpcApi> {
  /** By it the other side tells this endpoint from those before. */
  private readonly word = `${Date.now().toString(36)} ${Math.random().toString(36).slice(2)}`;
  private nextId = 1;
  private closed: RpcErrorValue | undefined;
  private readonly pending = new Map<number, Pending>();
  /** Who calls now; undefined before the first call. */
  private caller: string | undefined;
  private readonly gone = new Set<string>();
  /** By the numbers of the present caller. */
  private readonly running = new Map<number, AbortController>();

  constructor(
    private readonly transport: Transport,
    private readonly local: RpcApi = {},
  ) {
    transport.onMessage((message) => {
      if (isMessage(message)) this.receive(message);
    });
  }

  /**
   * Calls a method of the other side. Rejects with an `RpcError`; an aborted signal asks the other
   * side to stop.
   */
  call<M extends keyof Remote & string>(
    method: M,
    params: Parameters<Remote[M]>[0],
    options: CallOptions<never> = {},
  ): Promise<Awaited<ReturnType<Remote[M]>>> {
    return new Promise<unknown>((resolve, reject) => {
      if (this.closed) {
        reject(new RpcError(this.closed));
        return;
      }
      const id = this.nextId++;
      const own = { caller: this.word, id };
      const cancel = (): void => this.post({ type: 'cancel', ...own });
      const settle = (): void => {
        this.pending.delete(id);
        options.signal?.removeEventListener('abort', cancel);
      };
      this.pending.set(id, {
        resolve: (value) => {
          settle();
          resolve(value);
        },
        reject: (error) => {
          settle();
          reject(error);
        },
        onProgress: options.onProgress,
      });
      this.post({ type: 'call', ...own, method, params });
      if (options.signal?.aborted) cancel();
      else options.signal?.addEventListener('abort', cancel, { once: true });
    }) as Promise<Awaited<ReturnType<Remote[M]>>>;
  }

  /** Ends the connection: pending calls reject with `reason`, running local calls are aborted. */
  close(reason: RpcErrorValue): void {
    if (this.closed) return;
    this.closed = reason;
    for (const call of [...this.pending.values()]) call.reject(new RpcError(reason));
    for (const controller of this.running.values()) controller.abort();
  }

  private post(message: Message): void {
    if (!this.closed) this.transport.post(message);
  }

  private receive(message: Message): void {
    if (this.closed) return;
    const { type, caller, id } = message;
    switch (type) {
      case 'call':
        if (this.gone.has(caller)) return;
        if (this.caller !== caller) this.hear(caller);
        void this.serve(caller, id, message.method, message.params);
        return;
      case 'cancel':
        if (this.caller === caller) this.running.get(id)?.abort();
        return;
      default:
        if (caller === this.word) this.settle(message);
    }
  }

  /** An answer to a call of this endpoint. */
  private settle(message: Message): void {
    const call = this.pending.get(message.id);
    if (message.type === 'progress') call?.onProgress?.(message.value as never);
    else if (message.type === 'result') call?.resolve(message.value);
    else if (message.type === 'error') call?.reject(new RpcError(message.error));
  }

  /** Somebody else is at the other side: who was there neither answers nor hears anything more. */
  private hear(caller: string): void {
    const before = this.caller;
    this.caller = caller;
    if (before === undefined) return;
    this.gone.add(before);
    const running = [...this.running.values()];
    this.running.clear();
    for (const controller of running) controller.abort(new CallerGone());
    const reason = { code: 'cancelled', message: phrase`The view was closed.` };
    for (const call of [...this.pending.values()]) call.reject(new RpcError(reason));
  }

  private async serve(caller: string, id: number, method: string, params: unknown): Promise<void> {
    const controller = new AbortController();
    this.running.set(id, controller);
    const answer = (message: Message): void => {
      if (this.caller === caller) this.post(message);
    };
    try {
      const handler = Object.hasOwn(this.local, method) ? this.local[method] : undefined;
      if (!handler)
        throw new RpcError({
          code: 'unknown-method',
          message: phrase`Unknown method "${method}".`,
        });
      const context: CallContext = {
        signal: controller.signal,
        progress: (value) => answer({ type: 'progress', caller, id, value }),
      };
      const value = await handler(params as never, context);
      answer({ type: 'result', caller, id, value });
    } catch (error) {
      answer({ type: 'error', caller, id, error: RpcError.from(error).toValue() });
    } finally {
      if (this.running.get(id) === controller) this.running.delete(id);
    }
  }
}

function isMessage(value: unknown): value is Message {
  if (typeof value !== 'object' || value === null) return false;
  const { type, caller, id, method, error } = value as Record<string, unknown>;
  if (typeof id !== 'number' || typeof caller !== 'string') return false;
  if (type === 'call') return typeof method === 'string';
  if (type === 'error') {
    return (
      typeof error === 'object' &&
      error !== null &&
      isWords((error as Record<string, unknown>).message)
    );
  }
  return type === 'cancel' || type === 'progress' || type === 'result';
}
