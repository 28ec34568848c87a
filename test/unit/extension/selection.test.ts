import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { imageGlob, splitSelection } from '../../../src/extension/commands/selection';

test('pictures once each, the rest counted', () => {
  const at = (file: string): { path: string; toString: () => string } => ({ path: file, toString: () => file });
  const { pictures, ignored } = splitSelection(['/a/x.PNG', '/a/readme.md', '/a/folder', '/a/x.PNG', '/a/y.avif'].map(at));
  assert.deepEqual(pictures.map(String), ['/a/x.PNG', '/a/y.avif']);
  assert.equal(ignored, 2);
});

test('the glob finds pictures in any case', () => {
  for (const name of ['a.png', 'b/C.JPG', 'd.Tiff']) assert.ok(path.matchesGlob(name, imageGlob()), name);
  assert.ok(!path.matchesGlob('a.txt', imageGlob()));
});
