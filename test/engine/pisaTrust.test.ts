import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { startFileServer, type FileServer } from '../harness/fileServer';
import { TINY_PISA } from './pisaSupport';
import { temporaryFolder } from './support';
import { AGREED, buildTinyPackage, tinyCli, type Run } from './tinyCli';
import { succeeds } from './succeeds';

const WEIGHTS = path.join(TINY_PISA, 'pisa_sr.pkl');
const sha256 = (file: string): string =>
  createHash('sha256').update(readFileSync(file)).digest('hex');
const codeOf = ({ stdout }: Run): string =>
  (JSON.parse(stdout) as { error: { code: string } }).error.code;

describe('weights are trusted only when they are the known ones, or the person agrees', () => {
  const folder = temporaryFolder();
  let server: FileServer;
  let store = '';
  let count = 0;
  before(() => buildTinyPackage());
  before(async () => {
    server = await startFileServer(TINY_PISA);
  });
  after(() => server.close());
  beforeEach(() => {
    store = path.join(folder, `store-${count++}`);
    server.behave('unet/config.json');
    server.behave('vae/diffusion_pytorch_model.safetensors');
  });
  const install = (mirror: string, ...args: string[]): Promise<Run> =>
    tinyCli(
      folder,
      store,
      ...['models', 'install', 'pisa-sr', '--mirror', mirror, '--accept-licences'],
      ...['--weights', WEIGHTS, '--json', ...args],
    );
  const importing = (from: string, ...args: string[]): Promise<Run> =>
    tinyCli(folder, store, 'models', 'import', from, '--json', ...args);
  const installed = (): boolean => existsSync(path.join(store, 'pisa-sr'));
  const filesBelow = (at: string): string[] =>
    existsSync(at)
      ? readdirSync(at, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => path.join(entry.parentPath, entry.name))
      : [];

  it('asks nothing over plain http unless that is agreed to', async () => {
    const from = server.requests.length;
    const run = await install(server.url, '--accept-unverified', '--yes');
    assert.equal(run.status, 1, run.stderr);
    assert.equal(codeOf(run), 'mirror-unencrypted');
    assert.match(run.stderr, /plain http.*--allow-http/s);
    assert.equal(server.requests.length, from, 'not one request was made');
  });

  it('refuses weights of which one byte was changed, whatever is agreed to', async () => {
    const copy = path.join(folder, 'tampered');
    cpSync(TINY_PISA, copy, { recursive: true });
    for (const name of [
      'unet/diffusion_pytorch_model.safetensors',
      'vae/diffusion_pytorch_model.safetensors',
      'text_encoder/model.safetensors',
    ]) {
      const bytes = readFileSync(path.join(copy, name));
      bytes[bytes.length - 3]! ^= 1;
      writeFileSync(path.join(copy, name), bytes);
    }
    for (const etag of [null, '"tampered"'] as const) {
      const mirror = await startFileServer(copy);
      mirror.behave('vae/diffusion_pytorch_model.safetensors', { etag });
      try {
        const run = await install(mirror.url, ...AGREED.install, '--yes');
        assert.equal(run.status, 1, run.stderr);
        assert.match(run.stderr, /vae\/diffusion_pytorch_model\.safetensors.*SHA-256/s);
        assert.equal(installed(), false);
      } finally {
        await mirror.close();
      }
    }
    const taken = await importing(copy);
    assert.equal(codeOf(taken), 'weights-unverified', 'a folder of them is asked about');
    assert.match(taken.stderr, /unet\/diffusion_pytorch_model/);
    assert.equal(installed(), false);
  });

  it('takes the next mirror when the first one has other weights', async () => {
    const copy = path.join(folder, 'other');
    cpSync(TINY_PISA, copy, { recursive: true });
    const file = path.join(copy, 'vae/diffusion_pytorch_model.safetensors');
    const bytes = readFileSync(file);
    bytes[bytes.length - 3]! ^= 1;
    writeFileSync(file, bytes);
    const mirror = await startFileServer(copy);
    try {
      const run = await install(mirror.url, '--mirror', server.url, ...AGREED.install);
      assert.equal(run.status, 0, run.stderr);
    } finally {
      await mirror.close();
    }
  });

  it('asks about what nobody vouches for, names its SHA-256, and goes on from what is here', async () => {
    const run = await install(server.url, '--allow-http', '--yes');
    assert.equal(run.status, 1, run.stderr);
    assert.equal(codeOf(run), 'weights-unverified');
    assert.match(run.stderr, /pisa_sr\.pkl.*could not be verified.*--accept-unverified/s);
    assert.ok(run.stderr.includes(sha256(WEIGHTS)));
    assert.doesNotMatch(run.stderr, /diffusion_pytorch_model\.safetensors \(SHA-256/);
    assert.equal(installed(), false);
    const from = server.requests.length;
    const again = await install(server.url, ...AGREED.install);
    assert.equal(again.status, 0, again.stderr);
    assert.deepEqual(
      server.requests.slice(from).filter(({ method }) => method === 'GET'),
      [],
      'nothing is fetched twice',
    );
    const manifest = JSON.parse(
      readFileSync(path.join(store, 'pisa-sr/manifest.json'), 'utf8'),
    ) as { parts: { loras: { sha256: string } } };
    assert.equal(manifest.parts.loras.sha256, sha256(WEIGHTS), 'it is recorded');
  });

  it('imports of the same files ask once; other ones are asked about', async () => {
    assert.equal(codeOf(await importing(TINY_PISA)), 'weights-unverified');
    assert.deepEqual(filesBelow(store), [], 'a refusal leaves nothing behind');
    succeeds(await importing(TINY_PISA, ...AGREED.import));
    const again = await importing(TINY_PISA);
    assert.equal(again.status, 0, again.stderr);
    const verified = await tinyCli(folder, store, 'models', 'verify', 'pisa-sr', '--json');
    const [{ files }] = JSON.parse(verified.stdout) as [
      { files: { path: string; message: string }[] },
    ];
    const message = (name: string): string | undefined =>
      files.find((file) => file.path.startsWith(name))?.message;
    assert.match(message('unet/diffusion') ?? '', /^matches its SHA-256$/);
    assert.match(message('pisa_sr.pkl') ?? '', /recorded when it was installed/);
  });

  it('ends a body without end soon, and keeps none of it', async () => {
    server.behave('unet/config.json', { surplus: 60_000_000 });
    const run = await install(server.url, ...AGREED.install);
    assert.equal(run.status, 1, run.stderr);
    assert.match(run.stderr, /sends more than the \d+ bytes/);
    const kept = filesBelow(store).reduce((sum, file) => sum + statSync(file).size, 0);
    assert.ok(kept < 5_000_000, `${kept} bytes`);
  });

  it('keeps the password of a mirror to itself, while a download is unfinished and in messages', async () => {
    const address = server.url.replace('http://', 'http://someone:hush%2Fhush@');
    server.behave(
      'vae/diffusion_pytorch_model.safetensors',
      { method: 'GET', breakAfter: 150_000, slowMs: 1, times: 1 },
      { method: 'GET', status: 404 },
    );
    const run = await install(`${address}/{path}?token=hush`, ...AGREED.install);
    assert.equal(run.status, 1, run.stderr);
    assert.doesNotMatch(run.stdout + run.stderr, /hush/);
    const notes = filesBelow(store).filter((file) => file.endsWith('.part.json'));
    assert.equal(notes.length, 1);
    for (const note of notes) {
      assert.doesNotMatch(readFileSync(note, 'utf8'), /hush|someone/);
      if (process.platform !== 'win32') assert.equal(statSync(note).mode & 0o777, 0o600);
    }
    const wrong = await install('https//someone:hush@mirror.example', ...AGREED.install);
    assert.match(wrong.stderr, /not the address of a mirror/);
    assert.doesNotMatch(wrong.stdout + wrong.stderr, /hush/);
  });

  it('takes no device, pipe or giant for pisa_sr.pkl', async () => {
    const run = await tinyCli(
      folder,
      store,
      ...['models', 'install', 'pisa-sr', '--mirror', server.url, '--accept-licences'],
      ...['--weights', '/dev/zero', '--json', ...AGREED.install],
    );
    assert.equal(codeOf(run), 'input-missing');
    assert.match(run.stderr, /is not a file/);
  });
});
