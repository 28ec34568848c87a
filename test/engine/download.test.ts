import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { open as openFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import {
  Downloader,
  type DownloaderOptions,
  type FetchContext,
  type RemoteFile,
} from '../../src/engine/download/downloader';
import { freeBytes, requireSpace } from '../../src/engine/download/freeSpace';
import { HttpClient, redirectTarget } from '../../src/engine/download/httpClient';
import { addressOf, mirrorId, refuseUnencrypted } from '../../src/engine/download/mirrors';
import { RpcError } from '../../src/shared/rpc';
import { startFileServer, startProxy, type FileServer } from '../harness/fileServer';
import { temporaryFolder } from './support';
import { inWords } from '../../src/shared/phrase';

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
    [server, other] = await Promise.all([
      startFileServer(new Map([[FILE, CONTENT]])),
      startFileServer(new Map([[FILE, CONTENT]])),
    ]);
    destination = path.join(folder, `file-${count++}`);
  });
  afterEach(async () => {
    for (const downloader of open.splice(0)) downloader.close();
    await Promise.all([server.close(), other.close()]);
  });

  const make = (options: Partial<DownloaderOptions> = {}): Downloader => {
    const downloader = new Downloader({
      mirrors: [server.url],
      retryDelayMs: 5,
      retries: 3,
      // Only what is about stalls waits for less: a busy machine sends nothing for a while, too.
      stallMs: 30_000,
      ...options,
    });
    open.push(downloader);
    return downloader;
  };
  type Got = { bytes: number; sha256: string; notes: string[] };
  const get = async (
    options: Partial<DownloaderOptions> = {},
    file: Partial<RemoteFile> = {},
    context: Partial<FetchContext> = {},
  ): Promise<Got> => {
    const notes: string[] = [];
    const result = await make(options).fetch({ path: FILE, ...file }, destination, {
      signal: new AbortController().signal,
      onBytes: () => undefined,
      onNote: (note) => notes.push(inWords(note)),
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
  const gets = (from: FileServer): (string | undefined)[] =>
    from.requests.filter(({ method }) => method === 'GET').map(({ range }) => range);
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
    assert.deepEqual(
      seen,
      [...seen].sort((a, b) => a - b),
    );
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
    await failsWith(
      'cancelled',
      get(
        {},
        {},
        { signal: controller.signal, onBytes: (done) => done > 60_000 && controller.abort() },
      ),
    );
    assert.equal(existsSync(destination), false);
    assert.ok(statSync(`${destination}.part`).size > 0);
    server.behave(FILE);
    assertComplete(await get());
    assert.match(gets(server).at(-1) ?? '', /^bytes=/);
  });

  it('can be cancelled while it waits for a retry', async () => {
    server.behave(FILE, { status: 503, headers: { 'retry-after': '60' } });
    const controller = new AbortController();
    await failsWith(
      'cancelled',
      get(
        {},
        {},
        { signal: controller.signal, onNote: () => setTimeout(() => controller.abort(), 10) },
      ),
    );
  });

  it('starts anew when the server ignores ranges', async () => {
    server.behave(FILE, { breakAfter: 100_000, slowMs: 1, times: 1 }, { ignoreRange: true });
    assertComplete(await get());
  });

  it('starts anew when the file changed meanwhile', async () => {
    server.behave(
      FILE,
      { breakAfter: 100_000, slowMs: 1, times: 1, etag: '"old"' },
      { etag: '"new"' },
    );
    assertComplete(await get());
  });

  it('starts anew when a part is longer than the file', async () => {
    writeFileSync(`${destination}.part`, Buffer.alloc(SIZE + 5));
    writeFileSync(
      `${destination}.part.json`,
      JSON.stringify({ url: `${server.url}/x`, bytes: SIZE + 5 }),
    );
    assertComplete(await get());
  });

  it('does not trust a part without a note of where it came from', async () => {
    writeFileSync(`${destination}.part`, Buffer.alloc(1000));
    assertComplete(await get());
    assert.equal(gets(server)[0], undefined);
  });

  it('gives up a connection that stalls, and resumes', async () => {
    server.behave(FILE, { stallAfter: 100_000, times: 1 });
    assertComplete(await get({ stallMs: 400 }));
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
    await failsWith('download-failed', get({ retries: 1 }), /ended after|can't go on/);
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
    server.behave(FILE, {
      redirect: `${other.url}/${encodeURIComponent(FILE)}`,
      headers: { 'x-linked-etag': `"${SHA256}"` },
    });
    assertComplete(await get());
    other.behave(FILE, { corrupt: true });
    destination += '-again';
    await failsWith('download-corrupt', get());
  });

  it('refuses circles, other schemes and web pages', async () => {
    server.behave(FILE, { redirect: `/${encodeURIComponent(FILE)}` });
    await failsWith('download-failed', get(), /circles/);
    server.behave(FILE, { redirect: 'file:///etc/passwd' });
    await failsWith('download-failed', get(), /not a web address/);
    server.behave(FILE, { html: true });
    await failsWith('download-failed', get(), /web page/);
  });

  it('probes sizes and hashes, with the first mirror that has everything', async () => {
    server.behave(FILE, { status: 404 });
    other.behave(FILE, { tellHash: true });
    const { mirror, facts } = await make({ mirrors: [server.url, other.url] }).probe(
      [{ path: FILE }],
      new AbortController().signal,
    );
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
    await failsWith(
      'download-failed',
      make({ mirrors: ['http://127.0.0.1:9'], retries: 0 }).probe(
        [{ path: FILE }],
        new AbortController().signal,
      ),
      /127\.0\.0\.1:9|ECONNREFUSED/,
    );
    await failsWith(
      'download-failed',
      make({ mirrors: [] }).probe([{ path: FILE }], new AbortController().signal),
      /no mirror/,
    );
    await failsWith(
      'bad-setting',
      make({ mirrors: ['ftp://example.org'] }).probe(
        [{ path: FILE }],
        new AbortController().signal,
      ),
      /ftp/,
    );
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
    assert.equal(
      addressOf('https://a.example/x/{path}?v=1', 'unet/a b.json').href,
      'https://a.example/x/unet/a%20b.json?v=1',
    );
    assert.equal(
      addressOf('https://a.example/x/', 'unet/c.json').href,
      'https://a.example/x/unet/c.json',
    );
  });

  it('takes no more than a file may have, whether the server tells a size or not', async () => {
    await failsWith('download-failed', get({}, { maxBytes: 1000 }), /300000 bytes where 1000 are/);
    server.behave(FILE, { surplus: 50_000_000 });
    await failsWith('download-failed', get({}, { maxBytes: SIZE }), /more than the 300000 bytes/);
    assert.equal(existsSync(`${destination}.part`), false);
  });

  it('asks a mirror with other bytes than the known ones only once', async () => {
    const known = { sha256: '0'.repeat(64) };
    server.behave(FILE, { tellHash: true });
    await failsWith('download-failed', get({}, known), /another file than the known one/);
    assert.equal(gets(server).length, 1);
  });

  it('refuses plain http unless it is allowed, and shows no password', () => {
    const mirrors = ['https://a.example', 'http://user:secret@b.example/{path}'];
    assert.throws(
      () => refuseUnencrypted(mirrors, false),
      (error) =>
        error instanceof RpcError &&
        error.code === 'mirror-unencrypted' &&
        error.message.includes('http://***@b.example/{path}') &&
        !error.message.includes('secret'),
    );
    refuseUnencrypted(mirrors, true);
    refuseUnencrypted(mirrors.slice(0, 1), false);
    assert.throws(
      () => addressOf('https//user:secret@b.example', 'a'),
      (error) => error instanceof RpcError && !error.message.includes('secret'),
    );
  });

  it('knows the free space, of folders too that do not exist yet', async () => {
    assert.ok((await freeBytes(path.join(folder, 'not', 'yet'))) > 0);
    await requireSpace(folder, 1000);
    await failsWith('disk-full', requireSpace(folder, 1e18), /GB/);
  });

  const partNote = (): Record<string, unknown> =>
    JSON.parse(readFileSync(`${destination}.part.json`, 'utf8')) as Record<string, unknown>;
  const leavePart = (content: Buffer, note: Record<string, unknown>): void => {
    writeFileSync(`${destination}.part`, content);
    writeFileSync(`${destination}.part.json`, JSON.stringify(note));
  };
  const HALF = CONTENT.subarray(0, SIZE / 2);
  const AFTER_HALF = `bytes=${SIZE / 2}-`;

  /**
   * Runs with these environment variables only as far as proxies and certificates are concerned.
   */
  const withEnvironment = async (
    variables: Record<string, string>,
    work: () => Promise<void>,
  ): Promise<void> => {
    const before = { ...process.env };
    try {
      for (const name of Object.keys(process.env))
        if (/^(https?|all|no)_proxy$/i.test(name)) Reflect.deleteProperty(process.env, name);
      Object.assign(process.env, variables);
      await work();
    } finally {
      process.env = before;
    }
  };

  describe('what a part came from', () => {
    it('is noted, and asked for with If-Range by the next process', async () => {
      const controller = new AbortController();
      server.behave(FILE, { etag: '"one"', stallAfter: 100_000, times: 1 }, { etag: '"one"' });
      await failsWith(
        'cancelled',
        get(
          {},
          {},
          { signal: controller.signal, onBytes: (done) => done > 0 && controller.abort() },
        ),
      );
      assert.deepEqual(partNote(), { mirror: mirrorId(server.url), etag: '"one"', bytes: SIZE });
      const left = statSync(`${destination}.part`).size;
      assertComplete(await get());
      const last = server.requests.at(-1);
      assert.deepEqual([last?.range, last?.ifRange], [`bytes=${left}-`, '"one"']);
    });

    it('is checked although the server ignores If-Range', async () => {
      leavePart(Buffer.alloc(SIZE / 2), {
        mirror: mirrorId(server.url),
        etag: '"old"',
        bytes: SIZE,
      });
      server.behave(FILE, { ignoreIfRange: true });
      assertComplete(await get());
      assert.deepEqual(gets(server), [AFTER_HALF, undefined]);
    });

    it('is told apart by Last-Modified when the ETag is weak', async () => {
      const modified = 'Wed, 21 Oct 2015 07:28:00 GMT';
      server.behave(FILE, { etag: 'W/"weak"', headers: { 'last-modified': modified } });
      leavePart(HALF, {
        mirror: mirrorId(server.url),
        etag: 'W/"weak"',
        lastModified: modified,
        bytes: SIZE,
      });
      assertComplete(await get());
      assert.equal(server.requests.at(-1)?.ifRange, modified);
      assert.deepEqual(gets(server), [AFTER_HALF]);
    });

    it('does not matter when a known SHA-256 checks the whole', async () => {
      leavePart(HALF, { mirror: mirrorId('http://other.example'), etag: '"theirs"', bytes: SIZE });
      assertComplete(await get({}, { sha256: SHA256.toUpperCase() }));
      assert.deepEqual(
        server.requests.map(({ range, ifRange }) => [range, ifRange]),
        [[AFTER_HALF, undefined]],
      );
    });

    it('must be the same mirror when nothing can check the whole', async () => {
      leavePart(Buffer.alloc(SIZE / 2), {
        mirror: mirrorId('http://other.example'),
        etag: '"theirs"',
        bytes: SIZE,
      });
      assertComplete(await get());
      server.behave(FILE, { etag: null });
      destination += '-no-validator';
      leavePart(Buffer.alloc(SIZE / 2), { mirror: mirrorId(server.url), bytes: SIZE });
      assertComplete(await get());
    });

    it('is not taken from a redirect', async () => {
      server.behave(FILE, {
        redirect: `${other.url}/${encodeURIComponent(FILE)}`,
        headers: { etag: '"redirect"' },
      });
      other.behave(FILE, { etag: null, breakAfter: 100_000, slowMs: 1 });
      await failsWith('download-failed', get({ retries: 0 }));
      assert.deepEqual(partNote(), { mirror: mirrorId(server.url), bytes: SIZE });
    });

    it('is forgotten with a damaged note', async () => {
      writeFileSync(`${destination}.part`, HALF);
      writeFileSync(`${destination}.part.json`, '{"mirror":');
      assertComplete(await get());
      assert.deepEqual(gets(server), [undefined]);
    });

    it('is fetched again when the whole is not what was promised', async () => {
      leavePart(Buffer.alloc(SIZE / 2), { mirror: mirrorId(server.url), bytes: SIZE });
      const result = await get({}, { sha256: SHA256 });
      assertComplete(result);
      assert.deepEqual(gets(server), [AFTER_HALF, undefined]);
      assert.match(result.notes.join(), /damaged/);
    });
  });

  it('finishes a complete part without fetching it again', async () => {
    leavePart(CONTENT, { mirror: mirrorId(server.url), bytes: SIZE });
    assertComplete(await get());
    assert.deepEqual(gets(server), [`bytes=${SIZE}-`]);
    destination += '-known';
    leavePart(CONTENT, { mirror: mirrorId(server.url), bytes: SIZE });
    assertComplete(await get({}, { bytes: SIZE, sha256: SHA256 }));
    assert.equal(gets(server).length, 1, 'with a known hash not even asked');
  });

  it('gives up on a server that is for ever another version', async () => {
    server.behave(
      FILE,
      ...Array.from({ length: 20 }, (_, n) => ({
        etag: `"${n}"`,
        ignoreIfRange: true,
        breakAfter: 100_000 + n * 1000,
        slowMs: 1,
        times: 1,
      })),
    );
    await failsWith('download-failed', get({ retries: 2 }));
    assert.ok(gets(server).length < 15);
  });

  it('asks no more than `retries` times again without progress, then the next mirror', async () => {
    server.behave(FILE, { status: 500 });
    assertComplete(await get({ mirrors: [server.url, other.url], retries: 2 }));
    assert.equal(gets(server).length, 3);
  });

  it('honours Retry-After as a date', async () => {
    server.behave(FILE, {
      status: 503,
      headers: { 'retry-after': new Date(Date.now() - 5000).toUTCString() },
      times: 1,
    });
    assertComplete(await get({ retryDelayMs: 60_000 }));
  });

  it('refuses a mirror whose Content-Range contradicts the known size', async () => {
    leavePart(HALF, { mirror: mirrorId(server.url), bytes: SIZE });
    server.behave(FILE, { rangeTotal: SIZE + 7 });
    const result = await get({ mirrors: [server.url, other.url] }, { bytes: SIZE, sha256: SHA256 });
    assertComplete(result);
    assert.match(result.notes.join(), new RegExp(`${SIZE + 7} bytes where ${SIZE} are expected`));
    assert.deepEqual(gets(other), [AFTER_HALF]);
  });

  it('refuses compressed bytes', async () => {
    server.behave(FILE, { headers: { 'content-encoding': 'gzip' } });
    await failsWith('download-failed', get(), /compressed \(gzip\)/);
  });

  it('fetches an empty file', async () => {
    const empty = await startFileServer(new Map([['empty.json', Buffer.alloc(0)]]));
    try {
      const { facts } = await make({ mirrors: [empty.url] }).probe(
        [{ path: 'empty.json' }],
        new AbortController().signal,
      );
      assert.equal(facts.get('empty.json')?.bytes, 0);
      assert.equal((await get({ mirrors: [empty.url] }, { path: 'empty.json' })).bytes, 0);
      assert.equal(statSync(destination).size, 0);
    } finally {
      await empty.close();
    }
  });

  it('says that the disk is full, and goes on once there is room', async (t) => {
    const handle = await openFile(path.join(folder, 'any'), 'w');
    const files = Object.getPrototypeOf(handle) as {
      write: (...values: unknown[]) => Promise<unknown>;
    };
    const write = files.write as (
      this: unknown,
      buffer: Buffer,
      offset: number,
      length: number,
      position: number,
    ) => Promise<unknown>;
    await handle.close();
    let writes = 0;
    const full = t.mock.method(
      files,
      'write',
      async function (
        this: unknown,
        buffer: Buffer,
        offset: number,
        length: number,
        position: number,
      ) {
        if (++writes > 2)
          throw Object.assign(new Error('ENOSPC: no space left on device, write'), {
            code: 'ENOSPC',
          });
        return write.call(this, buffer, offset, Math.min(length, 1000), position);
      },
    );
    await failsWith('disk-full', get({ mirrors: [server.url, other.url] }), /disk is full/);
    full.mock.restore();
    const left = statSync(`${destination}.part`).size;
    assert.equal(left, 2000);
    assert.deepEqual(gets(other), [], 'another mirror would not help');
    assertComplete(await get());
    assert.equal(gets(server).at(-1), `bytes=${left}-`);
  });

  it('says that a place can’t be written', async () => {
    writeFileSync(path.join(folder, 'a-file'), '');
    destination = path.join(folder, 'a-file', 'x');
    await failsWith('output-unwritable', get());
  });

  describe('redirects', () => {
    const chain = (length: number): Map<string, Buffer> => {
      for (let n = 0; n < length; n++)
        server.behave(`hop-${n}`, {
          redirect: n + 1 < length ? `/hop-${n + 1}` : `/${encodeURIComponent(FILE)}`,
        });
      return new Map();
    };

    it('may be five in a row, but not six', async () => {
      chain(5);
      assertComplete(await get({}, { path: 'hop-0' }));
      chain(6);
      destination += '-six';
      await failsWith('download-failed', get({}, { path: 'hop-0' }), /more than 5/);
    });

    it('may not leave encryption', () => {
      const from = new URL('https://a.example/x');
      assert.throws(() => redirectTarget(from, 'http://a.example/y'), /unencrypted/);
      assert.throws(() => redirectTarget(from, 'file:///y'), /not a web address/);
      assert.throws(() => redirectTarget(from, 'http://'), /not a web address/);
      assert.equal(redirectTarget(from, '/y').href, 'https://a.example/y');
      assert.equal(
        redirectTarget(new URL('http://a.example'), 'https://b.example').href,
        'https://b.example/',
      );
    });
  });

  describe('probe', () => {
    const signal = new AbortController().signal;

    it('asks for one byte when HEAD tells no size', async () => {
      server.behave(FILE, { method: 'HEAD', surplus: 0 });
      assert.equal((await make().probe([{ path: FILE }], signal)).facts.get(FILE)?.bytes, SIZE);
      assert.deepEqual(gets(server), ['bytes=0-0']);
    });

    it('copes with a server that ignores the range then', async () => {
      server.behave(FILE, { method: 'HEAD', status: 405 }, { ignoreRange: true });
      assert.equal((await make().probe([{ path: FILE }], signal)).facts.get(FILE)?.bytes, SIZE);
    });

    it('refuses login pages and other sizes', async () => {
      server.behave(FILE, { html: true });
      const mirrors = [server.url, other.url];
      assert.equal((await make({ mirrors }).probe([{ path: FILE }], signal)).mirror, other.url);
      await failsWith(
        'download-failed',
        make({ mirrors }).probe([{ path: FILE, bytes: 5 }], signal),
        /web page.*300000 bytes where 5 are expected/,
      );
    });

    it('makes its mirror the first one to fetch from', async () => {
      server.behave(FILE, { status: 404 });
      const downloader = make({ mirrors: [server.url, other.url] });
      await downloader.probe([{ path: FILE }], signal);
      await downloader.fetch({ path: FILE }, destination, {
        signal,
        onBytes: () => undefined,
        onNote: () => undefined,
      });
      assert.deepEqual(gets(server), []);
    });

    it('can be cancelled', async () => {
      server.behave(FILE, { status: 503, headers: { 'retry-after': '60' } });
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 30);
      await failsWith('cancelled', make().probe([{ path: FILE }], controller.signal));
    });
  });

  describe('proxies', () => {
    const names = (): Map<string, string> =>
      new Map([
        ['models.invalid:80', new URL(server.url).host],
        ['models.invalid', new URL(server.url).host],
      ]);

    it('lead to hosts that only they know', async () => {
      const proxy = await startProxy({ names: names() });
      try {
        assertComplete(await get({ proxy: proxy.url, mirrors: ['http://models.invalid'] }));
      } finally {
        await proxy.close();
      }
    });

    it('carry https through a tunnel, where certificates are checked', async () => {
      const secure = await startFileServer(new Map([[FILE, CONTENT]]), { tls: true });
      const proxy = await startProxy();
      try {
        await failsWith(
          'download-failed',
          get({ mirrors: [secure.url], proxy: proxy.url }),
          /certificate.*not trusted.*NODE_EXTRA_CA_CERTS/,
        );
        await failsWith(
          'download-failed',
          get({ mirrors: [secure.url], retryDelayMs: 60_000 }),
          /certificate.*not trusted/,
        );
        await withEnvironment(
          { NODE_TLS_REJECT_UNAUTHORIZED: '0', HTTPS_PROXY: proxy.url },
          async () => {
            const before = proxy.tunnels.length;
            assertComplete(await get({ mirrors: [secure.url] }));
            assert.equal(proxy.tunnels.length, before + 1);
            assert.equal(proxy.tunnels.at(-1), new URL(secure.url).host);
            secure.behave(FILE, { redirect: server.url });
            destination += '-downgrade';
            await failsWith('download-failed', get({ mirrors: [secure.url] }), /unencrypted/);
          },
        );
      } finally {
        await Promise.all([secure.close(), proxy.close()]);
      }
    });

    it('of the environment for http serve https too, and one that speaks SOCKS is left alone', async () => {
      const secure = await startFileServer(new Map([[FILE, CONTENT]]), { tls: true });
      const proxy = await startProxy();
      const SOCKS = { ALL_PROXY: 'socks5://127.0.0.1:9' };
      try {
        await withEnvironment(
          { NODE_TLS_REJECT_UNAUTHORIZED: '0', HTTP_PROXY: proxy.url, ...SOCKS },
          async () => {
            assertComplete(await get({ mirrors: [secure.url] }));
            assert.deepEqual(proxy.tunnels, [new URL(secure.url).host]);
          },
        );
        await withEnvironment(
          {
            NODE_TLS_REJECT_UNAUTHORIZED: '0',
            HTTP_PROXY: proxy.url,
            NO_PROXY: new URL(secure.url).host,
          },
          async () => {
            destination += '-excepted';
            assertComplete(await get({ mirrors: [secure.url] }));
          },
        );
        await withEnvironment(SOCKS, async () => {
          destination += '-direct';
          assertComplete(await get());
        });
        assert.equal(proxy.targets.length, 1);
      } finally {
        await Promise.all([secure.close(), proxy.close()]);
      }
    });

    for (const mirror of ['http://models.invalid', 'https://models.invalid']) {
      it(`that want a password or refuse are named at once (${mirror.split(':', 1)[0] ?? ''})`, async () => {
        for (const status of [407, 403]) {
          const proxy = await startProxy({ status });
          try {
            await failsWith(
              'download-failed',
              get({ proxy: proxy.url, mirrors: [mirror], retryDelayMs: 60_000 }),
              new RegExp(String(status)),
            );
          } finally {
            await proxy.close();
          }
        }
      });
    }

    it('must have an address', async () => {
      for (const proxy of ['not an address', 'proxy:8080', 'ftp://proxy'])
        assert.throws(() => new Downloader({ mirrors: [], proxy }), { code: 'proxy-invalid' });
      assert.throws(
        () => new Downloader({ mirrors: [], proxy: 'ftp://user:secret@proxy' }),
        (error) => error instanceof RpcError && !error.message.includes('secret'),
      );
      await withEnvironment({ HTTPS_PROXY: '::nonsense' }, async () => {
        assert.throws(
          () => new Downloader({ mirrors: [] }),
          (error) =>
            error instanceof RpcError &&
            error.code === 'proxy-invalid' &&
            /HTTPS_PROXY/.test(error.hint ?? ''),
        );
      });
    });

    it('that never answer count as stalled and do not hold up a cancel', async () => {
      const sockets: Socket[] = [];
      const silent = createServer((socket) => sockets.push(socket));
      await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
      const proxy = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
      try {
        for (const mirror of ['http://models.invalid', 'https://models.invalid']) {
          await failsWith(
            'download-failed',
            get({ proxy, mirrors: [mirror], retries: 1, stallMs: 50 }),
            /sent nothing for 0.05 s/,
          );
          const controller = new AbortController();
          setTimeout(() => controller.abort(), 20);
          await failsWith(
            'cancelled',
            get({ proxy, mirrors: [mirror], stallMs: 60_000 }, {}, { signal: controller.signal }),
          );
        }
      } finally {
        for (const socket of sockets) socket.destroy();
        silent.close();
      }
    });
  });

  it('does nothing once cancelled, not even hash what is there', async () => {
    await failsWith('cancelled', get({}, {}, { signal: AbortSignal.abort() }));
    assert.deepEqual(server.requests, []);
    writeFileSync(destination, CONTENT);
    await failsWith('cancelled', get({}, {}, { signal: AbortSignal.abort() }));
  });

  it('stops a fetch when it is closed', async () => {
    server.behave(FILE, { stallAfter: 100_000 });
    const downloader = make({ stallMs: 60_000, retryDelayMs: 60_000 });
    const fetching = downloader.fetch({ path: FILE }, destination, {
      signal: new AbortController().signal,
      onBytes: (done) => done > 0 && downloader.close(),
      onNote: () => undefined,
    });
    await failsWith('cancelled', fetching);
  });

  for (const version of ['1.0', '1.1']) {
    it(
      `survives a server of HTTP/${version} that hangs up while what it sent without a ` +
        'length still waits to be read',
      { timeout: 60_000 },
      async () => {
        const pause = (ms: number): Promise<void> =>
          new Promise((resolve) => setTimeout(resolve, ms));
        // Some of these end exactly when the reader's buffer is full.
        for (const size of [65_536, 100_000, 196_608]) {
          const hangsUp = createServer((socket) => {
            socket.on('error', () => undefined);
            socket.once('data', () => {
              socket.write(`HTTP/${version} 200 OK\r\nConnection: close\r\n\r\n`);
              setTimeout(() => socket.end(Buffer.alloc(size, 7)), 20);
            });
          });
          await new Promise<void>((resolve) => hangsUp.listen(0, '127.0.0.1', resolve));
          const client = new HttpClient(undefined);
          try {
            const { body } = await client.send(
              'GET',
              new URL(`http://127.0.0.1:${(hangsUp.address() as AddressInfo).port}/`),
              {},
              new AbortController().signal,
            );
            await pause(60);
            let bytes = 0;
            for await (const chunk of body) {
              bytes += (chunk as Buffer).length;
              await pause(20);
            }
            assert.equal(bytes, size);
          } finally {
            client.close();
            hangsUp.close();
          }
        }
      },
    );
  }
});
