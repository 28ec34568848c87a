import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  detailText,
  hasUnseen,
  jsonText,
  lineText,
  MOST_CHARACTERS,
  nameParts,
  nameText,
  pageText,
  shownText,
  terminalText,
  messageText,
} from '../../../src/shared/safeText';
import { CI_COMMAND, HOSTILE_TEXTS, ICON, LINK, UNSEEN } from '../hostileTexts';

describe('words that somebody else wrote', () => {
  for (const [kind, text] of Object.entries(HOSTILE_TEXTS)) {
    test(`${kind}: only words in the editor`, () => {
      const shown = shownText(text);
      assert.doesNotMatch(shown, LINK);
      assert.doesNotMatch(shown, ICON);
      assert.doesNotMatch(shown, UNSEEN);
      assert.doesNotMatch(shown, /&&/);
      assert.ok(shown.length <= MOST_CHARACTERS + 20, `${shown.length} characters`);
    });

    test(`${kind}: only words between two others`, () => {
      for (const [before, after] of [
        ['[Open](', ')'],
        ['[a]', ''],
        ['$', ''],
      ] as const) {
        assert.doesNotMatch(shownText(before + text + after), LINK);
        assert.doesNotMatch(shownText(before + text + after), ICON);
      }
    });

    test(`${kind}: one line of words in a terminal and in the log`, () => {
      for (const line of [terminalText(text), terminalText(`  ${text}`)]) {
        assert.doesNotMatch(line, UNSEEN);
        assert.doesNotMatch(line, CI_COMMAND);
      }
      assert.doesNotMatch(lineText(text), UNSEEN);
    });

    test(`${kind}: JSON that says the same and does nothing`, () => {
      const json = jsonText({ input: text });
      assert.deepEqual(JSON.parse(json), { input: text });
      assert.doesNotMatch(json, /(?!\u2060)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|\u2060/u);
      assert.doesNotMatch(json, CI_COMMAND);
    });
  }

  test('names of every language stay as they are', () => {
    for (const name of [
      'photo.jpg',
      'Übergröße – «été» №1 (copy) [2] 100% $5 & more.png',
      '日本語の写真.png',
      'صورة\u200cها.png',
      'क्\u200dष.png',
      '👩🏽\u200d🚀 ❤\ufe0f 🏳\ufe0f\u200d🌈.png',
      'C:\\Users\\me\\a.png',
    ]) {
      assert.equal(shownText(name), name);
      assert.equal(terminalText(name), name);
      assert.equal(hasUnseen(name), false);
    }
  });

  test('names that are written from right to left keep their order to themselves in a message', () => {
    const cases = {
      'תמונה 2.png was upscaled to 80×60.': '\u2068תמונה\u2069 2.png was upscaled to 80×60.',
      'Replace “صورة.png”?': 'Replace “\u2068صورة\u2069.png”?',
      'שלום עולם.png (1): 2 MB': '\u2068שלום עולם\u2069.png (1): 2 MB',
      'photo.jpg was upscaled.': 'photo.jpg was upscaled.',
    };
    for (const [text, shown] of Object.entries(cases)) assert.equal(messageText(text), shown);
    // The last letter keeps its marks; what follows is none of the word.
    assert.equal(nameText('صُورةٌ@4x.png'), '\u2068صُورةٌ\u2069@4x.png');
    assert.equal(pageText('תמונה של קיץ 2024@4x.png'), '\u2068תמונה של קיץ\u2069 2024@4x.png');
    // Those that a name brings are seen: they could undo the product's own.
    assert.equal(messageText('a\u2069b'), 'a\\u2069b');
  });

  test('a name is cut for a page where its order and its characters are kept', () => {
    for (const [name, start, end] of [
      ['photo-24mp@4x.png', 'photo', '-24mp@4x.png'],
      ['a.png', '', 'a.png'],
      ['תמונה של קיץ 2024@4x.png', '\u2068תמונה של קיץ\u2069', ' 2024@4x.png'],
      ['صورة.png', '\u2068صورة\u2069', '.png'],
      ['ab😀e\u0301456789.png', 'ab😀', 'e\u0301456789.png'],
      ['abcde\u0301456789a.png', 'abcde\u0301', '456789a.png'],
      ['צילום', '\u2068צילום\u2069', ''],
    ] as const)
      assert.deepEqual(nameParts(name), [start, end]);
  });

  test('what can’t be seen is written out', () => {
    assert.equal(shownText('a\u202eb\u0007'), 'a\\u202eb\\x07');
    assert.equal(terminalText('a\u001b[2J\nb'), 'a\\x1b[2J\\x0ab');
    assert.equal(terminalText('\u{e0041}'), '\\u{e0041}');
    assert.equal(hasUnseen('a\nb'), true);
  });

  test('line ends become a space in the editor', () => {
    assert.equal(shownText('a \r\n b\tc'), 'a b c');
  });

  test('of a long name the beginning and the end are shown', () => {
    const shown = shownText(`${'long '.repeat(100)}end.png`);
    assert.match(shown, /^long long.+….+end\.png$/);
    assert.ok(shown.length <= MOST_CHARACTERS);
    // No half of a character is left where it was cut.
    assert.doesNotMatch(shownText('😀'.repeat(500)), /\\ud/);
  });

  test('details keep the lines that the product wrote', () => {
    assert.equal(detailText('One.\n\nTwo [a](command:b).'), 'One.\n\nTwo [a]\u2060(command:b).');
  });
});
