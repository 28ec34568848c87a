import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import {
  chosenUris,
  imageGlob,
  inOrderOfOrigin,
  splitSelection,
} from '../../../src/extension/commands/selection';

test('pictures once each, the rest counted', () => {
  const at = (file: string): { path: string; toString: () => string } => ({
    path: file,
    toString: () => file,
  });
  const { pictures, ignored } = splitSelection(
    ['/a/x.PNG', '/a/readme.md', '/a/folder', '/a/x.PNG', '/a/y.avif'].map(at),
  );
  assert.deepEqual(pictures.map(String), ['/a/x.PNG', '/a/y.avif']);
  assert.equal(ignored, 2);
});

test('the glob finds pictures in any case', () => {
  for (const name of ['a.png', 'b/C.JPG', 'd.Tiff'])
    assert.ok(path.matchesGlob(name, imageGlob()), name);
  assert.ok(!path.matchesGlob('a.txt', imageGlob()));
});

test('the original of two comes first, whichever was clicked', () => {
  const order = (...names: string[]): readonly string[] => inOrderOfOrigin(names, (name) => name);
  assert.deepEqual(order('a@4x.png', 'a.png'), ['a.png', 'a@4x.png']);
  assert.deepEqual(order('a.png', 'a@4x.webp'), ['a.png', 'a@4x.webp']);
  assert.deepEqual(order('z.png', 'b.png'), ['z.png', 'b.png']);
  assert.deepEqual(order('a.png', 'a.jpg'), ['a.png', 'a.jpg']);
  assert.deepEqual(order('a@4x.png', 'a.png', 'b.png'), ['a@4x.png', 'a.png', 'b.png']);
});

test('menus pass the clicked file, its selection, or something else', () => {
  const isText = (value: unknown): value is string => typeof value === 'string';
  assert.deepEqual(chosenUris('a', ['a', 'b', 4], isText), ['a', 'b']);
  assert.deepEqual(chosenUris('a', [], isText), ['a']);
  assert.deepEqual(chosenUris('a', { groupId: 0 }, isText), ['a']);
  assert.deepEqual(chosenUris(undefined, undefined, isText), []);
});
