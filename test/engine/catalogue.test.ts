import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import {
  CATALOGUE,
  NATURAL_PAIRS,
  type ListedModel,
} from '../../src/engine/models/community/catalogue';
import {
  installListed,
  isListed,
  listedModels,
} from '../../src/engine/models/community/installListed';
import type { AddedModel, ModelProgress } from '../../src/shared/modelProtocol';
import { RpcError } from '../../src/shared/rpc';
import { startFileServer, type FileServer } from '../harness/fileServer';
import { referenceTensors } from '../harness/networks';
import { writeTorchZip } from '../harness/torchFiles';
import { CLI, temporaryFolder, writePng } from './support';
import { succeeds } from './succeeds';
import { spoken } from '../../src/shared/phrase';

const folder = temporaryFolder();
const served = path.join(folder, 'served');
let server: FileServer;

before(async () => {
  mkdirSync(served);
  for (const [name, network] of [
    ['fine.pth', 'compact-4x'],
    ['plain.pth', 'span-norm-4x'],
  ] as const)
    writeTorchZip(path.join(served, name), await referenceTensors(network));
  server = await startFileServer(served);
});
after(() => server.close());

const fetched = (): readonly (string | undefined)[] =>
  server.requests.filter(({ method }) => method === 'GET').map(({ range }) => range);

const listed = (id: string, file: string): ListedModel => {
  const content = readFileSync(path.join(served, file));
  return {
    id,
    name: `The ${id} one`,
    author: 'Somebody',
    licence: 'CC-BY-4.0',
    network: 'Compact',
    speed: 'fast',
    scale: 4,
    bytes: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
    url: `${server.url}/${file}`,
    purpose: 'Tests',
  };
};

function install(
  store: string,
  id: string,
  part: {
    licenceAccepted?: boolean;
    catalogue?: readonly ListedModel[];
    signal?: AbortSignal;
  } = {},
): Promise<readonly AddedModel[]> & { notes: ModelProgress[] } {
  const notes: ModelProgress[] = [];
  const {
    licenceAccepted = true,
    catalogue = [listed('fine', 'fine.pth'), listed('plain', 'plain.pth')],
    signal = new AbortController().signal,
  } = part;
  const outcome = installListed(
    { id, licenceAccepted, allowHttp: true },
    { store, signal, progress: (progress) => notes.push(spoken(progress)), catalogue },
  );
  return Object.assign(outcome, { notes });
}

const withCode = (code: string) => (error: unknown) =>
  error instanceof RpcError && error.code === code;

describe('a model of the list', () => {
  it('is fetched, goes on after a break, and runs', async () => {
    const store = path.join(folder, 'store');
    const { bytes } = listed('fine', 'fine.pth');
    server.behave('fine.pth', { method: 'GET', stallAfter: Math.floor(bytes / 2), times: 1 });
    const stopped = new AbortController();
    const outcome = install(store, 'fine', { signal: stopped.signal });
    while (!outcome.notes.some((one) => one.bytes > 0))
      await new Promise((done) => setTimeout(done, 20));
    stopped.abort();
    await assert.rejects(outcome, withCode('cancelled'));
    assert.ok(existsSync(path.join(store, '.fine.download/fine.pth.part')));
    assert.ok(!existsSync(path.join(store, 'fine')));

    server.requests.length = 0;
    const [added] = await install(store, 'fine');
    assert.match(fetched()[0] ?? '', /^bytes=[1-9]\d*-/);
    assert.equal(added?.id, 'fine');
    assert.deepEqual([added.author, added.licence.name], ['Somebody', 'CC-BY-4.0']);
    assert.deepEqual(readdirSync(store), ['fine']);
    assert.deepEqual(readdirSync(path.join(store, 'fine')).sort(), ['fine.pth', 'manifest.json']);

    const picture = await writePng(path.join(folder, 'picture.png'), 30, 20);
    const cli = (...args: string[]): ReturnType<typeof spawnSync> =>
      spawnSync(process.execPath, [CLI, '--store', store, ...args], { encoding: 'utf8' });
    succeeds(cli(picture, '-m', 'fine', '-o', path.join(folder, 'out.png')));
    succeeds(cli('models', 'verify', 'fine'));
    const removed = cli('models', 'remove', 'fine');
    assert.match(String(removed.stdout), /are free again/);
    assert.deepEqual(
      readdirSync(store).filter((name) => !name.startsWith('.')),
      [],
    );
  });

  it('is one of two when a pair is installed', async () => {
    const added = await install(path.join(folder, 'pair'), 'plain+fine');
    assert.deepEqual(
      added.map(({ id }) => id),
      ['plain', 'fine'],
    );
    server.requests.length = 0;
    const again = await install(path.join(folder, 'pair'), 'plain+fine');
    assert.deepEqual([again, server.requests], [added, []], 'what is there is not fetched again');
  });

  it('is refused without its licence, unknown, over plain http, and with other bytes', async () => {
    const store = path.join(folder, 'refused');
    server.requests.length = 0;
    await assert.rejects(
      install(store, 'fine', { licenceAccepted: false }),
      withCode('licence-not-accepted'),
    );
    await assert.rejects(install(store, 'nobody'), withCode('model-missing'));
    const open = installListed(
      { id: 'fine', licenceAccepted: true },
      {
        store,
        signal: new AbortController().signal,
        progress: () => undefined,
        catalogue: [listed('fine', 'fine.pth')],
      },
    );
    await assert.rejects(open, withCode('mirror-unencrypted'));
    assert.deepEqual(server.requests, [], 'nothing was asked for');
    const other = { ...listed('fine', 'fine.pth'), sha256: '0'.repeat(64) };
    await assert.rejects(
      install(store, 'fine', { catalogue: [other] }),
      withCode('download-corrupt'),
    );
    assert.ok(!existsSync(path.join(store, 'fine')));
  });
});

describe('the list', () => {
  it('has ids and hashes once, encrypted addresses, and says loudly what is non-commercial', () => {
    const unique = (values: readonly string[]): number => new Set(values).size;
    assert.equal(unique(CATALOGUE.map(({ id }) => id)), CATALOGUE.length);
    assert.equal(unique(CATALOGUE.map(({ sha256 }) => sha256)), CATALOGUE.length);
    for (const { id, sha256, url, bytes } of CATALOGUE) {
      assert.match(id, /^[a-z0-9][a-z0-9-]*$/);
      assert.match(sha256, /^[0-9a-f]{64}$/);
      assert.equal(new URL(url).protocol, 'https:');
      assert.ok(bytes > 1e6);
    }
    const restricted = listedModels(() => false).filter(
      ({ licence }) => licence.terms === 'non-commercial',
    );
    assert.deepEqual(
      restricted.map(({ id }) => id),
      ['ultrasharp-v2', 'remacri', 'animesharp-v4'],
    );
    const pairs = listedModels((id) => id === 'mssim-span').filter(({ id }) => id.includes('+'));
    assert.deepEqual(
      pairs.map(({ id, bytes, installed }) => [id, bytes, installed]),
      NATURAL_PAIRS.map(([p, s]) => [
        `${p}+${s}`,
        CATALOGUE.filter(({ id }) => [p, s].includes(id) && id !== 'mssim-span').reduce(
          (sum, { bytes }) => sum + bytes,
          0,
        ),
        false,
      ]),
    );
    for (const { id, scale } of pairs) {
      assert.ok(isListed(id));
      for (const part of id.split('+'))
        assert.equal(CATALOGUE.find((one) => one.id === part)?.scale, scale);
    }
    assert.ok(isListed('realesr-general-wdn-x4v3+realesr-general-x4v3'));
    assert.ok(!isListed('realesr-general-x4v3+nobody'));
  });
});
