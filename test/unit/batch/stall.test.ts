import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StallWatch } from '../../../src/batch/stall';

test('while anything gets on, nothing is given up, however long a picture takes', () => {
  const watch = new StallWatch(100, 0);
  watch.begin('a', 0);
  watch.begin('b', 10);
  for (let now = 50; now < 1000; now += 90) {
    watch.progress('a', 'infer', now);
    assert.equal(watch.stalled(now + 80), undefined);
  }
});

test('who infers is given up before those that wait for the network, then the next', () => {
  const watch = new StallWatch(100, 0);
  for (const id of ['waits', 'infers', 'encodes']) watch.begin(id, 0);
  watch.progress('encodes', 'encode', 1);
  watch.progress('infers', 'infer', 2);
  assert.equal(watch.stalled(101), undefined);
  assert.equal(watch.stalled(102), 'infers');
  assert.equal(watch.stalled(150), undefined, 'the others get their time');
  watch.end('infers', 150);
  assert.equal(watch.stalled(250), 'encodes');
});

test('a pause in which nothing is on its way counts for nothing', () => {
  const watch = new StallWatch(100, 0);
  assert.equal(watch.stalled(5000), undefined);
  watch.begin('a', 5000);
  assert.equal(watch.stalled(5099), undefined);
  assert.equal(watch.stalled(5100), 'a');
});
