import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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
  assert.equal(await modelHash('found', [root], found), 'cccc');
  assert.equal(await modelHash('../own', [root], found), '');
});
