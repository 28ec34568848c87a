import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { Questions } from '../../../src/cli/questions';

function setUp(): {
  questions: Questions;
  input: PassThrough;
  shown: () => string;
  controller: AbortController;
} {
  const input = new PassThrough();
  const output = new PassThrough();
  let text = '';
  output.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const controller = new AbortController();
  return {
    questions: new Questions({
      input,
      output,
      signal: controller.signal,
      onInterrupt: () => controller.abort(),
    }),
    input,
    shown: () => text,
    controller,
  };
}

test('an answer is trimmed, and the next question has its own', async () => {
  const { questions, input, shown } = setUp();
  const first = questions.ask('First? ');
  input.write('  yes \n');
  assert.equal(await first, 'yes');
  const second = questions.ask('Second? ');
  input.write('\n');
  assert.equal(await second, '');
  assert.match(shown(), /First\? .*Second\? /s);
});

test('a question ends as cancelled when the signal aborts or had aborted', async () => {
  const { questions, controller } = setUp();
  const rejected = assert.rejects(questions.ask('Path? '), { code: 'cancelled' });
  controller.abort();
  await rejected;
  await assert.rejects(questions.ask('Path? '), { code: 'cancelled' });
});

test('a question ends as cancelled when the input ends', async () => {
  const { questions, input } = setUp();
  const rejected = assert.rejects(questions.ask('Path? '), { code: 'cancelled' });
  input.end();
  await rejected;
});
