/** What is wrong with the translations, and the files they lie in. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

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

/** Where a text may not be changed: code, targets of links. */
const KEPT_PARTS = /(`[^`]*`|\]\([^)]*\))/;
const HAN = String.raw`\p{sc=Han}`;
/** Signs as each language sets them. */
const SIGNS = {
  // A no-break space stands before high signs and inside quotes.
  fr: [
    [/ (?=[:;?!»](?:\s|[.,)]|$))/g, '\u00a0'],
    [/(?<=«) /g, '\u00a0'],
  ],
  // A comma between Chinese words is a wide one.
  'zh-cn': [[new RegExp(`(?<=[${HAN}})”]), ?(?=[${HAN}{“])`, 'gu'), '，']],
};

/**
 * A translation with its signs as the language sets them.
 *
 * @param {string} language
 * @param {string} text
 * @returns {string}
 */
export const typeset = (language, text) =>
  text
    .split(KEPT_PARTS)
    .map((part, index) =>
      index % 2 === 1
        ? part
        : (SIGNS[language] ?? []).reduce((set, [sign, other]) => set.replace(sign, other), part),
    )
    .join('');
