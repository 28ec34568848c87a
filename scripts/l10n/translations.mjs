/** What is wrong with the translations, and the files they lie in. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { signProblems } from './signs.mjs';
import { otherEnds, readGlossary, twoWays, untranslated, wordProblems } from './wording.mjs';

export const LANGUAGES = ['zh-cn', 'ja', 'de', 'fr', 'es'];

/** Each kind of words: those of the manifest, and those of the code. */
export const KINDS = [
  { english: 'package.nls.json', of: (language) => `package.nls.${language}.json` },
  { english: 'l10n/bundle.l10n.json', of: (language) => `l10n/bundle.l10n.${language}.json` },
];

/** @returns {Record<string, string>} an empty one where there is no such file */
export function readWords(root, name) {
  const file = path.join(root, name);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
}

/**
 * What a translation of `english` lacks or has too much, a sentence each; empty when all is well.
 *
 * @param {Record<string, string>} english
 * @param {Record<string, string>} translated
 * @returns {string[]}
 */
export function problemsOf(english, translated) {
  const problems = [];
  for (const [key, text] of Object.entries(english)) {
    const other = translated[key];
    if (other === undefined) problems.push(`missing: ${JSON.stringify(key)}`);
    else if (typeof other !== 'string' || other.trim() === '')
      problems.push(`empty: ${JSON.stringify(key)}`);
    else
      for (const [what, pattern] of Object.entries(KEPT)) {
        const wanted = partsOf(text, pattern);
        const got = partsOf(other, pattern);
        if (wanted.join() !== got.join())
          problems.push(
            `other ${what}: ${JSON.stringify(key)} has ${wanted.join(' ') || 'none'}, ` +
              `its translation ${got.join(' ') || 'none'}`,
          );
      }
  }
  for (const key of Object.keys(translated))
    if (!Object.hasOwn(english, key)) problems.push(`superfluous: ${JSON.stringify(key)}`);
  return problems;
}

/** What stands in every language as it is in English, in whatever order. */
const KEPT = {
  placeholders: /\{\w+\}/g,
  code: /`[^`]+`/g,
  links: /\]\([^)]+\)/g,
  lines: /\n/g,
};

const partsOf = (text, pattern) => [...(text.match(pattern) ?? [])].sort();

/**
 * What is wrong with the wording of a language, a sentence each: words and signs that it does not use,
 * texts that stayed English or end otherwise, and one sentence translated in two ways.
 *
 * @param {string} root the repository
 * @param {string} language
 * @returns {string[]}
 */
export function wordingProblems(root, language) {
  const { avoided, same } = readGlossary();
  const pairs = KINDS.flatMap(({ english, of }) => {
    const translated = readWords(root, of(language));
    return Object.entries(readWords(root, english))
      .filter(([key]) => typeof translated[key] === 'string')
      .map(([key, text]) => [text, translated[key]]);
  });
  return [
    ...pairs.flatMap(([, text]) =>
      [...wordProblems(language, text, avoided), ...signProblems(language, text)].map(
        (problem) => `${problem}: ${JSON.stringify(text)}`,
      ),
    ),
    ...untranslated(language, pairs, same).map((text) => `still English: ${JSON.stringify(text)}`),
    ...otherEnds(pairs),
    ...twoWays(pairs).map((ways) => `translated in two ways: ${ways}`),
  ];
}
