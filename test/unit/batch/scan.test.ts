import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it, test } from 'node:test';
import { scan, type ScanOptions } from '../../../src/batch/scan';
import { PALETTE_SUFFIX, temporaryName } from '../../../src/shared/temporaryFiles';
import { onPosix } from '../files/folder';
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

test('what a run is writing, here or elsewhere, is none of the files; what only looks like it is', async () => {
  const being = temporaryName('5d0c-1');
  const { pictures, otherFiles } = await scanned(
    folderWith({
      'a.png': '',
      [being]: '',
      [`b/${being}${PALETTE_SUFFIX}`]: '',
      [`${being}.txt`]: '',
      'pisa-upscale-5d0c-1.tmp': '',
    }),
  );
  assert.deepEqual(pictures, ['a.png']);
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
  symlinkSync(path.join(root, 'itself.png'), path.join(root, 'itself.png'));
  const { pictures, outside, special } = await scanned(root);
  assert.deepEqual(pictures, ['a/real.png', 'inside.png']);
  assert.deepEqual(outside, ['outside.png']);
  assert.deepEqual(special, [
    { input: 'dangling.png', kind: 'link to nothing' },
    { input: 'itself.png', kind: 'link to itself' },
  ]);
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

describe('files that are no files', onPosix, () => {
  const pipe = (file: string): void => void execFileSync('mkfifo', [file]);

  it('are told apart by folder, by glob, by name and behind a link', async () => {
    const root = folderWith({ 'a.png': '' });
    pipe(path.join(root, 'pipe.png'));
    symlinkSync('pipe.png', path.join(root, 'link.png'));
    symlinkSync('/dev/zero', path.join(root, 'zero.png'));
    pipe(path.join(root, 'pipe.txt'));
    const special = ['link.png', 'pipe.png'].map((input) => ({ input, kind: 'named pipe' }));
    for (const inputs of [[root], ['*.png']]) {
      const found = await scanned(root, { inputs });
      assert.deepEqual(
        [found.pictures, found.special, found.outside],
        [['a.png'], special, ['zero.png']],
      );
    }
    const named = await scanned(root, {
      inputs: ['link.png', 'pipe.png', 'zero.png'].map((name) => path.join(root, name)),
    });
    assert.deepEqual(named.pictures, []);
    assert.deepEqual(named.special, [...special, { input: 'zero.png', kind: 'device' }]);
  });

  const rules: readonly (readonly [string, (file: string) => void])[] = [
    ['a pipe', pipe],
    ['a link to a device', (file) => symlinkSync('/dev/zero', file)],
    ['a link to a terminal', (file) => symlinkSync('/dev/ptmx', file)],
    ['a link to a file', (file) => symlinkSync('other', file)],
    ['a folder', (file) => mkdirSync(file)],
    ['a giant', (file) => writeFileSync(file, '#'.repeat(2 ** 20 + 1))],
  ];
  for (const [what, make] of rules)
    it(`are no rules of Git: ${what}, which is noted`, async () => {
      const root = folderWith({ 'a.png': '', 'b/c.png': '', other: '*.png' });
      make(path.join(root, '.gitignore'));
      make(path.join(root, 'b', '.gitignore'));
      const found = await scanned(root);
      assert.deepEqual(found.pictures, ['a.png', 'b/c.png']);
      assert.equal(found.notes.length, 2);
      for (const note of found.notes) assert.match(note, /^Not applied: .*\.gitignore/);
    });

  it('do not matter in folders above that are of no repository', async () => {
    const above = folderWith({ 'app/a.png': '' });
    pipe(path.join(above, '.gitignore'));
    const found = await scanned(path.join(above, 'app'));
    assert.deepEqual([found.pictures, found.notes], [['a.png'], []]);
    mkdirSync(path.join(above, '.git'));
    pipe(path.join(above, '.git', 'info'));
    assert.deepEqual((await scanned(path.join(above, 'app'))).notes.length, 1);
  });
});

test('rules of Git that would take for ever are left out and noted', async () => {
  const deep = Array.from({ length: 90 }, () => 'a').join('/');
  const root = folderWith({
    '.gitignore': `${'**/a/'.repeat(20)}b\n${'x'.repeat(2000)}\nskip.png\n`,
    [`${deep}/p.png`]: '',
    'skip.png': '',
  });
  const found = await scanned(root);
  assert.deepEqual(found.pictures, [`${deep}/p.png`]);
  assert.match(found.notes.join(), /2 rules of .*\.gitignore/);
});

test('folders below the hundredth level are not entered, and that is said', async () => {
  const deep = Array.from({ length: 102 }, () => 'a').join('/');
  const found = await scanned(folderWith({ [`${deep}/p.png`]: '', 'q.png': '' }));
  assert.deepEqual(found.pictures, ['q.png']);
  assert.match(found.notes.join(), /100 levels/);
});

test('a signal ends the search among many files, and so does one that comes meanwhile', async () => {
  const root = folderWith(
    Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`${i}.png`, ''])),
  );
  const reason = new Error('enough');
  await assert.rejects(scanned(root, { signal: AbortSignal.abort(reason) }), reason);
  const controller = new AbortController();
  setImmediate(() => setImmediate(() => controller.abort(reason)));
  await assert.rejects(scanned(root, { signal: controller.signal }), reason);
});
