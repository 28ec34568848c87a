/** A package is made again unless it's there, whole, and made from the same files. */
import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import {
  digestOf,
  forget,
  isMadeFrom,
  note,
  notedFiles,
} from '../../../scripts/package/lastMade.mjs';

let root: string;
let folder: string;
let file: string;
beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), 'pu-'));
  folder = path.join(root, 'contents');
  mkdirSync(path.join(folder, 'dist'), { recursive: true });
  writeFileSync(path.join(folder, 'dist/a.js'), 'a');
  file = path.join(root, 'package.vsix');
  writeFileSync(file, 'packed');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test('the same files and options have the same digest', () => {
  assert.equal(digestOf(folder, ['x']), digestOf(folder, ['x']));
});

test('other contents, another name, one more file and other options have another one', () => {
  const found = [digestOf(folder, ['x']), digestOf(folder, ['y'])];
  writeFileSync(path.join(folder, 'dist/a.js'), 'b');
  found.push(digestOf(folder, ['x']));
  renameSync(path.join(folder, 'dist/a.js'), path.join(folder, 'dist/b.js'));
  found.push(digestOf(folder, ['x']));
  writeFileSync(path.join(folder, 'c.js'), '');
  found.push(digestOf(folder, ['x']));
  assert.equal(new Set(found).size, found.length);
});

test('what was made is known by what it was made from, with what is inside', () => {
  assert.equal(isMadeFrom(file, 'one'), false, 'nobody noted it');
  const files = [{ name: 'a', size: 1, binary: undefined }];
  note(file, 'one', files);
  assert.equal(isMadeFrom(file, 'one'), true);
  assert.equal(isMadeFrom(file, 'two'), false);
  assert.deepEqual(notedFiles(file), [{ name: 'a', size: 1 }]);
});

test('what is gone, has another length, or was to be made again does not count', () => {
  note(file, 'one');
  appendFileSync(file, '.');
  assert.equal(isMadeFrom(file, 'one'), false);
  note(file, 'one');
  forget(file);
  assert.equal(isMadeFrom(file, 'one'), false);
  note(file, 'one');
  rmSync(file);
  assert.equal(isMadeFrom(file, 'one'), false);
});

test('a note that was broken off does not count', () => {
  note(file, 'one');
  writeFileSync(`${file}.json`, '{"digest":"o');
  assert.equal(isMadeFrom(file, 'one'), false);
});
