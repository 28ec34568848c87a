import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  densityFolder,
  densityOf,
  densityOutputs,
  densityProblem,
  srcset,
} from '../../../src/shared/density';
import { inWords } from '../../../src/shared/phrase';

test('a path that names a density is recognised, with either separator', () => {
  for (const [path, set, factor] of [
    ['a/icon@2x.png', 'apple', 2],
    ['icon@3x~ipad.png', 'apple', 3],
    ['icon@1.5x.webp', 'apple', 1.5],
    ['icon@4x-2.png', 'apple', 4],
    ['res/drawable-xhdpi/icon.png', 'android', 2],
    ['res\\drawable-hdpi\\icon.png', 'android', 1.5],
    ['res/drawable-night-xxhdpi-v21/icon.png', 'android', 3],
    ['res/mipmap-xxxhdpi/icon.png', 'android', 4],
    ['assets/2.0x/icon.png', 'flutter', 2],
    ['assets/1.5x/icon.png', 'flutter', 1.5],
    ['assets/3x/icon.png', 'flutter', 3],
    ['button@2x.9.png', 'apple', 2],
    ['Assets/Logo.scale-200.png', 'windows', 2],
    ['Assets/Logo.theme-dark_scale-150_contrast-black.png', 'windows', 1.5],
    ['Assets/scale-400/Tile.png', 'windows', 4],
    ['res/drawable-tvdpi/icon.png', 'android', 213 / 160],
    ['res/drawable-240dpi/icon.png', 'android', 1.5],
    ['res/mipmap-b+sr+Latn-xhdpi/icon.png', 'android', 2],
    ['res/drawable-en-rUS-night-xhdpi-notouch-v21/icon.png', 'android', 2],
    ['res/drawable-ldrtl-sw600dp-land-hdpi/icon.9.png', 'android', 1.5],
  ] as const) {
    assert.deepEqual(densityOf(path), { set, factor }, path);
  }
});

test('what names none, or density 1, is a source', () => {
  for (const path of [
    'icon.png',
    'mail@example.png',
    'icon@1x.png',
    'drawable-mdpi/icon.png',
    'drawable/icon.png',
    'drawable-night/icon.png',
    '1.0x/icon.png',
    'Assets/Logo.scale-100.png',
    'Assets/Logo.targetsize-48.png',
    'kitchen scale-200.png',
    'scale-200.png',
    'my_scale-200.png',
    'full-scale-200/a.png',
    'scale-7/a.png',
    '2x.png',
    'x@2xy.png',
    '3.0x.png',
    'assets/minecraft/16x/stone.png',
    'packs/32x/stone.png',
    '128x/stone.png',
    '10.5x/stone.png',
    'drawable-nodpi/icon.png',
    'drawable-anydpi-v26/icon.png',
    'drawable-160dpi/icon.png',
    'drawables-xhdpi/icon.png',
    'button.9.png',
  ]) {
    assert.equal(densityOf(path), undefined, path);
  }
});

test('a set lies where its platform looks', () => {
  const paths = (source: string, set: 'apple' | 'android' | 'flutter' | 'web'): string[] =>
    densityOutputs(source, set).map(({ path, factor }) => `${path} ${factor}`);
  assert.deepEqual(paths('a/icon.png', 'apple'), ['a/icon@2x.png 2', 'a/icon@3x.png 3']);
  assert.deepEqual(paths('icon@1x.png', 'apple'), ['icon@2x.png 2', 'icon@3x.png 3']);
  assert.deepEqual(paths('@1x.png', 'web'), ['@1x@2x.png 2', '@1x@3x.png 3']);
  assert.deepEqual(paths('icon~ipad.png', 'apple'), ['icon@2x~ipad.png 2', 'icon@3x~ipad.png 3']);
  assert.deepEqual(paths('b@1x~iphone.9.png', 'apple')[0], 'b@2x~iphone.9.png 2');
  assert.deepEqual(
    paths('/p/res/drawable-mdpi/icon.png', 'android'),
    ['hdpi 1.5', 'xhdpi 2', 'xxhdpi 3', 'xxxhdpi 4'].map(
      (dpi) => `/p/res/drawable-${dpi.replace(' ', '/icon.png ')}`,
    ),
  );
  assert.deepEqual(
    paths('res/drawable-night-mdpi-v21/icon.png', 'android')[1],
    'res/drawable-night-xhdpi-v21/icon.png 2',
  );
  assert.deepEqual(paths('C:/res/icon.png', 'android')[0], 'C:/res/drawable-hdpi/icon.png 1.5');
  assert.deepEqual(paths('assets/1.0x/icon.png', 'flutter'), [
    'assets/2.0x/icon.png 2',
    'assets/3.0x/icon.png 3',
  ]);
  assert.equal(densityFolder('assets/1.0x/icon.png', 'flutter'), 'assets/');
  assert.deepEqual(paths('assets/icon.png', 'flutter'), [
    'assets/2.0x/icon.png 2',
    'assets/3.0x/icon.png 3',
  ]);
  assert.equal(
    srcset('my icon.png', densityOutputs('my icon.png', 'web')),
    'my%20icon.png 1x, my%20icon@2x.png 2x, my%20icon@3x.png 3x',
  );
  assert.equal(srcset('a/c#, 100 %?.png', []), 'a/c%23%2C%20100%20%25%3F.png 1x');
});

test('in another place a set has the kind and the qualifiers of its source, too', () => {
  for (const [source, set, path] of [
    ['res/mipmap-mdpi/ic.png', 'android', 'o/mipmap-hdpi/ic.png'],
    ['res/drawable-night-mdpi-v21/bg.png', 'android', 'o/drawable-night-hdpi-v21/bg.png'],
    ['art/bg.png', 'android', 'o/drawable-hdpi/bg.png'],
    ['assets/1.0x/icon.png', 'flutter', 'o/2.0x/icon.png'],
    ['a/icon@1x.png', 'apple', 'o/icon@2x.png'],
  ] as const)
    assert.equal(densityOutputs(source, set, 'o/')[0]?.path, path);
  assert.equal(densityOutputs('res/mipmap/ic.png', 'android', '')[0]?.path, 'mipmap-hdpi/ic.png');
});

test('no file of a set is taken for a source', () => {
  for (const set of ['apple', 'android', 'flutter', 'web'] as const)
    for (const { path, factor } of densityOutputs('/p/icon.png', set))
      assert.equal(densityOf(path)?.factor, factor, path);
});

test('Android’s folders stand beside each other, their qualifiers in the platform’s order', () => {
  for (const [folder, xhdpi] of [
    ['drawable', 'drawable-xhdpi'],
    ['mipmap', 'mipmap-xhdpi'],
    ['drawable-fr', 'drawable-fr-xhdpi'],
    ['drawable-v21', 'drawable-xhdpi-v21'],
    ['drawable-night-v21', 'drawable-night-xhdpi-v21'],
    ['mipmap-b+sr+Latn-mdpi', 'mipmap-b+sr+Latn-xhdpi'],
    ['drawable-land-notouch-qwerty', 'drawable-land-xhdpi-notouch-qwerty'],
    ['drawable-sw600dp-mdpi-v17', 'drawable-sw600dp-xhdpi-v17'],
    ['drawable-1024x768', 'drawable-xhdpi-1024x768'],
  ] as const) {
    const source = `/p/res/${folder}/icon.png`;
    assert.equal(densityOutputs(source, 'android')[1]?.path, `/p/res/${xhdpi}/icon.png`);
    assert.equal(densityFolder(source, 'android'), '/p/res/');
    assert.equal(densityProblem(source, 'android'), undefined);
  }
});

test('of what is for all densities, or of a set already, no set is made, and it is said why', () => {
  for (const folder of ['drawable-nodpi', 'mipmap-anydpi-v26'])
    assert.match(
      inWords(densityProblem(`res/${folder}/a.png`, 'android') ?? ''),
      /for all densities.*\.$/,
    );
  assert.equal(densityProblem('res/drawable-nodpi/a.png', 'web'), undefined);
  for (const source of ['a@2x.png', 'drawable-tvdpi/a.png', '2.0x/a.png'])
    assert.match(inWords(densityProblem(source, 'web') ?? ''), /^a.* of a set already/);
});

test('a nine-patch stays one: the suffix stands before .9.png', () => {
  assert.deepEqual(
    densityOutputs('a/button.9.png', 'web').map(({ path }) => path),
    ['a/button@2x.9.png', 'a/button@3x.9.png'],
  );
  assert.deepEqual(
    densityOutputs('drawable/button.9.png', 'android').map(({ path }) => path)[3],
    'drawable-xxxhdpi/button.9.png',
  );
});
