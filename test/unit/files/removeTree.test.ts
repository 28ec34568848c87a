import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { removeTree } from '../../../src/files/removeTree';
import { onPosix, temporaryFolder } from './folder';

const folder = temporaryFolder();
const at = (...names: string[]): string => path.join(folder, ...names);

function victim(name: string, files = 3): string {
  mkdirSync(at(name), { recursive: true });
  for (let i = 0; i < files; i++) writeFileSync(at(name, `doc${i}`), 'x');
  return at(name);
}

test('a tree goes with all that is in it, and one that is not there is no failure', async () => {
  mkdirSync(at('tree', 'a', 'b'), { recursive: true });
  writeFileSync(at('tree', 'a', 'b', 'file'), 'x');
  writeFileSync(at('tree', 'file'), 'x');
  await removeTree(at('tree'));
  assert.ok(!existsSync(at('tree')));
  await removeTree(at('tree'));
});

test('links are removed, not followed; pipes are removed, not opened', onPosix, async () => {
  const kept = victim('kept');
  mkdirSync(at('links'));
  symlinkSync(kept, at('links', 'folder'));
  symlinkSync(path.join(kept, 'doc0'), at('links', 'file'));
  execFileSync('mkfifo', [at('links', 'pipe')]);
  await removeTree(at('links'));
  assert.ok(!existsSync(at('links')));
  assert.equal(readdirSync(kept).length, 3);
});

test('a link in the place of the folder itself is refused', onPosix, async () => {
  const kept = victim('behind');
  symlinkSync(kept, at('top'));
  await assert.rejects(removeTree(at('top')));
  assert.equal(readdirSync(kept).length, 3);
});

test('a folder that is exchanged for a link all the time leads nowhere else', onPosix, async () => {
  const kept = victim('precious', 200);
  // In a process of its own, so that it comes between any two steps.
  const swap = spawn(
    process.execPath,
    [
      '-e',
      `const fs = require('fs');
       for (;;) try { fs.renameSync('d', 'aside'); fs.renameSync('l', 'd'); fs.renameSync('d', 'l'); fs.renameSync('aside', 'd'); }
       catch { try { fs.renameSync('aside', 'd'); } catch { try { fs.mkdirSync('d'); } catch {} } }`,
    ],
    { cwd: (mkdirSync(at('race')), at('race')), stdio: 'ignore' },
  );
  try {
    const until = Date.now() + 1500;
    while (Date.now() < until) {
      try {
        victim('race/d', 30);
        if (!existsSync(at('race', 'l'))) symlinkSync(kept, at('race', 'l'));
      } catch {
        // The other process was quicker.
      }
      await removeTree(at('race', 'd')).catch(() => undefined);
    }
  } finally {
    swap.kill('SIGKILL');
  }
  assert.equal(readdirSync(kept).length, 200);
});

test('what may not be removed is said, and a signal ends it', async () => {
  const tree = victim('stopped');
  const reason = new Error('enough');
  await assert.rejects(removeTree(tree, AbortSignal.abort(reason)), reason);
  assert.equal(readdirSync(tree).length, 3);
  chmodSync(tree, 0o700);
  renameSync(tree, at('again'));
  await removeTree(at('again'));
});
