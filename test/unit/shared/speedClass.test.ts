import assert from 'node:assert/strict';
import { test } from 'node:test';
import { speedClass } from '../../../src/shared/speedClass';

test('networks of the sizes that are published have the classes that their times call for', () => {
  // Weights in millions, effort, and the seconds that 128×128 pixels took.
  for (const [millions, effort, expected] of [
    [0.6, 1, 'fast'], // Compact, 0.11 s
    [2.2, 1, 'fast'], // SPAN with its training branches, 0.10 s
    [4.3, 1, 'medium'], // MoSR, 0.84 s
    [7.4, 1, 'medium'], // RealPLKSR, 1.38 s
    [0.56, 6, 'medium'], // DAT-light, 0.66 s
    [16.7, 1, 'slow'], // ESRGAN, 23 blocks, 3.53 s
    [16.7, 1 / 4, 'medium'], // the same on unshuffled pixels
    [11.5, 2, 'slow'], // SwinIR-M, 4.63 s
    [15.6, 1, 'slow'], // RCAN, 2.92 s
  ] as const)
    assert.equal(speedClass(millions * 1e6, effort), expected, `${millions} million × ${effort}`);
});
