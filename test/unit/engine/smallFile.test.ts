import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { readSmallFile } from '../../../src/engine/smallFile';
import { temporaryFolder } from '../../engine/support';

describe('readSmallFile', () => {
  const folder = temporaryFolder();
  const file = path.join(folder, 'a.json');

  it('reads a small file, and one of just the limit', async () => {
    writeFileSync(file, 'äöü');
    assert.equal(await readSmallFile(file), 'äöü');
    assert.equal(await readSmallFile(file, 6), 'äöü');
    writeFileSync(file, '');
    assert.equal(await readSmallFile(file), '');
  });

  it('refuses a larger one, and says so', async () => {
    writeFileSync(file, Buffer.alloc(1_000_001, 'x'));
    await assert.rejects(readSmallFile(file), /1000001 bytes where at most 1000000/);
  });

  it('refuses folders, pipes and devices, also behind a link, and does not wait', async () => {
    await assert.rejects(readSmallFile(folder), /no regular file/);
    if (process.platform === 'win32') return;
    const pipe = path.join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    for (const [name, target] of [
      ['to-pipe', pipe],
      ['to-zero', '/dev/zero'],
    ] as const) {
      symlinkSync(target, path.join(folder, name));
      await assert.rejects(readSmallFile(path.join(folder, name)), /no regular file/);
    }
  });
});
