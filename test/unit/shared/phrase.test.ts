import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { byteWords } from '../../../src/shared/byteText';
import { inWords, isWords, joined, numeral, phrase, speak } from '../../../src/shared/phrase';
import { RpcEndpoint, RpcError, wordsOf, type Transport } from '../../../src/shared/rpc';
import { untranslated, type Translate } from '../../../src/shared/translate';
import { named } from '../../../src/files/systemError';

/** A language that has other words and another order. */
const BUNDLE: Readonly<Record<string, string>> = {
  '{0} is {1}, which is not read.': 'Nicht gelesen wird {1}: {0}.',
  'a web page': 'eine Webseite',
  'Save it as PNG.': 'Als PNG speichern.',
  'No space is left in {0}.': 'In {0} ist kein Platz mehr.',
};
const german: Translate = (message, ...values) =>
  untranslated(BUNDLE[message] ?? message, ...values);

afterEach(() => speak(untranslated));

const refusal = (): RpcError =>
  new RpcError({
    code: 'input-not-an-image',
    message: phrase`${'a{1}.png'} is ${phrase`a web page`}, which is not read.`,
    list: [phrase`a web page`, '1.png'],
    hint: phrase`Save it as PNG.`,
  });

describe('a phrase', () => {
  test('is its template and its values, and English without a language', () => {
    const words = phrase`${'a.png'} has ${3} pages.`;
    assert.deepEqual(words, { template: '{0} has {1} pages.', values: ['a.png', 3] });
    assert.equal(inWords(words), 'a.png has 3 pages.');
    assert.equal(inWords('a.png'), 'a.png');
  });

  test('is said in the language of the process, those in it too, and no value is a placeholder', () => {
    speak(german);
    assert.equal(refusal().message, 'Nicht gelesen wird eine Webseite: a{1}.png.');
    assert.deepEqual(refusal().list, ['eine Webseite', '1.png']);
    assert.equal(refusal().hint, 'Als PNG speichern.');
  });

  test('stays what it is where a language lacks it', () => {
    speak(german);
    assert.equal(inWords(phrase`Unknown ${1}`), 'Unknown 1');
    assert.equal(inWords(joined([phrase`a web page`, 'b'], ', ')), 'eine Webseite, b');
  });

  test('has its decimals and units as the language that it is told in writes them', () => {
    const crossed: unknown = JSON.parse(
      JSON.stringify(phrase`${byteWords(3.25e9)}, ${numeral(1.25, 1)}, ${numeral(12, 2)}, ${3}`),
    );
    assert.ok(isWords(crossed));
    assert.equal(inWords(crossed), '3.3 GB, 1.3, 12.00, 3');
    speak((message, ...values) => untranslated(message.replace('GB', 'Go'), ...values), 'fr');
    assert.equal(inWords(crossed), '3,3 Go, 1,3, 12,00, 3');
  });

  test('is told from what is none', () => {
    for (const one of ['a', phrase`a ${1} ${phrase`b`}`]) assert.ok(isWords(one));
    for (const one of [1, null, {}, { template: 'a' }, { template: 1, values: [] }])
      assert.ok(!isWords(one));
    assert.ok(!isWords({ template: '{0}', values: [{ template: 'b' }] }));
    for (const digits of [-1, 0.5, 400, '1', null])
      assert.ok(!isWords({ template: '{0}', values: [1], digits }));
  });
});

describe('an error', () => {
  test('crosses to another process without a language, and is told in that one’s', async () => {
    const [here, there] = connected();
    new RpcEndpoint(there, { read: () => Promise.reject(refusal()) });
    const endpoint = new RpcEndpoint<{ read: (params: undefined) => Promise<unknown> }>(here);
    const asked = endpoint.call('read', undefined).catch((error: unknown) => error);
    speak(german);
    const error = await asked;
    assert.ok(error instanceof RpcError);
    assert.equal(error.code, 'input-not-an-image');
    assert.equal(error.message, 'Nicht gelesen wird eine Webseite: a{1}.png.');
    assert.deepEqual(error.toValue().message, wordsOf(refusal()));
  });

  test('of the system is told in the language, too', () => {
    speak(german);
    const full = Object.assign(new Error('x'), { code: 'ENOSPC', syscall: 'write', path: '/t/a' });
    assert.equal((named(full) as RpcError).message, 'In /t ist kein Platz mehr.');
  });
});

/** Two ends whose messages are copied, as between processes. */
function connected(): [Transport, Transport] {
  const listeners: ((message: unknown) => void)[] = [];
  const end = (own: number): Transport => ({
    post: (message) => queueMicrotask(() => listeners[1 - own]?.(structuredClone(message))),
    onMessage: (listener) => (listeners[own] = listener),
  });
  return [end(0), end(1)];
}
