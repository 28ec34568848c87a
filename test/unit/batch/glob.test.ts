import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import picomatch from 'picomatch';
import { globMatcher, globProblem } from '../../../src/batch/glob/globMatcher';
import { stopwatch } from '../../harness/stopwatch';

const GLOBS = [
  ...['*.png', '**/*.png', 'icons/**/*.png', 'icons/*.png', 'icons/**', '**/icons/**', '**'],
  ...['**/*.{png,jpg}', '{icons,photos}/**/*.jpg', 'a/{b,c/d}/*.png', 'photos/[a-c]*.jpg'],
  ...['?.png', 'a?.png', '**/a/**/b/*.png', 'x@2x.png', '*@{2,3}x.png', '*'],
  ...['a/*/b.png', '**/.hidden/*.png', '.*/*.png', '**/.*', 'a*b*.png', 'photos/**/[0-9].jpg'],
];
const PARTS = ['a', 'b', 'c', 'd', 'icons', 'photos', '.hidden', 'x@2x', 'ab', '1', 'a b'];

it('globs mean what picomatch says', () => {
  const names = ['.png', '.jpg', '@2x.png', ''].flatMap((end) => PARTS.map((part) => part + end));
  const folders = [
    '',
    ...PARTS.flatMap((a) => [`${a}/`, ...PARTS.map((b) => `${a}/${b}/`), `${a}/c/d/`]),
  ];
  const paths = folders.flatMap((folder) => names.map((name) => folder + name));
  for (const glob of GLOBS) {
    for (const dot of [true, false]) {
      const [ours, theirs] = [globMatcher([glob], { dot }), picomatch(glob, { dot })];
      const matched = paths.filter(ours);
      assert.deepEqual(
        matched,
        paths.filter((path) => theirs(path)),
        `${glob}, dot: ${dot}`,
      );
      assert.ok(matched.length > 0 || !dot, glob);
    }
  }
});

it('several globs are one of them', () => {
  const matches = globMatcher(['icons/**/*.png', './photos/*.{jpg,jpeg}'], { dot: true });
  for (const path of ['icons/a.png', 'icons/b/c/d.png', 'photos/x.jpeg', 'icons/.hidden/a.png'])
    assert.ok(matches(path), path);
  for (const path of ['a.png', 'photos/b/x.jpg', 'iconsa.png', 'icons/a.pngx', ''])
    assert.ok(!matches(path), path);
  assert.equal(globMatcher([], { dot: true })('a'), false);
});

it('a folder’s content is the folder too, so that it is not entered', () => {
  const matches = globMatcher(['vendor/**'], { dot: true });
  assert.deepEqual(['vendor', 'vendor/a', 'vendors'].map(matches), [true, true, false]);
});

describe('what keeps other matchers busy takes no time', () => {
  const patterns: readonly (readonly [string, string])[] = [
    ['stars', `${'*a'.repeat(60)}b`],
    ['stars in classes', `${'*[ab]'.repeat(30)}c`],
    ['question marks and stars', `${'?*'.repeat(90)}b`],
    ['braces of equal things', `${'{a,aa}'.repeat(33)}b`],
    ['braces with stars', `${'{*a,*b}'.repeat(25)}c`],
    ['folders', `${'**/a/'.repeat(39)}b`],
    ['braces in braces', `${'{a,'.repeat(7)}b${'}'.repeat(7)}c`],
    ['brackets without an end', '['.repeat(200)],
    ['braces without an end', '{'.repeat(200)],
  ];
  const paths = ['a'.repeat(250), `${'a/'.repeat(2000)}a`, `${'ab'.repeat(120)}.png`];
  for (const [what, glob] of patterns) {
    it(what, () => {
      const matches = globMatcher([glob], { dot: true });
      const taken = stopwatch();
      for (let i = 0; i < 20; i++) for (const path of paths) assert.equal(matches(path), false);
      assert.ok(taken() < 2000);
    });
  }
});

it('globs that can’t be used say what they must be', () => {
  for (const [glob, expected] of [
    ['a'.repeat(201), /at most 200 characters/],
    ['+(a|b)', /without "\+\(…\)": use \{a,b\}/],
    ['x!(a)', /without "!\(…\)"/],
    ['!a', /does not begin with "!"/],
    ['{1..100000}', /at most 200 values/],
    [`${'{a,'.repeat(9)}b${'}'.repeat(9)}`, /at most 8 levels/],
    ['{1..200}'.repeat(25), /fewer alternatives|at most/],
  ] as const)
    assert.match(globProblem(glob) ?? '', expected);
  assert.equal(globProblem('icons/**/*.{png,svg}'), undefined);
});
