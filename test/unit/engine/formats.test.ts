import assert from 'node:assert/strict';
import { test } from 'node:test';
import { needsBigTiff } from '../../../src/engine/image/formats';

test('a TIFF that is no BigTIFF leaves room below 4 GB for metadata behind its pixels, whatever these are', () => {
  assert.equal(needsBigTiff({ width: 1, height: 1 }), false);
  let [fits, big] = [1, 70_000];
  while (big - fits > 1) {
    const middle = (fits + big) >> 1;
    if (needsBigTiff({ width: middle, height: middle })) big = middle;
    else fits = middle;
  }
  const [MOST_BYTES, METADATA] = [2 ** 32, 64e6];
  assert.ok(fits * fits * 8 + METADATA < MOST_BYTES, `${fits}`);
  assert.ok(fits > 20_000, `${fits}`);
});
