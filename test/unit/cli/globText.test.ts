import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'node:test';
import { scan } from '../../../src/batch/scan';
import { splitGlob, withSlashes } from '../../../src/cli/globText';
import { folderWith } from '../batch/batchFolder';
import { onPosix } from '../files/folder';

const of = (platform: NodeJS.Platform): path.PlatformPath =>
  platform === 'win32' ? path.win32 : path.posix;

/** Base below the current folder, and the pattern. */
const CASES: readonly (readonly [string, NodeJS.Platform, string, string])[] = [
  ['*.png', 'linux', '', '*.png'],
  ['a/b/*.png', 'linux', 'a/b', '*.png'],
  ['a/**/b/*.png', 'darwin', 'a', '**/b/*.png'],
  ['\\[zz\\].png', 'linux', '', '\\[zz\\].png'],
  ['\\*.png', 'darwin', '', '\\*.png'],
  ['a\\ b/*.png', 'linux', 'a b', '*.png'],
  ['a/\\[b\\]/*.png', 'linux', 'a', '\\[b\\]/*.png'],
  ['a\\b\\*.png', 'win32', 'a/b', '*.png'],
  ['a/b\\c/*.png', 'win32', 'a/b/c', '*.png'],
  ['a\\b*.png', 'linux', '', 'a\\b*.png'],
];

describe('a glob begins where it says', () => {
  for (const [text, platform, base, glob] of CASES)
    it(`${text} on ${platform}`, () =>
      assert.deepEqual(splitGlob(text, platform), { base: of(platform).resolve(base), glob }));

  it('at the top of the disk only with a slash, on Windows with either', () => {
    assert.equal(splitGlob('/a/*.png', 'linux').base, path.resolve('/a'));
    assert.equal(splitGlob('\\a\\*.png', 'win32').base, path.win32.resolve('/a'));
    assert.equal(splitGlob('\\a/*.png', 'linux').base, path.resolve('a'));
  });

  it('of the drive or the server that it names, on Windows', () => {
    for (const [text, base] of [
      ['C:\\pics\\*.png', 'C:\\pics'],
      ['C:/pics/a/**/*.png', 'C:\\pics\\a'],
      ['C:\\*.png', 'C:\\'],
      ['\\\\server\\share\\*.png', '\\\\server\\share\\'],
      ['\\\\server\\share\\a\\*.png', '\\\\server\\share\\a'],
    ] as const)
      assert.equal(splitGlob(text, 'win32').base, base);
  });

  it('what is left out is read in the same way', () => {
    assert.equal(withSlashes('a\\**', 'win32'), 'a/**');
    assert.equal(withSlashes('a\\*', 'linux'), 'a\\*');
  });
});

it('a backslash before a wildcard means the letter itself', onPosix, async () => {
  const root = folderWith({
    '[zz].png': '',
    'z.png': '',
    '*.png': '',
    'a b/{x}.png': '',
    'c\\d/e.png': '',
  });
  const search = { root, exclude: [], respectGitignore: true };
  for (const [glob, found] of [
    ['\\[zz\\].png', ['[zz].png']],
    ['[zz].png', ['z.png']],
    ['\\*.png', ['*.png']],
    ['a\\ b/\\{x\\}.png', ['a b/{x}.png']],
    ['c\\\\d/*.png', ['c\\d/e.png']],
  ] as const)
    assert.deepEqual((await scan({ ...search, inputs: [glob] })).pictures, found, glob);
});
