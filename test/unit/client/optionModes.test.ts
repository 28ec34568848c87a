import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OPTION_MODES, optionProblem, type Mode } from '../../../src/cli/optionModes';

const MODES: readonly Mode[] = ['files', 'folders', 'recipe', 'merge'];

for (const mode of MODES)
  test(`each option is honoured or refused in a sentence: ${mode}`, () => {
    for (const [name, { flag, modes }] of Object.entries(OPTION_MODES)) {
      // It says how a box is made, so it never stands alone.
      const given = new Set(name === 'fit' ? ['fit', 'width', 'height'] : [name]);
      const problem = optionProblem(mode, given);
      assert.equal(problem === undefined, modes.includes(mode), name);
      if (problem === undefined) continue;
      assert.ok(problem.startsWith(flag), problem);
      assert.match(problem, /^--.{30,}\.$/);
    }
  });

test('of options that contradict each other one is taken, not one of them in silence', () => {
  for (const given of [
    ['density', 'width'],
    ['density', 'height'],
    ['density', 'megapixels'],
    ['density', 'scale'],
    ['density', 'region'],
    ['density', 'notBeyond'],
    ['density', 'name'],
    ['scale', 'width'],
    ['scale', 'height'],
    ['scale', 'megapixels'],
    ['width', 'megapixels'],
    ['overwrite', 'skipExisting'],
  ])
    assert.match(optionProblem('files', new Set(given)) ?? '', /^Only one of --.* and --.*: .*\.$/);
  for (const given of [['width', 'height'], ['width', 'notBeyond'], ['density', 'overwrite'], []])
    assert.equal(optionProblem('files', new Set(given)), undefined);
  assert.match(optionProblem('files', new Set(['fit', 'width'])) ?? '', /both of them/);
});
