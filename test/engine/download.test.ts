import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { Downloader, type DownloaderOptions, type FetchContext, type RemoteFile } from '../../src/engine/download/downloader';
import { freeBytes, requireSpace } from '../../src/engine/download/freeSpace';
import { addressOf } from '../../src/engine/download/mirrors';
import { RpcError } from '../../src/shared/rpc';
import { startFileServer, startProxy, type FileServer } from '../harness/fileServer';
import { temporaryFolder } from './support';

const SIZE = 300_000;
const CONTENT = Buffer.from(Array.from({ length: SIZE }, (_, i) => (i * 7919 + (i >> 8)) & 255));
const SHA256 = createHash('sha256').update(CONTENT).digest('hex');
const FILE = 'unet/weights file.safetensors';

describe('Downloader', () => {
  const folder = temporaryFolder();
  let server: FileServer;
  let other: FileServer;
  let destination = '';
  let count = 0;
  const open: Downloader[] = [];
  beforeEach(async () => {
    [server, other] = await Promise.all([startFileServer(new Map([[FILE, CONTENT]])), startFileServer(new Map([[FILE, CONTENT]]))]);
    destination = path.join(folder, `file-${count++}`);
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((downloader) => downloader.close()));
    await Promise.all([server.close(), other.close()]);
  });

  const make = (options: Partial<DownloaderOptions> = {}): Downloader => {
    const downloader = new Downloader({ mirrors: [server.url], retryDelayMs: 5, retries: 3, stallMs: 400, ...options });
    open.push(downloader);
    return downloader;
  };
  type Got = { bytes: number; sha256: string; notes: string[] };
  const get = async (options: Partial<DownloaderOptions> = {}, file: Partial<RemoteFile> = {}, context: Partial<FetchContext> = {}): Promise<Got> => {
    const notes: string[] = [];
    const result = await make(options).fetch({ path: FILE, ...file }, destination, {
      signal: new AbortController().signal,
      onBytes: () => undefined,
      onNote: (note) => notes.push(note),
      ...context,
    });
    return { ...result, notes };
  };
  const assertComplete = ({ bytes, sha256 }: Got): void => {
    assert.deepEqual([bytes, sha256], [SIZE, SHA256]);
    assert.ok(readFileSync(destination).equals(CONTENT));
    assert.equal(existsSync(`${destination}.part`), false);
    assert.equal(existsSync(`${destination}.part.json`), false);
  };
  const gets = (from: FileServer): (string | undefined)[] => from.requests.filter(({ method }) => method === 'GET').map(({ range }) => range);
  const failsWith = (code: string, promise: Promise<unknown>, text = /./): Promise<void> =>
    assert.rejects(promise, (error) => {
      assert.ok(error instanceof RpcError, String(error));
      assert.equal(error.code, code);
      assert.match(error.message, text);
      if (code !== 'cancelled') assert.ok(error.hint !== undefined && error.hint !== '');
      return true;
    });

  it('fetches a file, with progress', async () => {
    const seen: number[] = [];
    assertComplete(await get({}, {}, { onBytes: (done) => seen.push(done) }));
    assert.deepEqual(seen, [...seen].sort((a, b) => a - b));
    assert.equal(seen.at(-1), SIZE);
  });

  it('leaves a complete file alone, and replaces one with the wrong bytes', async () => {
    writeFileSync(destination, CONTENT);
    assertComplete(await get({}, { bytes: SIZE }));
    assert.deepEqual(gets(server), []);
    writeFileSync(destination, Buffer.alloc(SIZE));
    assertComplete(await get({}, { bytes: SIZE, sha256: SHA256 }));
  });

  it('asks only for what is missing after a break', async () => {
    server.behave(FILE, { breakAfter: 100_000, slowMs: 1, times: 1 });
    assertComplete(await get());
    const [first, second] = gets(server);
    assert.equal(first, undefined);
    const from = Number(/^bytes=(\d+)-$/.exec(second ?? '')?.[1]);
    assert.ok(from > 0 && from <= 100_000);
  });

  it('goes on as long as each try brings bytes, however often the connection breaks', async () => {
    server.behave(FILE, { breakAfter: 40_000, slowMs: 1, times: 7 });
    assertComplete(await get({ retries: 1 }));
  });

  it('resumes what an earlier process left', async () => {
    server.behave(FILE, { breakAfter: 100_000, slowMs: 1 });
    await failsWith('download-failed', get({ retries: 0 }));
    const left = statSync(`${destination}.part`).size;
    server.behave(FILE);
    assertComplete(await get());
    assert.equal(gets(server).at(-1), `bytes=${left}-`);
  });

  it('can be cancelled, and resumed then', async () => {
    server.behave(FILE, { slowMs: 20 });
    const controller = new AbortController();
    await failsWith('cancelled', get({}, {}, { signal: controller.signal, onBytes: (done) => done > 60_000 && controller.abort() }));
    assert.equal(existsSync(destination), false);
    assert.ok(statSync(`${destination}.part`).size > 0);
    server.behave(FILE);
    assertComplete(await get());
    assert.match(gets(server).at(-1) ?? '', /^bytes=/);
  });

  it('can be cancelled while it waits for a retry', async () => {
    server.behave(FILE, { status: 503, headers: { 'retry-after': '60' } });
    const controller = new AbortController();
    await failsWith('cancelled', get({}, {}, { signal: controller.signal, onNote: () => setTimeout(() => controller.abort(), 10) }));
  });

  it('starts anew when the server ignores ranges', async () => {
    server.behave(FILE, { breakAfter: 100_000, slowMs: 1, times: 1 }, { ignoreRange: true });
    assertComplete(await get());
  });

  it('starts anew when the file changed meanwhile', async () => {
    server.behave(FILE, { breakAfter: 100_000, slowMs: 1, times: 1, etag: '"old"' }, { etag: '"new"' });
    assertComplete(await get());
  });

  it('starts anew when a part is longer than the file', async () => {
    writeFileSync(`${destination}.part`, Buffer.alloc(SIZE + 5));
    writeFileSync(`${destination}.part.json`, JSON.stringify({ url: `${server.url}/x`, bytes: SIZE + 5 }));
    assertComplete(await get());
  });

  it('does not trust a part without a note of where it came from', async () => {
    writeFileSync(`${destination}.part`, Buffer.alloc(1000));
    assertComplete(await get());
    assert.equal(gets(server)[0], undefined);
  });

  it('gives up a connection that stalls, and resumes', async () => {
    server.behave(FILE, { stallAfter: 100_000, times: 1 });
    assertComplete(await get());
  });

  for (const status of [429, 503, 500]) {
    it(`tries again after ${status}`, async () => {
      server.behave(FILE, { status, times: 2, headers: { 'retry-after': '0' } });
      const result = await get();
      assertComplete(result);
      assert.equal(result.notes.length, 2);
      assert.match(result.notes[0] ?? '', new RegExp(String(status)));
    });
  }

  for (const status of [403, 404, 410]) {
    it(`takes the next mirror at once after ${status}`, async () => {
      server.behave(FILE, { status });
      assertComplete(await get({ mirrors: [server.url, other.url] }));
      assert.equal(gets(server).length, 1);
    });
  }

  it('goes on at the next mirror from where the first one broke for good', async () => {
    server.behave(FILE, { breakAfter: 100_000, slowMs: 1, times: 1 }, { status: 503 });
    assertComplete(await get({ mirrors: [server.url, other.url], retries: 2 }));
    assert.match(gets(other)[0] ?? '', /^bytes=\d+-$/);
  });

  it('names every mirror and its reason when all fail', async () => {
    server.behave(FILE, { status: 404 });
    other.behave(FILE, { status: 403 });
    await failsWith('download-failed', get({ mirrors: [server.url, other.url] }), /404.*403/);
  });

  it('refuses a mirror that contradicts the known size', async () => {
    server.behave(FILE, { claimBytes: SIZE - 10 });
    assertComplete(await get({ mirrors: [server.url, other.url] }, { bytes: SIZE }));
  });

  it('does not take less than was announced for the file', async () => {
    server.behave(FILE, { claimBytes: SIZE + 1000 });
    await failsWith('download-failed', get({ retries: 1 }), /broke after|does not know the range/);
    assert.equal(existsSync(destination), false);
  });

  it('stops a server that sends more than there is', async () => {
    server.behave(FILE, { surplus: 5000 });
    await failsWith('download-failed', get({}, { bytes: SIZE }), /more than/);
    assert.equal(existsSync(`${destination}.part`), false);
  });

  it('throws away damaged bytes and fetches them again', async () => {
    server.behave(FILE, { corrupt: true, times: 1 });
    const result = await get({}, { sha256: SHA256 });
    assertComplete(result);
    assert.match(result.notes.join(), /damaged/);
  });

  it('checks the SHA-256 that the mirror itself tells', async () => {
    server.behave(FILE, { corrupt: true, tellHash: true });
    assertComplete(await get({ mirrors: [server.url, other.url] }));
    assert.equal(gets(server).length, 2);
  });

  it('says so when no mirror has the right bytes', async () => {
    server.behave(FILE, { corrupt: true });
    await failsWith('download-corrupt', get({}, { sha256: SHA256 }), /SHA-256/);
    assert.equal(existsSync(destination), false);
    assert.equal(existsSync(`${destination}.part`), false);
  });

  it('follows redirects to another host and keeps the hash that the first one told', async () => {
    server.behave(FILE, { redirect: `${other.url}/${encodeURIComponent(FILE)}`, headers: { 'x-linked-etag': `"${SHA256}"` } });
    assertComplete(await get());
    other.behave(FILE, { corrupt: true });
    destination += '-again';
    await failsWith('download-corrupt', get());
  });

  it('refuses circles, other schemes and web pages', async () => {
    server.behave(FILE, { redirect: `/${encodeURIComponent(FILE)}` });
    await failsWith('download-failed', get(), /circles/);
    server.behave(FILE, { redirect: 'file:///etc/passwd' });
    await failsWith('download-failed', get(), /no web address/);
    server.behave(FILE, { html: true });
    await failsWith('download-failed', get(), /web page/);
  });

  it('probes sizes and hashes, with the first mirror that has everything', async () => {
    server.behave(FILE, { status: 404 });
    other.behave(FILE, { tellHash: true });
    const { mirror, facts } = await make({ mirrors: [server.url, other.url] }).probe([{ path: FILE }], new AbortController().signal);
    assert.equal(mirror, other.url);
    assert.deepEqual(facts.get(FILE), { bytes: SIZE, sha256: SHA256 });
    assert.deepEqual(gets(other), []);
  });

  it('probes a server that forbids HEAD', async () => {
    server.behave(FILE, { method: 'HEAD', status: 403 });
    const { facts } = await make().probe([{ path: FILE }], new AbortController().signal);
    assert.equal(facts.get(FILE)?.bytes, SIZE);
  });

  it('says why no mirror will do', async () => {
    await failsWith('download-failed', make({ mirrors: ['http://127.0.0.1:9'], retries: 0 }).probe([{ path: FILE }], new AbortController().signal), /127\.0\.0\.1:9|ECONNREFUSED/);
    await failsWith('download-failed', make({ mirrors: [] }).probe([{ path: FILE }], new AbortController().signal), /no mirror/);
    await failsWith('bad-setting', make({ mirrors: ['ftp://example.org'] }).probe([{ path: FILE }], new AbortController().signal), /ftp/);
  });

  it('goes through the proxy that is named', async () => {
    const proxy = await startProxy();
    try {
      assertComplete(await get({ proxy: proxy.url }));
      assert.ok(proxy.targets.length > 0);
    } finally {
      await proxy.close();
    }
    await assert.rejects(async () => get({ proxy: 'not an address' }), { code: 'proxy-invalid' });
  });

  it('goes through the environment’s proxy unless NO_PROXY names the host', async () => {
    const proxy = await startProxy();
    const before = { ...process.env };
    try {
      process.env.http_proxy = proxy.url;
      assertComplete(await get());
      const used = proxy.targets.length;
      assert.ok(used > 0);
      process.env.no_proxy = '127.0.0.1';
      destination += '-direct';
      assertComplete(await get());
      assert.equal(proxy.targets.length, used);
    } finally {
      process.env = before;
      await proxy.close();
    }
  });

  it('puts a file’s path where the mirror wants it', () => {
    assert.equal(addressOf('https://a.example/x/{path}?v=1', 'unet/a b.json').href, 'https://a.example/x/unet/a%20b.json?v=1');
    assert.equal(addressOf('https://a.example/x/', 'unet/c.json').href, 'https://a.example/x/unet/c.json');
  });

  it('knows the free space, of folders too that do not exist yet', async () => {
    assert.ok((await freeBytes(path.join(folder, 'not', 'yet'))) > 0);
    await requireSpace(folder, 1000);
    await failsWith('disk-full', requireSpace(folder, 1e18), /GB/);
  });
});
