import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { byteText } from '../../../src/shared/byteText';
import { byCount, decimal } from '../../../src/shared/locale';
import {
  clause,
  counted,
  inWords,
  isWords,
  mended,
  phrase,
  speak,
} from '../../../src/shared/phrase';
import { untranslated } from '../../../src/shared/translate';

afterEach(() => speak(untranslated));

const images = (count: number) =>
  counted(count, phrase`${count} image is left.`, phrase`${count} images are left.`);

describe('a number of things', () => {
  const cases: readonly (readonly [language: string, ones: readonly number[]])[] = [
    ['en', [1]],
    ['de', [1]],
    ['es', [1]],
    ['fr', [0, 1]],
    ['zh-cn', []],
    ['ja', []],
    ['no language at all', [1]],
  ];
  for (const [language, ones] of cases)
    test(`${language} says of ${ones.join(' and ') || 'none'} what is said of one`, () => {
      speak(untranslated, language);
      assert.deepEqual(
        [0, 1, 2, 5, 11, 21].filter((count) => byCount(count, true, false)),
        ones,
      );
    });

  test('is told in the language of whoever says it, not of whoever counted', () => {
    const words = [images(0), images(1), images(2)];
    assert.deepEqual(words.map(inWords), [
      '0 images are left.',
      '1 image is left.',
      '2 images are left.',
    ]);
    speak(untranslated, 'fr');
    assert.deepEqual(words.map(inWords), [
      '0 image is left.',
      '1 image is left.',
      '2 images are left.',
    ]);
    assert.equal(inWords(clause(images(1))), '1 image is left');
  });

  test('crosses to another process, and is mended and told from what is none', () => {
    const words: unknown = JSON.parse(JSON.stringify(images(1)));
    assert.ok(isWords(words));
    assert.equal(inWords(words), '1 image is left.');
    const named = counted(1, phrase`${1} in ${'a\u0007'}`, phrase`${1} all in ${'a\u0007'}`);
    assert.equal(inWords(mended(named, (text) => text.replace('\u0007', ''))), '1 in a');
    const other = phrase`b`;
    for (const one of [null, 1, {}, { count: '1', phrase: other }, { count: 1, phrase: 'b' }])
      assert.ok(!isWords({ ...other, one }), JSON.stringify(one));
    assert.ok(!isWords({ ...other, one: { count: 1, phrase: { template: 'b' } } }));
  });
});

test('decimals have the sign of the language', () => {
  assert.deepEqual(
    [decimal(0.25, 1), decimal(12, 2), decimal(1234.5, 0)],
    ['0.3', '12.00', '1235'],
  );
  speak(untranslated, 'de');
  assert.deepEqual([decimal(0.5, 2), decimal(1234.5, 1)], ['0,50', '1234,5']);
});

test('bytes have the units of the language', () => {
  assert.deepEqual([0, 999, 3500, 33e6].map(byteText), ['0 bytes', '999 bytes', '3.5 kB', '33 MB']);
  speak((text, ...values) => untranslated(text.replace('MB', 'Mo'), ...values), 'fr');
  assert.equal(byteText(3.5e6), '3,5 Mo');
});
