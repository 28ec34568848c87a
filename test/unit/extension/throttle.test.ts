import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Throttle } from '../../../src/extension/jobs/throttle';

test('the first passes at once, the newest at the end of the interval, none after dispose', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const seen: number[] = [];
  const throttle = new Throttle<number>(100, (value) => void seen.push(value));
  for (let value = 1; value <= 5; value++) throttle.submit(value);
  assert.deepEqual(seen, [1]);
  context.mock.timers.tick(100);
  assert.deepEqual(seen, [1, 5]);
  context.mock.timers.tick(500);
  throttle.submit(6);
  throttle.submit(7);
  throttle.dispose();
  context.mock.timers.tick(500);
  assert.deepEqual(seen, [1, 5, 6]);
});
