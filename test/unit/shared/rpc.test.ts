import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RpcEndpoint, RpcError, type CallContext, type Transport } from '../../../src/shared/rpc';

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
    { type: 'call', id: 1 },
  ])
    inject(junk);
  assert.equal(await client.call('add', { a: 1, b: 1 }), 2);
});
