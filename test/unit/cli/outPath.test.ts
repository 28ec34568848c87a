// What `--out` may name, and what is said of what it may not.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { CallError } from '../../../src/cli/callError';
import { readOut } from '../../../src/cli/outPath';
import { folderWith } from '../batch/batchFolder';

const onUnix = { skip: process.platform === 'win32' };

test('a file, a folder, and what is none of both', onUnix, async () => {
  const root = folderWith({ 'there/a.png': 'a', text: 'text' });
  symlinkSync('loop', path.join(root, 'loop'));
  spawnSync('mkfifo', [path.join(root, 'pipe'), path.join(root, 'pipe.png')]);
  const at = (name: string): string => path.join(root, name);
  assert.equal((await readOut(at('there'), true)).kind, 'folder');
  assert.equal((await readOut(at('new'), true)).kind, 'folder');
  assert.equal((await readOut(at('there/a.png'), false)).kind, 'file');
  assert.equal((await readOut(at('new.png'), false)).kind, 'file');
  const refused = [
    [at('text'), /text is a file, not a folder\./],
    [at('loop'), /loop has a link in it that leads to itself\./],
    [at('loop/x.png'), /has a link in it that leads to itself\./],
    [at('pipe'), /pipe is a named pipe, where no results can be written\./],
    [at('pipe.png'), /pipe\.png is a named pipe, where no results can be written\./],
    ['/dev/null', /\/dev\/null is a device, where no results can be written\./],
    ['/dev/stdout', /\/dev\/stdout is a device, where no results can be written\./],
    ['/dev/fd/1', /\/dev\/fd\/1 is a device, where no results can be written\./],
  ] as const;
  for (const [out, words] of refused)
    for (const several of [false, true])
      await assert.rejects(readOut(out, several), (error: unknown) => {
        assert.ok(error instanceof CallError, out);
        assert.match(error.message, words);
        return true;
      });
});
