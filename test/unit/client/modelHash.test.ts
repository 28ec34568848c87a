import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { modelHash } from '../../../src/client/modelHash';

const root = mkdtempSync(path.join(os.tmpdir(), 'pu-hash-'));
after(() => rmSync(root, { recursive: true, force: true }));

function write(id: string, manifest: object): void {
  mkdirSync(path.join(root, id), { recursive: true });
  writeFileSync(path.join(root, id, 'manifest.json'), JSON.stringify(manifest));
}

test('a file of one’s own counts by its content, wherever it lies', async () => {
  write('own', { file: { path: '/here/own.pth', sha256: 'aaaa' } });
  const before = await modelHash('own', [root]);
  write('own', { file: { path: '/elsewhere/own.pth', sha256: 'aaaa' } });
  assert.equal(await modelHash('own', [root]), before);
  write('own', { file: { path: '/here/own.pth', sha256: 'bbbb' } });
  assert.notEqual(await modelHash('own', [root]), before);
});

test('a file of one’s own that was written to since it was added counts as what it is now', async () => {
  const file = path.join(root, 'weights.pth');
  writeFileSync(file, 'first');
  const sha256 = createHash('sha256').update('first').digest('hex');
  const { size: bytes, mtimeMs: modified } = statSync(file);
  write('changing', { file: { path: file, sha256, bytes, modified } });
  assert.equal(await modelHash('changing', [root]), sha256);
  writeFileSync(file, 'other');
  utimesSync(file, new Date(), new Date(modified + 5000));
  assert.equal(
    await modelHash('changing', [root]),
    createHash('sha256').update('other').digest('hex'),
  );
  writeFileSync(file, 'first');
  utimesSync(file, new Date(), new Date(modified + 9000));
  assert.equal(await modelHash('changing', [root]), sha256, 'only touched');
  rmSync(file);
  assert.equal(await modelHash('changing', [root]), sha256, 'gone: nothing says that it changed');
});

test('a pair changes with either of its models, and with their order', async () => {
  write('p', { graph: { sha256: '1' } });
  write('s', { file: { sha256: '2' } });
  const before = await modelHash('p+s', [root]);
  assert.match(before, /^[0-9a-f]{64}$/);
  assert.notEqual(await modelHash('s+p', [root]), before);
  write('s', { file: { sha256: '3' } });
  assert.notEqual(await modelHash('p+s', [root]), before);
  write('s', { file: { sha256: '2' } });
  write('p', { graph: { sha256: '4' } });
  assert.notEqual(await modelHash('p+s', [root]), before);
  assert.equal(await modelHash('p+nowhere', [root]), '');
});

test('a file without a manifest is asked for', async () => {
  assert.equal(await modelHash('found', [root]), '');
  const found = async (id: string): Promise<string | undefined> =>
    id === 'found' ? 'cccc' : undefined;
  assert.equal(await modelHash('found', [root], { found }), 'cccc');
  assert.equal(await modelHash('../own', [root], { found }), '');
});

test('does not change when prompts and drafts are added, for those who use neither', async () => {
  const manifest = (more: object): void =>
    writeFileSync(
      path.join(root, 'plain/manifest.json'),
      `${JSON.stringify({ kind: 'osediff', scale: 4, ...more }, null, 2)}\n`,
    );
  mkdirSync(path.join(root, 'plain'));
  const prompts = { prompts: { merges: 1 } };
  const draft = { draft: { path: 'taesd' } };
  const hashes = async (): Promise<readonly string[]> =>
    Promise.all(
      [{}, { prompted: true }, { drafted: true }].map((use) => modelHash('plain', [root], use)),
    );
  manifest({});
  const [bare = ''] = await hashes();
  manifest(prompts);
  const [, worded] = await hashes();
  manifest(draft);
  const [, , drafted] = await hashes();
  manifest({ ...prompts, ...draft });
  assert.deepEqual(await hashes(), [bare, worded, drafted]);
  assert.equal(new Set([bare, worded, drafted]).size, 3);
});
