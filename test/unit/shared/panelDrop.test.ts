import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressesOf } from '../../../src/shared/panelDrop';

test('a list of addresses is read line by line, without comments and blanks', () => {
  assert.deepEqual(addressesOf(''), []);
  assert.deepEqual(addressesOf('# nothing\r\n\r\n'), []);
  assert.deepEqual(addressesOf('file:///a%20b.png'), ['file:///a%20b.png']);
  assert.deepEqual(addressesOf('# two\r\nfile:///a.png\r\nvscode-remote://x/b.pth\n'), [
    'file:///a.png',
    'vscode-remote://x/b.pth',
  ]);
});
