import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startFileServer, startProxy, type FileServer } from '../harness/fileServer';
import { referenceTensors } from '../harness/networks';
import { writeTorchLegacy } from '../harness/torchFiles';
import { warmCli } from '../harness/warmCli';
import { CLI, pixelsOf, temporaryFolder, writePng } from './support';
import { succeeds } from './succeeds';

const folder = temporaryFolder();
const served = path.join(folder, 'served');
let server: FileServer;

before(async () => {
  mkdirSync(path.join(served, 'deep'), { recursive: true });
  writeTorchLegacy(path.join(served, 'Fine One.pth'), await referenceTensors('compact-4x'));
  writeFileSync(path.join(served, 'notes.pth'), 'These are notes.');
  server = await startFileServer(served);
});
after(() => server.close());

type Outcome = { readonly status: number | null; readonly stdout: string; readonly stderr: string };

const warm = warmCli(CLI);
const cli = (store: string, args: readonly string[]): Promise<Outcome> =>
  warm(folder, {}, '--store', path.join(folder, store), ...args);

/** In a process of its own, which is told to end once `until` holds. */
function interrupted(
  store: string,
  args: readonly string[],
  until: () => boolean,
): Promise<Outcome> {
  const child = spawn(process.execPath, [CLI, '--store', path.join(folder, store), ...args]);
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const look = setInterval(() => {
    if (!until()) return;
    clearInterval(look);
    child.kill('SIGINT');
  }, 20);
  return new Promise((resolve) =>
    child.on('close', (status) => {
      clearInterval(look);
      resolve({ status, stdout, stderr });
    }),
  );
}

const address = (name: string): string => `${server.url}/${name}`;
const adding = (name: string): readonly string[] => [
  ...['models', 'add', address(name)],
  ...['--yes', '--allow-http', '--json'],
];
const add = (store: string, name: string): Promise<Outcome> => cli(store, adding(name));
const inStore = (store: string): readonly string[] => {
  const place = path.join(folder, store);
  return existsSync(place) ? readdirSync(place).filter((name) => name !== '.found-files.json') : [];
};

describe('a model at an address', () => {
  it('is fetched, goes on after a break, told by its SHA-256, runs, and goes when it is removed', async () => {
    const source = path.join(served, 'Fine One.pth');
    const half = Math.floor(statSync(source).size / 2);
    const name = 'Fine%20One.pth?download=true&key=a%2Fb';
    server.behave('Fine One.pth', { method: 'GET', stallAfter: half, times: 1 });
    const part = (): boolean =>
      inStore('store')
        .filter((one) => one.startsWith('.fetched-') && !one.endsWith('.lock'))
        .some((one) =>
          readdirSync(path.join(folder, 'store', one)).some(
            (file) =>
              file.endsWith('.part') && statSync(path.join(folder, 'store', one, file)).size > 0,
          ),
        );
    const broken = await interrupted('store', adding(name), part);
    assert.equal(broken.status, 130, broken.stderr);
    assert.match(broken.stderr, /the next run goes on from it/);
    server.requests.length = 0;
    const { status, stdout, stderr } = await add('store', name);
    assert.equal(status, 0, stderr);
    const ranges = server.requests.filter(({ method }) => method === 'GET');
    assert.match(ranges[0]?.range ?? '', /^bytes=[1-9]\d*-/);
    const added = JSON.parse(stdout) as { id: string; sha256: string; file: string };
    assert.equal(added.id, 'fine-one');
    assert.equal(added.sha256, createHash('sha256').update(readFileSync(source)).digest('hex'));
    assert.equal(path.dirname(added.file), path.join(folder, 'store/fine-one'));
    assert.deepEqual(inStore('store'), ['fine-one'], 'nothing else is left');

    const picture = await writePng(path.join(folder, 'picture.png'), 20, 16);
    const out = path.join(folder, 'out.png');
    const run = await cli('store', [picture, '-m', 'fine-one', '-o', out]);
    assert.equal(run.status, 0, run.stderr);
    assert.equal((await pixelsOf(out)).width, 80);
    succeeds(await cli('store', ['models', 'verify', 'fine-one']));
    succeeds(await cli('store', ['models', 'remove', 'fine-one']));
    assert.deepEqual(inStore('store'), []);
  });

  it('of a page about a file on GitHub or Hugging Face is that of the file', async () => {
    const { host } = new URL(server.url);
    const hosts = ['github.com', 'www.github.com', 'huggingface.co', 'hf.co', 'example.org'];
    const proxy = await startProxy({ names: new Map(hosts.map((name) => [name, host])) });
    const asked = async (url: string): Promise<string | undefined> => {
      server.requests.length = 0;
      await cli('pages', ['models', 'add', url, '--yes', '--allow-http', '--proxy', proxy.url]);
      return server.requests[0]?.path;
    };
    try {
      const pages: readonly (readonly [page: string, file: string])[] = [
        ['github.com/o/r/blob/main/m/a%20b.pth', 'o/r/raw/main/m/a b.pth'],
        ['www.github.com/o/r/blob/v1/a.pth?raw=true', 'o/r/raw/v1/a.pth'],
        ['github.com/o/r/releases/download/v1/a.pth', 'o/r/releases/download/v1/a.pth'],
        ['github.com/o/blob/raw/main/a.pth', 'o/blob/raw/main/a.pth'],
        ['huggingface.co/o/r/blob/main/a.onnx', 'o/r/resolve/main/a.onnx'],
        ['huggingface.co/datasets/o/r/blob/main/a.pth', 'datasets/o/r/resolve/main/a.pth'],
        ['hf.co/o/r/resolve/main/a.pth?download=true', 'o/r/resolve/main/a.pth'],
        ['example.org/o/r/blob/main/a.pth', 'o/r/blob/main/a.pth'],
      ];
      for (const [page, file] of pages) assert.equal(await asked(`http://${page}`), file, page);

      const place = path.join(served, 'o/r/resolve/main');
      mkdirSync(place, { recursive: true });
      writeTorchLegacy(path.join(place, 'Fine.pth'), await referenceTensors('compact-4x'));
      const page = 'http://huggingface.co/o/r/blob/main/Fine.pth';
      const options = ['--yes', '--allow-http', '--json', '--proxy', proxy.url];
      const { status, stdout, stderr } = await cli('pages', ['models', 'add', page, ...options]);
      assert.equal(status, 0, stderr);
      assert.equal((JSON.parse(stdout) as { id: string }).id, 'fine');
    } finally {
      await proxy.close();
    }
  });

  it('that is none is refused and leaves nothing', async () => {
    server.behave('page.pth', { html: true });
    server.behave('huge.pth', { claimBytes: 3 * 2 ** 30 });
    writeFileSync(path.join(served, 'page.pth'), '<html></html>');
    writeFileSync(path.join(served, 'huge.pth'), 'x');
    for (const [name, reason] of [
      ['notes.pth', /notes\.pth/],
      ['page.pth', /sent a web page/],
      ['huge.pth', /where 2147483648 are allowed/],
      ['missing.pth', /could not be downloaded/],
      ['', /asked for a folder/],
    ] as const) {
      const { status, stdout, stderr } = await add('refused', name);
      assert.equal(status, 1, name);
      assert.match(stdout + stderr, reason);
      assert.deepEqual(inStore('refused'), [], name);
    }
  });

  it('is asked over https only, and without a password', async () => {
    server.requests.length = 0;
    for (const [url, reason] of [
      [address('Fine%20One.pth'), /plain http/],
      [address('x.pth').replace('http://', 'https://me:secret@'), /not an address that a model/],
    ] as const) {
      const { status, stderr } = await cli('open', ['models', 'add', url, '--yes']);
      assert.equal(status, 1);
      assert.match(stderr, reason);
      assert.doesNotMatch(stderr, /secret/);
    }
    assert.deepEqual(server.requests, []);
  });
});
