import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  isCallerGone,
  RpcEndpoint,
  RpcError,
  type CallContext,
  type RpcApi,
  type Transport,
} from '../../../src/shared/rpc';

type Api = {
  add(params: { a: number; b: number }, context: CallContext): Promise<number>;
  fail(params: undefined, context: CallContext): Promise<never>;
  wait(params: undefined, context: CallContext): Promise<string>;
  count(params: { to: number }, context: CallContext): Promise<string>;
};

const api: Api = {
  add: async ({ a, b }) => a + b,
  fail: async () => {
    throw new RpcError({ code: 'broken', message: 'It broke.', hint: 'Mend it.', detail: 'stack' });
  },
  wait: (_, { signal }) =>
    new Promise((_resolve, reject) =>
      signal.addEventListener('abort', () =>
        reject(new RpcError({ code: 'cancelled', message: 'Canceled.' })),
      ),
    ),
  count: async ({ to }, { progress }) => {
    for (let i = 1; i <= to; i++) progress(i);
    return 'done';
  },
};

function connect(): { client: RpcEndpoint<Api>; inject: (message: unknown) => void } {
  let toServer: (message: unknown) => void = () => undefined;
  let toClient: (message: unknown) => void = () => undefined;
  const clientTransport: Transport = {
    post: (message) => queueMicrotask(() => toServer(structuredClone(message))),
    onMessage: (listener) => (toClient = listener),
  };
  const serverTransport: Transport = {
    post: (message) => queueMicrotask(() => toClient(structuredClone(message))),
    onMessage: (listener) => (toServer = listener),
  };
  new RpcEndpoint(serverTransport, api);
  return {
    client: new RpcEndpoint<Api>(clientTransport),
    inject: (message) => toClient(message),
  };
}

test('a call returns the result of the other side', async () => {
  const { client } = connect();
  assert.equal(await client.call('add', { a: 2, b: 3 }), 5);
});

test('an error crosses as a value with code, hint and detail', async () => {
  const { client } = connect();
  await assert.rejects(client.call('fail', undefined), (error: unknown) => {
    assert.ok(error instanceof RpcError);
    assert.deepEqual(error.toValue(), {
      code: 'broken',
      message: 'It broke.',
      hint: 'Mend it.',
      detail: 'stack',
    });
    return true;
  });
});

test('progress arrives in order, before the result', async () => {
  const { client } = connect();
  const seen: number[] = [];
  assert.equal(
    await client.call('count', { to: 5 }, { onProgress: (value: never) => seen.push(value) }),
    'done',
  );
  assert.deepEqual(seen, [1, 2, 3, 4, 5]);
});

test('aborting the signal cancels the call on the other side', async () => {
  const { client } = connect();
  const controller = new AbortController();
  const call = client.call('wait', undefined, { signal: controller.signal });
  controller.abort();
  await assert.rejects(call, { code: 'cancelled' });
});

test('a signal that is aborted before the call cancels it too', async () => {
  const { client } = connect();
  await assert.rejects(client.call('wait', undefined, { signal: AbortSignal.abort() }), {
    code: 'cancelled',
  });
});

test('closing rejects pending calls, and later ones at once', async () => {
  const { client } = connect();
  const call = client.call('wait', undefined);
  client.close({ code: 'engine-died', message: 'Gone.' });
  await assert.rejects(call, { code: 'engine-died' });
  await assert.rejects(client.call('add', { a: 1, b: 1 }), { code: 'engine-died' });
});

test('an unknown method is an error, also one that every object inherits', async () => {
  const { client } = connect();
  const loose = client as unknown as { call(method: string, params: unknown): Promise<unknown> };
  await assert.rejects(loose.call('toString', undefined), { code: 'unknown-method' });
});

test('messages that are none of ours are ignored', async () => {
  const { client, inject } = connect();
  for (const junk of [
    undefined,
    null,
    7,
    'text',
    {},
    { type: 'result' },
    { type: 'error', id: 1 },
    { type: 'call', id: 1, method: 'add', params: { a: 1, b: 1 } },
    { type: 'call', caller: 'somebody', id: 1 },
    { type: 'result', caller: 'somebody', id: 1, value: 3 },
    { type: 'error', caller: 'somebody', id: 1, error: {} },
  ])
    inject(junk);
  assert.equal(await client.call('add', { a: 1, b: 1 }), 2);
});

/** The extension's end, which stays, and pages of it that come and go. */
class Pages {
  readonly host: RpcEndpoint<RpcApi>;
  private page: ((message: unknown) => void) | undefined;
  private toHost: (message: unknown) => void = () => undefined;

  constructor(local: RpcApi) {
    this.host = new RpcEndpoint<RpcApi>(
      {
        // What is sent while there is no page is lost.
        post: (message) => this.page?.(structuredClone(message)),
        onMessage: (listener) => (this.toHost = listener),
      },
      local,
    );
  }

  /** A page in the place of the one before. */
  open(local: RpcApi = {}): RpcEndpoint<RpcApi> {
    return new RpcEndpoint<RpcApi>(
      {
        post: (message) => this.toHost(structuredClone(message)),
        onMessage: (listener) => (this.page = listener),
      },
      local,
    );
  }

  hide(): void {
    this.page = undefined;
  }
}

/** A handler whose calls the test ends, in any order. */
function heldBack() {
  const calls: {
    readonly context: CallContext;
    readonly end: (value: unknown) => void;
    readonly fail: (error: unknown) => void;
  }[] = [];
  const handler = (_params: unknown, context: CallContext): Promise<unknown> =>
    new Promise((end, fail) => calls.push({ context, end, fail }));
  return { calls, handler };
}

test('a page that is loaded anew hears nothing of what the page before it asked for', async () => {
  const { calls, handler } = heldBack();
  const pages = new Pages({ init: async () => 'ready', work: handler });
  const before = pages.open();
  await before.call('init', undefined as never);
  before.call('work', undefined as never).catch(() => undefined);
  pages.hide();

  const now = pages.open();
  await now.call('init', undefined as never);
  const seen: unknown[] = [];
  const answer = now.call('work', undefined as never, { onProgress: (value) => seen.push(value) });
  const [old, present] = calls;
  old?.context.progress('old');
  old?.fail(new RpcError({ code: 'cancelled', message: 'Canceled.' }));
  await new Promise(setImmediate);
  present?.context.progress('present');
  present?.end('done');
  assert.equal(await answer, 'done');
  assert.deepEqual(seen, ['present']);
});

test('what a page asked for that is gone is aborted when another comes, and says why', async () => {
  const { calls, handler } = heldBack();
  const pages = new Pages({ init: async () => 'ready', work: handler });
  const before = pages.open();
  before.call('work', undefined as never).catch(() => undefined);
  const [call] = calls;
  pages.hide();
  assert.equal(call?.context.signal.aborted, false, 'it may come back to what was made meanwhile');
  await pages.open().call('init', undefined as never);
  assert.ok(call.context.signal.aborted);
  assert.ok(isCallerGone(call.context.signal));
  // A straggler of it counts no more.
  before.call('work', undefined as never).catch(() => undefined);
  assert.equal(calls.length, 1);
});

test('Cancel of a page reaches its own call, also after one with the same number has ended', async () => {
  const { calls, handler } = heldBack();
  const pages = new Pages({ work: handler });
  pages
    .open()
    .call('work', undefined as never)
    .catch(() => undefined);
  pages.hide();
  const controller = new AbortController();
  const answer = pages.open().call('work', undefined as never, { signal: controller.signal });
  const [old, present] = calls;
  old?.end(undefined);
  await new Promise(setImmediate);
  controller.abort();
  assert.ok(present?.context.signal.aborted);
  assert.equal(isCallerGone(present.context.signal), false, 'somebody asked for it');
  present.fail(new RpcError({ code: 'cancelled', message: 'Canceled.' }));
  await assert.rejects(answer, { code: 'cancelled' });
});

test('what a page was asked for that went without an answer is not waited for', async () => {
  const pages = new Pages({ init: async () => 'ready' });
  await pages
    .open({ restart: () => new Promise(() => undefined) })
    .call('init', undefined as never);
  const asked = pages.host.call('restart', undefined as never);
  pages.hide();
  await pages.open().call('init', undefined as never);
  await assert.rejects(asked, { code: 'cancelled' });
});
