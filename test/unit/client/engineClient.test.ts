import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, afterEach, beforeEach, test } from 'node:test';
import { EngineClient } from '../../../src/client/engineClient';
import type { InstallRequest, ModelProgress } from '../../../src/shared/modelProtocol';

/**
 * Speaks the engine's protocol: answers every call with its method, parameters and the arguments of
 * the process, after one report.
 */
const ECHO = `
process.on('disconnect', () => process.exit(0));
process.on('message', ({ type, caller, id, method, params }) => {
  const fail = (error) => process.send({ type: 'error', caller, id, error });
  if (type === 'cancel') return fail({ code: 'cancelled', message: 'Canceled.' });
  if (type !== 'call') return;
  const value = { phase: 'download', file: method, bytes: 1, totalBytes: 2 };
  process.send({ type: 'progress', caller, id, value });
  if (params && params.folder === '/waits') return;
  if (params && params.folder === '/fails')
    return fail({ code: 'checkpoint-incomplete', message: 'a\\nb', hint: 'Add them.' });
  process.send({ type: 'result', caller, id, value: { method, params, args: process.argv.slice(2) } });
});
`;

type Echo = { readonly method: string; readonly params: unknown; readonly args: readonly string[] };

const folder = mkdtempSync(path.join(os.tmpdir(), 'pu-client-'));
const entry = path.join(folder, 'engine.cjs');
writeFileSync(entry, ECHO);
after(() => rmSync(folder, { recursive: true, force: true }));

let client: EngineClient;
beforeEach(() => {
  client = new EngineClient({
    entry,
    modelFolders: ['/embedded', '/more'],
    store: '/store',
    idleSeconds: 60,
    log: () => undefined,
  });
});
afterEach(() => client.dispose());

const echoed = async (call: Promise<unknown>): Promise<Echo> => (await call) as Echo;
const REQUEST: InstallRequest = {
  id: 'pisa-sr',
  precision: 'fp32',
  mirrors: ['https://mirror.example/{path}'],
};

test('the engine learns of the store first, then of the folders with models', async () => {
  assert.deepEqual((await echoed(client.modelStates())).args, [
    '--store',
    '/store',
    '/embedded',
    '/more',
  ]);
});

test('each method of the model protocol is called by its name with its parameters', async () => {
  const install = { ...REQUEST, licencesAccepted: true, weights: '/pisa_sr.pkl' };
  const calls: readonly [string, unknown, () => Promise<unknown>][] = [
    ['modelStates', undefined, () => client.modelStates()],
    ['planInstall', REQUEST, () => client.planInstall(REQUEST)],
    ['installModel', install, () => client.installModel(install)],
    [
      'importModel',
      { id: 'pisa-sr', folder: '/f' },
      () => client.importModel({ id: 'pisa-sr', folder: '/f' }),
    ],
    ['verifyModels', { id: 'pisa-sr' }, () => client.verifyModels({ id: 'pisa-sr' })],
    ['removeModel', { id: 'pisa-sr' }, () => client.removeModel({ id: 'pisa-sr' })],
  ];
  for (const [name, params, call] of calls) {
    const { method, params: received } = await echoed(call());
    assert.deepEqual([method, received], [name, params]);
  }
});

test('progress of long calls arrives typed', async () => {
  const reports: ModelProgress[] = [];
  const onProgress = (progress: ModelProgress): void => void reports.push(progress);
  await client.installModel({ ...REQUEST, licencesAccepted: true }, { onProgress });
  await client.importModel({ id: 'pisa-sr', folder: '/f' }, { onProgress });
  await client.verifyModels({}, { onProgress });
  assert.deepEqual(
    reports.map(({ file, bytes, totalBytes }) => [file, bytes, totalBytes]),
    [
      ['installModel', 1, 2],
      ['importModel', 1, 2],
      ['verifyModels', 1, 2],
    ],
  );
});

test('a failure keeps its code, every line of its message and its advice', async () => {
  await assert.rejects(client.importModel({ id: 'pisa-sr', folder: '/fails' }), {
    code: 'checkpoint-incomplete',
    message: 'a\nb',
    hint: 'Add them.',
  });
});

test('a cancel reaches the engine, which lives on when it obeys', async () => {
  const controller = new AbortController();
  const call = client.importModel(
    { id: 'pisa-sr', folder: '/waits' },
    { signal: controller.signal, onProgress: () => controller.abort() },
  );
  await assert.rejects(call, { code: 'cancelled' });
  const pid = client.processId;
  assert.ok(pid);
  await client.modelStates();
  assert.equal(client.processId, pid);
});

test('a call with a signal that has aborted starts no engine', async () => {
  await assert.rejects(client.planInstall(REQUEST, { signal: AbortSignal.abort() }), {
    code: 'cancelled',
  });
  assert.equal(client.processId, undefined);
});

test('disposing ends what runs', async () => {
  const call = client.importModel({ id: 'pisa-sr', folder: '/waits' });
  const rejected = assert.rejects(call, { code: 'cancelled' });
  await client.dispose();
  await rejected;
  assert.equal(client.processId, undefined);
});
