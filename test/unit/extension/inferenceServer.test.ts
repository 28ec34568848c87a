import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readServerSettings } from '../../../src/extension/remote/remoteSettingsReader';
import { ServerConsent } from '../../../src/extension/remote/serverConsent';
import { ServerSecrets } from '../../../src/extension/remote/serverSecrets';
import { REMOTE_DEFAULTS } from '../../../src/shared/remoteSettings';

const { secrets, ...defaults } = REMOTE_DEFAULTS;
assert.deepEqual(secrets, {});

const from = (values: Record<string, unknown>) => (key: string) => values[key];

test('the server of the settings: what is set, the rest by default; none without an address', () => {
  assert.equal(readServerSettings(from({})), undefined);
  assert.equal(readServerSettings(from({ 'remote.url': '  ' })), undefined);
  assert.deepEqual(readServerSettings(from({ 'remote.url': ' https://host ' })), {
    url: 'https://host',
    ...defaults,
  });
  assert.deepEqual(
    readServerSettings(
      from({
        'remote.url': 'https://host',
        'remote.model': ' m ',
        'remote.version': '3',
        'remote.headers': { Host: 'a.b', wrong: 5 },
        'remote.precision': 'fp16',
        'remote.inFlight': 99,
        'remote.fallback': 'cpu',
        'remote.allowHttp': true,
      }),
    ),
    {
      url: 'https://host',
      model: 'm',
      version: '3',
      headers: { Host: 'a.b' },
      precision: 'fp16',
      inFlight: 8,
      fallback: 'cpu',
      allowHttp: true,
    },
  );
  for (const wrong of [5, null, [], 'x'])
    assert.deepEqual(
      readServerSettings(
        from({
          'remote.url': 'https://host',
          ...Object.fromEntries(
            ['headers', 'precision', 'inFlight', 'fallback', 'allowHttp'].map((key) => [
              `remote.${key}`,
              wrong,
            ]),
          ),
          'remote.inFlight': Number.NaN,
        }),
      ),
      { url: 'https://host', ...defaults },
    );
});

/** VS Code's secret storage in memory. */
function storage() {
  const kept = new Map<string, string>();
  const listeners: ((event: { readonly key: string }) => void)[] = [];
  const changed = (key: string): void => listeners.forEach((listener) => listener({ key }));
  return {
    kept,
    changed,
    get: async (key: string) => kept.get(key),
    store: async (key: string, value: string) => {
      kept.set(key, value);
      changed(key);
    },
    delete: async (key: string) => {
      kept.delete(key);
      changed(key);
    },
    onDidChange: (listener: (event: { readonly key: string }) => void) => {
      listeners.push(listener);
      return { dispose: () => undefined };
    },
  };
}

test('each server has secrets of its own, and the engine learns of a change', async () => {
  const kept = storage();
  let changes = 0;
  const own = new ServerSecrets(kept, () => changes++);
  assert.deepEqual(await own.of('https://host/path'), {});
  await own.add('https://host/path', { token: 't' });
  await own.add('https://host', { headers: { a: '1' } });
  await own.add('https://host', { headers: { b: '2' }, authority: 'pem' });
  assert.deepEqual(await own.of('https://host/elsewhere'), {
    token: 't',
    authority: 'pem',
    headers: { a: '1', b: '2' },
  });
  for (const other of ['http://host', 'https://host:8443', 'https://host.example.com', 'none'])
    assert.deepEqual(await own.of(other), {}, other);
  assert.equal(await own.add('none', { token: 't' }), false);
  assert.equal(changes, 3);
  kept.changed('another extension’s');
  assert.equal(changes, 3);
  await own.forget('https://host');
  assert.deepEqual(await own.of('https://host'), {});
  assert.equal(changes, 4);
});

test('what another version kept is no surprise', async () => {
  const kept = storage();
  const own = new ServerSecrets(kept, () => undefined);
  for (const text of ['', 'null', '5', '[]', '{"token":5,"headers":"x"}', 'no json']) {
    kept.kept.set('pisaUpscale.remote https://host', text);
    assert.deepEqual(await own.of('https://host'), {}, text);
  }
});

test('whether pictures may leave is asked once for each server, and never for this machine', async () => {
  const kept = new Map<string, unknown>();
  const state = {
    get: (key: string) => kept.get(key),
    update: async (key: string, value: unknown) => void kept.set(key, value),
  } as unknown as ConstructorParameters<typeof ServerConsent>[0];
  const asked: string[] = [];
  let answer = false;
  const ask = async (host: string): Promise<boolean> => {
    asked.push(host);
    await Promise.resolve();
    return answer;
  };
  let now = 0;
  const consent = new ServerConsent(state, ask, () => now);
  for (const url of [undefined, 'no address', 'http://localhost:8000', 'grpc://127.0.0.1:8001'])
    assert.equal(await consent.isGiven(url), true);
  assert.deepEqual(asked, []);

  const url = 'https://inference.example.com/team';
  // A batch asks for several pictures at once.
  assert.deepEqual(await Promise.all([consent.isGiven(url), consent.isGiven(url)]), [false, false]);
  assert.deepEqual(asked, ['inference.example.com']);
  answer = true;
  for (now = 0; now < 60_000; now += 9000) assert.equal(await consent.isGiven(url), false);
  assert.equal(asked.length, 1);
  now += 20_000;
  assert.equal(await consent.isGiven(url), true);
  assert.equal(await consent.isGiven('https://inference.example.com/other'), true);
  // Another window, later.
  assert.equal(await new ServerConsent(state, ask).isGiven(url), true);
  assert.equal(asked.length, 2);
  assert.equal(await consent.isGiven('grpcs://inference.example.com:8001'), true);
  assert.equal(await consent.isGiven('grpcs://elsewhere.example.com:8001'), true);
  assert.equal(asked.length, 4);

  kept.set('pisaUpscale.serversAgreedTo', 'damaged');
  answer = false;
  assert.equal(await consent.isGiven(url), false);
});
