import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { LANGUAGES } from '../../../scripts/l10n/translations.mjs';
import {
  britishWord,
  otherEnds,
  readGlossary,
  twoWays,
  untranslated,
  wordProblems,
} from '../../../scripts/l10n/wording.mjs';

test('the tables of the glossary are read', () => {
  const { avoided, same } = readGlossary(
    [
      '## Words that are not used',
      '',
      '| Language | Not | But |',
      '| --- | --- | --- |',
      '| de | Rechner… | Computer |',
      '',
      '## The same as in English',
      '',
      '| Language | Texts |',
      '| --- | --- |',
      '| all | `HEIC` `{0} MB` |',
    ].join('\n'),
  );
  assert.deepEqual(avoided, [{ language: 'de', word: 'Rechner…', instead: 'Computer' }]);
  assert.deepEqual(same, { all: ['HEIC', '{0} MB'] });
});

test('the glossary itself has both for every language', () => {
  const { avoided, same } = readGlossary();
  for (const language of LANGUAGES)
    assert.ok(
      avoided.some((one) => one.language === language),
      language,
    );
  assert.ok((same.all ?? []).length > 3);
});

describe('words that a language does not use', () => {
  const AVOIDED = [
    { language: 'de', word: 'du', instead: 'Sie' },
    { language: 'de', word: 'Rechner…', instead: 'Computer' },
    { language: 'fr', word: 'CPU', instead: 'processeur' },
    { language: 'zh-cn', word: '图片', instead: '图像' },
  ];
  const cases: readonly (readonly [language: string, text: string, problems: number])[] = [
    ['de', 'Willst du durch den Rechnerraum?', 2],
    ['de', 'Durch das Induzieren', 0],
    ['fr', 'sur le CPU', 1],
    ['fr', 'cpu a été utilisé', 0],
    ['zh-cn', '放大图片', 1],
    ['es', 'du Rechner CPU 图片', 0],
  ];
  for (const [language, text, problems] of cases)
    test(`${language}: ${text}`, () => {
      assert.equal(wordProblems(language, text, AVOIDED).length, problems);
    });
});

test('texts that stayed English are found, names are not', () => {
  const pairs = [
    ['Save', 'Save'],
    ['HEIC', 'HEIC'],
    ['Format', 'Format'],
    ['{0}×{1}', '{0}×{1}'],
    ['Open', 'Öffnen'],
  ] as const;
  const same = { all: ['HEIC'], de: ['Format'] };
  assert.deepEqual(untranslated('de', pairs, same), ['Save']);
  assert.deepEqual(untranslated('fr', pairs, same), ['Save', 'Format']);
});

test('one sentence in two ways is found', () => {
  const ways = twoWays([
    ['Show Log…', 'Afficher le journal…'],
    ['Show log', 'Montrer le journal'],
    ['Scale', 'Facteur'],
    ['scale', 'facteur'],
    ['Open Folder', 'Ouvrir le dossier'],
    ['Open Folder…', 'Ouvrir un dossier…'],
  ]);
  assert.equal(ways.length, 1, ways.join());
  assert.match(ways[0]!, /^"show log"/);
});

test('a sentence without its stop and a label with one are found', () => {
  const right = [
    ['Try again.', 'もう一度お試しください。'],
    ['Save As…', 'Enregistrer sous…'],
    ['its hash is {0}…', '{0}… です'],
    ['{0} min', '{0} Min.'],
    ['See {0}.', '请参阅 {0}。'],
  ] as const;
  assert.deepEqual(otherEnds(right), []);
  const wrong = [
    ['Try again.', 'Réessayez'],
    ['Save', 'Speichern.'],
    ['Save As…', 'Guardar como'],
    ['Add {0}?', '添加 {0}'],
    ['Licenses:', 'Licences'],
  ] as const;
  assert.equal(otherEnds(wrong).length, wrong.length);
});

describe('English words', () => {
  for (const text of ['Cancelled.', 'colours', 'a grey one', 'recognised', 'Licence:', 'labelled'])
    test(`${text} is British`, () => assert.notEqual(britishWord(text), undefined));
  for (const text of ['Canceled.', 'colors', 'gray', 'License', 'exercise', 'likewise', '{colour}'])
    test(`${text} is not`, () => assert.equal(britishWord(text), undefined));
});
