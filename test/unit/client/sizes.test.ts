import assert from 'node:assert/strict';
import { test } from 'node:test';
import { grid, sizeLimit } from '../../../src/cli/sizes';

test('a grid and a limit are read', () => {
  assert.deepEqual(grid('8x4'), { columns: 8, rows: 4 });
  assert.deepEqual(grid(' 8×4 '), { columns: 8, rows: 4 });
  assert.deepEqual(
    [sizeLimit('1920x1080'), sizeLimit('1920x'), sizeLimit('x1080')],
    [{ width: 1920, height: 1080 }, { width: 1920 }, { height: 1080 }],
  );
});

test('nonsense is refused with an example', () => {
  for (const text of ['', '8', '0x4', '8x', 'axb', '1001x1', '-2x2'])
    assert.throws(() => grid(text), /8x4/, text);
  for (const text of ['', 'x', '0x0', '1920', 'axb'])
    assert.throws(() => sizeLimit(text), /1920x1080/, text);
});
