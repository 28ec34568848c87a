import assert from 'node:assert/strict';
import test from 'node:test';
import { inspectorArguments } from '../../../src/client/engineProcess';

test('a debugger’s port opens the inspector on the loopback address only', () => {
  assert.deepEqual(inspectorArguments('9339'), ['--inspect=127.0.0.1:9339']);
});

for (const port of [undefined, '', '0', '80', '70000', '9339.5', '0.0.0.0:9339', '--eval=1'])
  test(`no inspector for ${String(port)}`, () => {
    assert.deepEqual(inspectorArguments(port), []);
  });
