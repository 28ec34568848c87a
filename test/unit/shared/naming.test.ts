import assert from 'node:assert/strict';
import { test } from 'node:test';
import { extensionFor, formatFromName } from '../../../src/shared/extensions';
import {
  checkNamePattern,
  expandNamePattern,
  numberedName,
  OutputNameError,
  type NameParts,
} from '../../../src/shared/naming';

const parts: NameParts = {
  name: 'hero',
  sourceExtension: 'PNG',
  format: 'png',
  scale: 4,
  model: 'm',
  pixel: 1,
  semantic: 0.5,
};

test('the default pattern gives hero@4x.PNG, keeping the extension as written', () => {
  assert.equal(expandNamePattern('{name}@{scale}x.{ext}', parts), 'hero@4x.PNG');
});

test('every placeholder and sub-folders', () => {
  assert.equal(
    expandNamePattern('out/{model}/{name}-{pixel}-{semantic}@{scale}.{ext}', {
      ...parts,
      scale: 2.5,
    }),
    'out/m/hero-1-0.5@2.5.PNG',
  );
});

test('a name with $& or braces is taken literally', () => {
  assert.equal(expandNamePattern('{name}.{ext}', { ...parts, name: '$&{scale}' }), '$&{scale}.PNG');
});

test('another format gets its usual extension', () => {
  assert.equal(extensionFor('jpeg', 'png'), 'jpg');
  assert.equal(extensionFor('jpeg', 'JPEG'), 'JPEG');
  assert.equal(extensionFor('tiff', 'TIF'), 'TIF');
  assert.equal(extensionFor('png', '9.png'), '9.png');
  assert.equal(extensionFor('webp', '9.png'), 'webp');
});

for (const pattern of [
  '',
  '  ',
  'same.png',
  '../{name}.png',
  '/{name}.png',
  'C:\\{name}.png',
  'a\\{name}.png',
  '{name}/',
  '{nome}.png',
  'a/../{name}.{ext}',
  './{name}.{ext}',
  'a//{name}.{ext}',
  '{name}',
  '{name}/.bashrc',
  '{name}.{ext}/authorized_keys',
  '{name}.sh',
  '.git/hooks/{name}.{ext}',
  '.GIT/{name}.{ext}',
  'aux/{name}.{ext}',
  'com1.d/{name}.{ext}',
  'x./{name}.{ext}',
  '{name}:stream.{ext}',
  '{model}/{name}/.{ext}',
]) {
  test(`the pattern ${JSON.stringify(pattern)} is refused`, () => {
    assert.throws(() => checkNamePattern(pattern), /name pattern/);
  });
}

for (const name of ['..', '.', '', ' ', 'a/../..', 'a\\b', 'a\0b', 'nul', 'aux.b', 'x/con']) {
  test(`a picture called ${JSON.stringify(name)} leads a pattern nowhere`, () => {
    for (const pattern of ['{name}/{name}/.ssh/a.{ext}', '{name}.{ext}', 'out/{name}.{ext}'])
      assert.throws(
        () => expandNamePattern(pattern, { ...parts, name }),
        (error) =>
          error instanceof OutputNameError && /^The result can't be called/.test(error.message),
        pattern,
      );
  });
}

test('a model’s name can’t lead out of the folder either', () => {
  for (const model of ['..', '../..', 'a/../..', '', 'aux'])
    assert.throws(
      () => expandNamePattern('{model}/{name}.{ext}', { ...parts, model }),
      OutputNameError,
    );
});

test('unusual names that hurt nobody are kept', () => {
  for (const name of [
    '.hidden',
    'a..b',
    'ü 1',
    '-x',
    '~',
    'console',
    'auxiliary',
    'nullable',
    '$&',
  ])
    assert.equal(expandNamePattern('{name}@{scale}x.{ext}', { ...parts, name }), `${name}@4x.PNG`);
});

test('a format is read from a file name', () => {
  assert.equal(formatFromName('a.b/hero.JPEG'), 'jpeg');
  assert.equal(formatFromName('hero.bmp'), undefined);
  assert.equal(formatFromName('hero'), undefined);
});

test('the next free names', () => {
  assert.equal(numberedName('a@4x.png', 1), 'a@4x.png');
  assert.equal(numberedName('a@4x.png', 2), 'a@4x-2.png');
  assert.equal(numberedName('noext', 3), 'noext-3');
  assert.equal(numberedName('.hidden', 2), '.hidden-2');
  assert.equal(numberedName('button@4x.9.png', 2), 'button@4x-2.9.png');
  assert.equal(numberedName('.9.png', 2), '.9-2.png');
});

test('a picture of another system may have a colon in its name; a pattern may not bring one', () => {
  const shot = { ...parts, name: 'shot 10:30' };
  assert.equal(expandNamePattern('{name}@{scale}x.{ext}', shot), 'shot 10:30@4x.PNG');
  assert.throws(() => expandNamePattern('x/a:{name}.{ext}', shot), /Windows/);
});
