import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import { EngineClient } from '../../src/client/engineClient';
import { REMOTE_DEFAULTS } from '../../src/shared/remoteSettings';
import { warmCli, type WarmRun } from '../harness/warmCli';
import type { InferenceServer } from '../harness/inferenceServer';
import { freePorts } from '../harness/serverProcess';
import { MODEL, served, serverOf } from './remoteSupport';
import {
  CLI,
  EMBEDDED_MODELS,
  ENGINE,
  NO_STORE,
  temporaryFolder,
  TEST_MODELS,
  writePng,
} from './support';
import { succeeds } from './succeeds';

const folder = temporaryFolder();
const TOKEN = 'token-that-nobody-may-see';
let server: InferenceServer;

const quick = warmCli(CLI);
const cli = (
  cwd: string,
  args: readonly string[],
  { env = {} }: { env?: NodeJS.ProcessEnv } = {},
): Promise<WarmRun> => {
  const state = { PISA_UPSCALE_STATE: path.join(cwd, '..', 'state') };
  return quick(
    cwd,
    { ...state, ...env },
    '--models-dir',
    TEST_MODELS,
    '--store',
    NO_STORE,
    ...args,
  );
};

before(async () => {
  server = await serverOf({ [MODEL]: await served() });
});

test('--remote computes there, says so, and tells nobody the token', async () => {
  const input = await writePng(path.join(folder, 'one.png'), 60, 50);
  const remote = ['--remote', server.url, '--verbose', '-m', MODEL];
  const env = { PISA_UPSCALE_REMOTE_TOKEN: TOKEN };
  const { host } = new URL(server.url);
  const { status, stdout, stderr } = await cli(folder, [...remote, '--json', input], { env });
  assert.equal(status, 0, stderr);
  const { device, server: where } = JSON.parse(stdout) as { device: string; server: string };
  assert.deepEqual([device, where], ['remote', `test 1.0 @ ${host}`]);
  assert.ok(server.asked.every(({ headers }) => headers.authorization === `Bearer ${TOKEN}`));

  const words = await cli(folder, [...remote, '--overwrite', input], { env });
  assert.match(words.stdout, new RegExp(`on remote \\(test 1\\.0 @ ${host}\\)`));
  assert.doesNotMatch(stdout + stderr + words.stdout + words.stderr, new RegExp(TOKEN));
});

test('a token in a file is read anew for each request', async () => {
  const file = path.join(folder, 'token');
  writeFileSync(file, 'first\n');
  const input = await writePng(path.join(folder, 'two.png'), 60, 50);
  server.reset();
  server.fault = (n) => {
    if (n === 1) writeFileSync(file, 'second\n');
    return undefined;
  };
  const args = ['--remote', server.url, '-m', MODEL, input];
  const { status, stderr } = await cli(folder, args, {
    env: { PISA_UPSCALE_REMOTE_TOKEN_FILE: file },
  });
  server.fault = () => undefined;
  assert.equal(status, 0, stderr);
  const tokens = new Set(server.asked.map(({ headers }) => headers.authorization));
  assert.deepEqual([...tokens], ['Bearer first', 'Bearer second']);
});

test('what contradicts itself or leads nowhere is refused, with what to do', async () => {
  const input = await writePng(path.join(folder, 'three.png'), 20, 20);
  for (const [args, words] of [
    [['--remote', server.url, '--device', 'cpu'], /names a server, and --device cpu another/],
    [['--device', 'remote'], /no inference server is named\. --remote decides\./],
    [['--remote', 'http://10.1.2.3:8000'], /is not encrypted, and pictures would be sent/],
    [['--remote', server.url, '--remote-header', 'x y:z'], /The header "x y" can't be sent/],
    [['--remote', server.url, '-m', 'one-layer-4x'], /has no such model/],
  ] as const) {
    const { status, stderr } = await cli(folder, [...args, input]);
    assert.equal(status, 1, stderr);
    assert.match(stderr, words);
  }
});

test('doctor tells the server, and which models are trusted to it and why', async () => {
  const { stdout } = await cli(folder, ['--remote', server.url, 'doctor', '--json']);
  const { devices } = JSON.parse(stdout) as {
    devices: {
      auto: string;
      devices: { device: string; usable: boolean; reason: string }[];
      models: { model: string; device: string; trusted: boolean; reason: string }[];
    };
  };
  const { host } = new URL(server.url);
  assert.notEqual(devices.auto, 'remote');
  assert.deepEqual(
    devices.devices
      .filter(({ device }) => device === 'remote')
      .map(({ usable, reason }) => [usable, reason]),
    [[true, `test 1.0 @ ${host} answers`]],
  );
  const trusts = new Map(
    devices.models.flatMap((one) => (one.device === 'remote' ? [[one.model, one]] : [])),
  );
  assert.match(
    trusts.get(MODEL)?.reason ?? '',
    /within 0 of the CPU .*; \d+×\d+ in \d+ ms: \d+ on the way, \d+ computed/,
  );
  assert.match(trusts.get('one-layer-4x')?.reason ?? '', /has no such model/);
});

test(
  'no child of the engine sees the token in its environment',
  { skip: process.platform !== 'linux' && 'reads /proc' },
  async () => {
    process.env.PISA_UPSCALE_REMOTE_TOKEN = TOKEN;
    const client = new EngineClient({
      entry: ENGINE,
      modelFolders: [EMBEDDED_MODELS],
      store: NO_STORE,
      idleSeconds: 60,
      log: () => undefined,
      remote: () =>
        Promise.resolve({ ...REMOTE_DEFAULTS, url: server.url, secrets: { token: TOKEN } }),
    });
    try {
      await client.models();
      const proc = `/proc/${client.processId}`;
      for (const file of ['environ', 'cmdline'])
        assert.ok(!readFileSync(path.join(proc, file), 'utf8').includes(TOKEN), file);
    } finally {
      delete process.env.PISA_UPSCALE_REMOTE_TOKEN;
      await client.dispose();
    }
  },
);

test('exit code 75: what only a later run can do is to be put into the queue again', async () => {
  const [port = 0] = await freePorts(1);
  const gone = `http://127.0.0.1:${port}`;
  const root = path.join(folder, 'later');
  mkdirSync(root);
  const input = await writePng(path.join(root, 'a.png'), 20, 20);
  writeFileSync(path.join(root, 'b.png'), 'no picture');
  writeFileSync(
    path.join(root, '.pisa-upscale.json'),
    JSON.stringify({
      rules: [{ files: 'a.png', model: MODEL, scale: 4, output: 'large/{name}.{ext}' }],
    }),
  );
  const status = async (...args: readonly string[]): Promise<number | null> =>
    (await cli(root, ['-m', MODEL, ...args])).status;
  const recipe = async (url: string): Promise<number | null> =>
    (await cli(root, ['--remote', url])).status;
  assert.equal(await status('--remote', gone, input), 75);
  assert.equal(await recipe(gone), 75);
  // What fails again whenever it is tried decides.
  assert.equal(await status('--remote', gone, input, path.join(root, 'b.png')), 1);
  assert.equal(await status('--remote', server.url, '--remote-model', 'missing', input), 1);
  assert.equal(await recipe(server.url), 0);
});

test('a lock of pictures that a server made is up to date for who has no server', async () => {
  const root = path.join(folder, 'team');
  mkdirSync(root);
  await writePng(path.join(root, 'a.png'), 30, 20);
  writeFileSync(
    path.join(root, '.pisa-upscale.json'),
    JSON.stringify({
      rules: [{ files: 'a.png', model: MODEL, scale: 4, output: 'large/{name}.{ext}' }],
    }),
  );
  const check = async (...args: readonly string[]): Promise<number | null> =>
    (await cli(root, ['--check', ...args])).status;
  succeeds(await cli(root, ['--remote', server.url]));
  const lock = readFileSync(path.join(root, '.pisa-upscale.lock.json'), 'utf8');
  assert.doesNotMatch(lock, /127\.0|remote|server|unverified/);
  server.reset();
  const [port = 0] = await freePorts(1);
  assert.equal(await check(), 0);
  assert.equal(await check('--device', 'cpu'), 0);
  assert.equal(await check('--remote', `http://127.0.0.1:${port}`), 0);
  assert.equal(await check('--remote', server.url), 0);
  assert.equal(server.asked.length, 0);
  // Made here, it is the same; so the lock is, too.
  rmSync(path.join(root, 'large'), { recursive: true });
  assert.equal(await check(), 1);
  succeeds(await cli(root, ['--device', 'cpu']));
  assert.equal(readFileSync(path.join(root, '.pisa-upscale.lock.json'), 'utf8'), lock);
});
