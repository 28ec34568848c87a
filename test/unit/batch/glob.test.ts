import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import picomatch from 'picomatch';
import { globMatcher, globProblem } from '../../../src/batch/glob/globMatcher';
import { randomFrom } from '../../engine/assets/mutate';

const SEED = 7;
const CASES = 20_000;

const PIECES = [
  ...['a', 'b', 'ab', '.', '*', '**', '?', '/', '{a,b}', '{a,*b}', '[ab]', '/**', '**/', '.png'],
  ...['{1..3}', '1', '@2x', ' ', '{a/b,c}', '-'],
];
const NAMES = ['a', 'b', 'ab', '.', '1', '2', '/', '.png', '@2x', ' ', '(1)', 'c', '-'];

it(`globs mean what picomatch says (${CASES} random ones, seed ${SEED})`, () => {
  const random = randomFrom(SEED);
  const some = (list: readonly string[], most: number): string =>
    Array.from(
      { length: 1 + Math.floor(random() * most) },
      () => list[Math.floor(random() * list.length)],
    ).join('');
  let compared = 0;
  let matched = 0;
  for (let i = 0; i < CASES; i++) {
    const [glob, path] = [some(PIECES, 5), some(NAMES, 6)];
    const isPath = !/^\/|\/\/|\/$|\.\.|(^|\/)\.(\/|$)/.test(path);
    // Three stars and more are read in several ways.
    if (!isPath || glob.startsWith('/') || /\*{3}|\?\(|\*\(|@\(|\{\*/.test(glob)) continue;
    for (const dot of [true, false]) {
      const ours = globMatcher([glob], { dot })(path);
      assert.equal(ours, picomatch(glob, { dot })(path), `${glob} on ${path}, dot: ${dot}`);
      compared++;
      if (ours) matched++;
    }
  }
  assert.ok(compared > CASES && matched > CASES / 50, `${matched} of ${compared} matched`);
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
      const started = performance.now();
      for (let i = 0; i < 20; i++) for (const path of paths) assert.equal(matches(path), false);
      assert.ok(performance.now() - started < 2000);
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
