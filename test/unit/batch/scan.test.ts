import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { scan, type ScanOptions } from '../../../src/batch/scan';
import { folderWith, write } from './batchFolder';

const scanned = (root: string, part: Partial<ScanOptions> = {}): ReturnType<typeof scan> =>
  scan({ root, inputs: [root], exclude: [], respectGitignore: true, ...part });

test('pictures are found in every folder, whatever their names; other files are counted', async () => {
  const root = folderWith({
    'a.png': '',
    'b/c d/ü #5 100%.JPG': '',
    'b/🦊.webp': '',
    'b/.hidden/x.gif': '',
    'readme.md': '',
    'b/picture.png.txt': '',
  });
  const { pictures, otherFiles } = await scanned(root);
  assert.deepEqual(pictures, ['a.png', 'b/.hidden/x.gif', 'b/c d/ü #5 100%.JPG', 'b/🦊.webp']);
  assert.equal(otherFiles, 2);
});

test(
  'what git ignores is left out, also by rules of inner and outer folders, unless it is ' +
    'not to be',
  async () => {
    const repository = folderWith({
      '.gitignore': 'out/\n*.tmp.png\n',
      '.git/info/exclude': 'private.png\n',
      'app/a.png': '',
      'app/out/b.png': '',
      'app/c.tmp.png': '',
      'app/private.png': '',
      'app/inner/.gitignore': '*.png\n!keep.png\n',
      'app/inner/d.png': '',
      'app/inner/keep.png': '',
    });
    const root = path.join(repository, 'app');
    assert.deepEqual((await scanned(root)).pictures, ['a.png', 'inner/keep.png']);
    assert.deepEqual((await scanned(root, { inputs: [path.join(root, 'inner')] })).pictures, [
      'inner/keep.png',
    ]);
    assert.deepEqual((await scanned(root, { respectGitignore: false })).pictures, [
      'a.png',
      'c.tmp.png',
      'inner/d.png',
      'inner/keep.png',
      'out/b.png',
      'private.png',
    ]);
  },
);

test('node_modules and .git are never entered; globs leave out more', async () => {
  const root = folderWith({
    'a.png': '',
    'node_modules/x/b.png': '',
    'p/node_modules/c.png': '',
    '.git/d.png': '',
    'vendor/e.png': '',
    'vendor/deep/f.png': '',
  });
  assert.deepEqual(
    (await scanned(root, { exclude: ['**/vendor'], respectGitignore: false })).pictures,
    ['a.png'],
  );
});

test('links to folders are not followed, so loops end; links to files are, if they stay inside', async () => {
  const elsewhere = folderWith({ 'secret.png': '' });
  const root = folderWith({ 'a/real.png': '' });
  symlinkSync(root, path.join(root, 'a/loop'));
  symlinkSync(path.join(root, 'a/real.png'), path.join(root, 'inside.png'));
  symlinkSync(path.join(elsewhere, 'secret.png'), path.join(root, 'outside.png'));
  symlinkSync(path.join(root, 'nowhere.png'), path.join(root, 'dangling.png'));
  mkdirSync(path.join(root, 'folder.png'));
  const { pictures, outside } = await scanned(root);
  assert.deepEqual(pictures, ['a/real.png', 'inside.png']);
  assert.deepEqual(outside, ['dangling.png', 'outside.png']);
});

test('globs, single files and folders can be named; a named file is taken whatever is ignored', async () => {
  const root = folderWith({
    '.git/HEAD': '',
    '.gitignore': 'ignored.png',
    'a/1.png': '',
    'a/2.jpg': '',
    'b/3.png': '',
    'ignored.png': '',
  });
  assert.deepEqual((await scanned(root, { inputs: ['**/*.png'] })).pictures, [
    'a/1.png',
    'b/3.png',
  ]);
  assert.deepEqual(
    (await scanned(root, { inputs: [path.join(root, 'a'), path.join(root, 'ignored.png')] }))
      .pictures,
    ['a/1.png', 'a/2.jpg', 'ignored.png'],
  );
  assert.deepEqual((await scanned(root, { inputs: ['./{a,b}/*.png'] })).pictures, [
    'a/1.png',
    'b/3.png',
  ]);
  assert.deepEqual(
    (await scanned(root, { inputs: [path.join(path.dirname(root), 'x.png')] })).outside.length,
    1,
  );
});

test('a scan is given up when that is asked for', async () => {
  const root = folderWith({ 'a.png': '' });
  await assert.rejects(scanned(root, { signal: AbortSignal.abort() }));
  write(root, 'b.png', '');
});
