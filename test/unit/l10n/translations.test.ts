import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, test } from 'node:test';
import { extractWords, wordsOf } from '../../../scripts/l10n/extract.mjs';
import {
  KINDS,
  LANGUAGES,
  problemsOf,
  readWords,
  wordingProblems,
} from '../../../scripts/l10n/translations.mjs';
import { britishWord } from '../../../scripts/l10n/wording.mjs';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const BUNDLE = 'l10n/bundle.l10n.json';
const MEND = 'run "npm run l10n", and translate what it lists';

/** Texts of the manifest that are names. */
const NOT_TRANSLATED = ['PiSA Upscale'];
/** Keys of the manifest whose texts VS Code shows. */
const SHOWN = new Set([
  ...['category', 'description', 'displayName', 'title', 'label', 'altText', 'userDescription'],
  ...['markdownDescription', 'enumDescriptions', 'markdownEnumDescriptions', 'contents'],
  ...['deprecationMessage', 'markdownDeprecationMessage', 'enumItemLabels', 'shortTitle'],
]);

describe('translations', () => {
  test('the bundle holds exactly the words of the sources', async () => {
    assert.deepEqual(
      Object.keys(readWords(ROOT, BUNDLE)),
      Object.keys(await extractWords(ROOT)),
      MEND,
    );
  });

  for (const { english, of } of KINDS)
    for (const language of LANGUAGES)
      test(`${of(language)} has every word of ${english}, with its placeholders, and no other`, () => {
        const problems = problemsOf(readWords(ROOT, english), readWords(ROOT, of(language)));
        assert.deepEqual(problems, [], MEND);
      });

  for (const language of LANGUAGES)
    test(`${language}: signs, words of the glossary, nothing left in English, no sentence in two ways`, () => {
      assert.deepEqual(wordingProblems(ROOT, language), [], MEND);
    });

  test('English is American', () => {
    for (const { english } of KINDS)
      for (const text of Object.values(readWords(ROOT, english)))
        assert.equal(britishWord(text), undefined, text);
  });

  test('every text of the manifest that VS Code shows is a key of package.nls.json', () => {
    const words = readWords(ROOT, 'package.nls.json');
    const shown = shownTexts(readWords(ROOT, 'package.json'));
    assert.ok(shown.length > 100, String(shown.length));
    for (const one of shown)
      if (!NOT_TRANSLATED.includes(one))
        assert.ok(Object.hasOwn(words, /^%(.+)%$/.exec(one)?.[1] ?? ''), one);
  });
});

describe('what is wrong with a translation is found', () => {
  const english = { a: 'See {0} in `x`', b: 'Go on' };
  const cases: Readonly<Record<string, readonly [Record<string, string>, RegExp | undefined]>> = {
    'nothing is': [{ a: '`x`: {0}', b: 'Weiter' }, undefined],
    'a word is missing': [{ a: '`x`: {0}' }, /^missing: "b"$/],
    'a word is empty': [{ a: '`x`: {0}', b: ' ' }, /^empty: "b"$/],
    'a placeholder is missing': [{ a: 'In `x`', b: 'Weiter' }, /placeholders: "a" has \{0\}/],
    'a placeholder is another': [{ a: '`x`: {1}', b: 'Weiter' }, /its translation \{1\}/],
    'code is another': [{ a: '`y`: {0}', b: 'Weiter' }, /other code: "a"/],
    'a word is too much': [{ a: '`x`: {0}', b: 'Weiter', c: 'c' }, /^superfluous: "c"$/],
  };
  for (const [what, [translated, problem]] of Object.entries(cases))
    test(what, () => {
      const problems = problemsOf(english, translated);
      if (problem) assert.match(problems.join('\n'), problem);
      else assert.deepEqual(problems, []);
    });
});

describe('words are found in the sources', () => {
  const IMPORT = "import * as vscode from 'vscode';\n";
  const cases: Readonly<Record<string, readonly [contents: string, words: readonly string[]]>> = {
    'of vscode.l10n': [`${IMPORT}vscode.l10n.t('Add {0}?', name);`, ['Add {0}?']],
    'of @vscode/l10n': ["import * as l10n from '@vscode/l10n';\nl10n.t('Save');", ['Save']],
    'of a Translate': ["const words = (t: Translate) => t('Retry');", ['Retry']],
    'of a phrase with values': [
      'const a = phrase`${name} has ${phrase`no end`}.`;',
      ['no end', '{0} has {1}.'],
    ],
    'of nothing else': ["import t2 from 'x';\nt2('No'); say(`No ${x}`);", []],
  };
  for (const [what, [contents, words]] of Object.entries(cases))
    test(what, async () => {
      const found = await wordsOf([{ name: 'a.ts', contents }]);
      assert.deepEqual(Object.keys(found).sort(), words);
    });

  test('a text that is put together at run time is refused', async () => {
    for (const call of [
      "t('a' + b)",
      't(text)',
      'vscode.l10n.t(`a ${b}`)',
      "phrase`a ${b ? 'with c' : ''}`",
      'phrase`a ${b ?? `in ${c}`}`',
    ])
      await assert.rejects(wordsOf([{ name: 'a.ts', contents: call }]), /a phrase: a\.ts:1/, call);
  });
});

/** Every text of the manifest that stands where VS Code shows it. */
function shownTexts(manifest: object): readonly string[] {
  const found: string[] = [];
  const visit = (value: unknown, key: string): void => {
    if (typeof value === 'string') {
      if (SHOWN.has(key)) found.push(value);
    } else if (Array.isArray(value)) for (const item of value) visit(item, key);
    else if (typeof value === 'object' && value !== null)
      for (const [name, item] of Object.entries(value))
        if (name !== 'inputSchema' && name !== 'scripts') visit(item, name);
  };
  visit(manifest, '');
  return found;
}
