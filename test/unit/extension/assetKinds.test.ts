import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ASSET_KINDS,
  isDensitySet,
  needsNumbers,
  overridesFromNumbers,
  setJobs,
  srcsetLines,
  wholeSets,
} from '../../../src/extension/commands/assetKinds';

test('every kind is a set, needs numbers, or means something by itself', () => {
  assert.deepEqual(ASSET_KINDS.filter(isDensitySet), ['apple', 'android', 'flutter', 'web']);
  assert.deepEqual(ASSET_KINDS.filter(needsNumbers), [
    'width',
    'height',
    'box',
    'megapixels',
    'sprites',
  ]);
});

test('what a person types is read', () => {
  assert.deepEqual(overridesFromNumbers('width', ' 1920 '), {
    size: { kind: 'box', width: 1920, fit: 'inside' },
  });
  assert.deepEqual(overridesFromNumbers('height', '1080'), {
    size: { kind: 'box', height: 1080, fit: 'inside' },
  });
  assert.deepEqual(overridesFromNumbers('megapixels', '8,3'), {
    size: { kind: 'megapixels', megapixels: 8.3 },
  });
  for (const text of ['1920x1080', '1920 × 1080', '1920*1080', '1920, 1080', '1920 1080'])
    assert.deepEqual(
      overridesFromNumbers('box', text),
      { size: { kind: 'box', width: 1920, height: 1080, fit: 'inside' } },
      text,
    );
  assert.deepEqual(overridesFromNumbers('sprites', '8x4'), {
    asset: { grid: { columns: 8, rows: 4 } },
  });
  for (const [kind, text] of [
    ['width', ''],
    ['width', '0'],
    ['width', '12.5'],
    ['width', '-4'],
    ['box', '1920'],
    ['box', '0x5'],
    ['megapixels', 'many'],
    ['megapixels', '0'],
    ['sprites', '8'],
    ['sprites', '2000x1'],
  ] as const) {
    assert.equal(overridesFromNumbers(kind, text), undefined, `${kind} ${text}`);
  }
});

test(
  'a set is one job for each of its files; existing files are replaced only when that ' +
    'is the rule',
  () => {
    const jobs = setJobs(['/a/x.png', '/a/y.png'], 'apple', 'nextFreeName');
    assert.deepEqual(
      jobs.map(({ input, overrides }) => [
        input,
        overrides.scale,
        overrides.beside,
        overrides.overwrite,
      ]),
      [
        ['/a/x.png', 2, { path: '/a/x@2x.png', folder: '/a/' }, 'skip'],
        ['/a/x.png', 3, { path: '/a/x@3x.png', folder: '/a/' }, 'skip'],
        ['/a/y.png', 2, { path: '/a/y@2x.png', folder: '/a/' }, 'skip'],
        ['/a/y.png', 3, { path: '/a/y@3x.png', folder: '/a/' }, 'skip'],
      ],
    );
    assert.equal(setJobs(['/a/x.png'], 'apple', 'overwrite')[0]?.overrides.overwrite, 'overwrite');
    // Of an SVG PNGs are made.
    assert.deepEqual(
      setJobs(['/a/x.svg'], 'android', 'overwrite').map(({ overrides }) => overrides.beside?.path),
      ['hdpi', 'xhdpi', 'xxhdpi', 'xxxhdpi'].map((dpi) => `/a/drawable-${dpi}/x.png`),
    );
    assert.equal(srcsetLines(['/a/x.svg']), 'x.svg 1x, x@2x.png 2x, x@3x.png 3x');
    assert.equal(
      srcsetLines(['/a/x.png', '/b/y.png']),
      'x.png 1x, x@2x.png 2x, x@3x.png 3x\ny.png 1x, y@2x.png 2x, y@3x.png 3x',
    );
    // Of which one file failed, no srcset is told.
    const steps = setJobs(['/a/x.png', '/a/y.png', '/a/z.png'], 'web', 'skip');
    assert.deepEqual(wholeSets(steps, ['/a/x.png', '/a/y.png', '/a/y.png']), ['/a/y.png']);
  },
);
