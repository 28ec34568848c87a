import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { threadCount } from '../../../src/engine/runtime/threads';

describe('the engine’s threads', () => {
  for (const [granted, expected] of [
    [undefined, 8],
    ['', 8],
    ['1', 1],
    ['3', 3],
    ['64', 8],
    ['0', 8],
    ['-2', 8],
    ['2.5', 8],
    ['many', 8],
  ] as const)
    it(`${granted === undefined ? 'nothing' : `"${granted}"`} granted of 8: ${expected}`, () => {
      assert.equal(threadCount(granted ?? '', 8), expected);
    });
});
