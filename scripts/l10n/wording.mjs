/** What is wrong with the words of a language, by the glossary and by what is the same in English. */
import { readFileSync } from 'node:fs';
import path from 'node:path';

const GLOSSARY = path.join(import.meta.dirname, 'glossary.md');
/** Two labels that differ in English by "…" alone, and are two things. */
const TWO_THINGS = new Set(['open folder']);
/** As the British spell, with what Americans write. */
const BRITISH =
  /\b(\w*colour\w*|grey\w*|licence\w*|\w*cancell(ed|ing)|behaviour\w*|centre\w*|catalogue\w*|analys(e|ed|ing)|favour\w*|labell(ed|ing)|programmes?|artefact\w*|\w+(organ|optim|recogn|normal|initial|serial|minim|maxim|visual)is(e|ed|es|ing|ation)|(organ|optim|recogn|normal|initial|serial|minim|maxim|visual)is(e|ed|es|ing|ation))\b/i;

/**
 * The tables of the glossary that are checked: words that a language does not use, and texts that are
 * the same as in English.
 *
 * @param {string} [markdown]
 * @returns {{ avoided: { language: string, word: string, instead: string }[],
 *   same: Record<string, string[]> }}
 */
export function readGlossary(markdown = readFileSync(GLOSSARY, 'utf8')) {
  const rows = (heading) =>
    (markdown.split(`## ${heading}\n`)[1] ?? '')
      .split('\n## ')[0]
      .split('\n')
      .filter((line) => line.startsWith('| ') && !/^\| (---|Language )/.test(line))
      .map((line) => line.slice(2, -2).split(/ +\| +/));
  return {
    avoided: rows('Words that are not used').map(([language, word, instead]) => ({
      language,
      word,
      instead,
    })),
    same: Object.fromEntries(
      rows('The same as in English').map(([language, texts]) => [
        language,
        [...texts.matchAll(/`([^`]+)`/g)].map(([, text]) => text),
      ]),
    ),
  };
}

/**
 * The words of a translation that its language does not use, a few words each.
 *
 * @param {string} language
 * @param {string} text
 * @param {ReturnType<typeof readGlossary>['avoided']} avoided
 * @returns {string[]}
 */
export const wordProblems = (language, text, avoided) =>
  avoided
    .filter((one) => one.language === language && wordIn(one.word).test(text))
    .map(({ word, instead }) => `"${word}" is not used, but "${instead}"`);

/** A whole word, or with "…" one that begins so; its capitals count. Chinese and Japanese part no words. */
function wordIn(word) {
  const start = word.replace(/…$/, '');
  if (/[\p{sc=Han}\p{sc=Katakana}\p{sc=Hiragana}]/u.test(start)) return new RegExp(start, 'u');
  return new RegExp(
    `(?<!\\p{L})${start}${word.endsWith('…') ? '' : '(?!\\p{L})'}`,
    /\p{Lu}/u.test(start) ? 'u' : 'iu',
  );
}

/**
 * Texts that stayed English, of a language.
 *
 * @param {string} language
 * @param {readonly (readonly [english: string, translated: string])[]} pairs
 * @param {ReturnType<typeof readGlossary>['same']} same
 * @returns {string[]}
 */
export function untranslated(language, pairs, same) {
  const allowed = new Set([...(same.all ?? []), ...(same[language] ?? [])]);
  return pairs
    .filter(
      ([english, translated]) => english === translated && /\p{L}{2}/u.test(outsideOf(english)),
    )
    .map(([english]) => english)
    .filter((english) => !allowed.has(english));
}

const outsideOf = (text) => text.replaceAll(/\{\w+\}/g, '');

/**
 * Sentences that differ in English by case, quotes or "…" alone, and are translated in two ways.
 *
 * @param {readonly (readonly [english: string, translated: string])[]} pairs
 * @returns {string[]}
 */
export function twoWays(pairs) {
  const ways = new Map();
  for (const [english, translated] of pairs) {
    const key = plain(english);
    ways.set(key, (ways.get(key) ?? new Map()).set(plain(translated), translated));
  }
  return [...ways]
    .filter(([key, found]) => found.size > 1 && !TWO_THINGS.has(key))
    .map(([key, found]) => `"${key}": ${[...found.values()].join(' / ')}`);
}

const plain = (text) =>
  text
    .toLowerCase()
    .replace(/…$/, '')
    .replaceAll(/[“”"„«»\u00a0]/g, '')
    .replaceAll('’', "'");

/**
 * Translations that end in another way: a sentence without its stop, a label with one. What has a value
 * that is cut off ("{0}…") may have it at its end or not.
 *
 * @param {readonly (readonly [english: string, translated: string])[]} pairs
 * @returns {string[]}
 */
export const otherEnds = (pairs) =>
  pairs
    .filter(([english, translated]) => endOf(english) !== endOf(translated) && !/\}…/.test(english))
    .map(([english, translated]) => `"${english}" ends otherwise in "${translated}"`);

/** What it ends with; an abbreviation ends no sentence. */
const endOf = (text) => /(?<!Min(?=\.))[.。…:?]$/u.exec(text.trim())?.[0].replace('。', '.') ?? '';

/**
 * The words of an English text that are not as Americans spell them.
 *
 * @param {string} text
 * @returns {string | undefined}
 */
export const britishWord = (text) => BRITISH.exec(outsideOf(text))?.[0];
