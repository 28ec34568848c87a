import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isModelTrust, isPrecisionFinding } from '../../../src/engine/trust/findings';
import { phrase, type Words } from '../../../src/shared/phrase';

const precision = (reason: unknown) => ({ model: 'a', precision: 'fp32', agrees: true, reason });
const trust = (reason: unknown) => ({
  model: 'a',
  device: 'webgpu',
  precision: 'float32',
  trusted: false,
  reason,
  checks: [],
});

/** Deeper than any stack; a file of some megabytes holds that. */
function nested(): Words {
  let words: Words = 'x';
  for (let i = 0; i < 200_000; i++) words = { template: '{0}', values: [words] };
  return words;
}

describe('the reason in a finding that was kept in a file', () => {
  for (const [what, reason, isOne] of [
    ['a text, as earlier versions kept it', 'it is 3 % off', true],
    ['a phrase with values', phrase`it is ${3} % off`, true],
    ['a phrase in a phrase', phrase`refused: ${phrase`it is ${3} % off`}`, true],
    ['nothing', undefined, false],
    ['a number', 3, false],
    ['a phrase without values', { template: 'a' }, false],
    ['a phrase with something else in it', { template: '{0}', values: [{ a: 1 }] }, false],
    ['phrases in phrases without an end', nested(), false],
  ] as const)
    it(`${what} is ${isOne ? 'read' : 'no finding'}`, () => {
      assert.equal(isModelTrust(trust(reason)), isOne);
      assert.equal(isPrecisionFinding(precision(reason)), isOne);
    });
});
