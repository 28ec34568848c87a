import assert from 'node:assert/strict';
import { test } from 'node:test';
import { region } from '../../../src/cli/region';

test('four whole numbers are a region', () => {
  assert.deepEqual(region('0,4,30,20'), { x: 0, y: 4, width: 30, height: 20 });
  assert.deepEqual(region(' 8, 4, 30, 20 '), { x: 8, y: 4, width: 30, height: 20 });
});

test('anything else is refused', () => {
  for (const wrong of [
    '',
    '1,2,3',
    '1,2,3,4,5',
    '-1,0,2,2',
    '0,0,1.5,2',
    '0x10,0,2,2',
    '1e1,0,2,2',
    '0,0,0,2',
    '0,0,2,0',
    '0,,2,2',
    'a,b,c,d',
    '0,0,99999999999,2',
  ]) {
    assert.throws(() => region(wrong), /four whole numbers/, wrong);
  }
});
