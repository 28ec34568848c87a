import { byCount, decimal, setLocale } from './locale';
import { untranslated, type Translate } from './translate';

/**
 * A sentence that is not in a language yet: the English template, which is the key of every
 * translation, and the values of its `{0}`, `{1}` …. It crosses processes as it is, so that the one
 * that shows it says it in the person's language.
 */
export type Phrase = {
  readonly template: string;
  readonly values: readonly PhraseValue[];
  /** It is put into a sentence, so it loses its full stop in whatever language. */
  readonly isClause?: true;
  /** What is said instead where the language has this number with one. */
  readonly one?: { readonly count: number; readonly phrase: Phrase };
  /** How many decimals its numbers have, written as the language does. */
  readonly digits?: number;
};
export type PhraseValue = string | number | Phrase;

/** A phrase, or what is the same in every language: a name, or what others wrote. */
export type Words = string | Phrase;

/** `phrase`${name} is empty.`` is a phrase with one value. What is put in may be a phrase again. */
export const phrase = (parts: TemplateStringsArray, ...values: readonly PhraseValue[]): Phrase => ({
  template: parts.reduce((text, part, index) => `${text}{${index - 1}}${part}`),
  values,
});

/** What is said of so many: `one` where the language that it is told in has the number with one. */
export const counted = (count: number, one: Phrase, other: Phrase): Phrase => ({
  ...other,
  one: { count, phrase: one },
});

/** A number with so many decimals, which the language writes that it is told in: "1.5", "1,5". */
export const numeral = (value: number, digits: number): Phrase => ({
  template: '{0}',
  values: [value],
  digits,
});

/** Several words as one, in their order, such as the parts of an enumeration. */
export const joined = (words: readonly Words[], separator: string): Words =>
  words.every((one) => typeof one === 'string')
    ? words.join(separator)
    : { template: words.map((_, index) => `{${index}}`).join(separator), values: words };

/** Words that stand in another sentence: without a full stop at their end. */
export const clause = (words: Words): Words =>
  typeof words === 'string' ? words.replace(FULL_STOP, '') : { ...words, isClause: true };

const FULL_STOP = /(?<!\.\.)[.。]$/;

/** The same words with each text that is in no language (a name, what others wrote) changed. */
export const mended = (words: Words, mend: (text: string) => string): Words =>
  typeof words === 'string'
    ? mend(words)
    : {
        ...words,
        values: words.values.map((value) =>
          typeof value === 'number' ? value : mended(value, mend),
        ),
        ...(words.one
          ? { one: { ...words.one, phrase: mended(words.one.phrase, mend) as Phrase } }
          : {}),
      };

let language: Translate = untranslated;

/**
 * Sets the language of this process, before anything is said, and how it counts. Without it English is
 * spoken.
 */
export function speak(translate: Translate, tag = 'en'): void {
  language = translate;
  setLocale(tag);
}

/** The words in this process' language. */
export function inWords(words: Words): string {
  if (typeof words === 'string') return words;
  const { template, values, digits } = words.one
    ? byCount(words.one.count, words.one.phrase, words)
    : words;
  const text = language(
    template,
    ...values.map((value) => {
      if (typeof value === 'object') return inWords(value);
      return typeof value === 'number' && digits !== undefined ? decimal(value, digits) : value;
    }),
  );
  return words.isClause ? text.replace(FULL_STOP, '') : text;
}

/** What `phrase` is, in this process' language at once: for whoever shows it in this process. */
export const say = (...parts: Parameters<typeof phrase>): string => inWords(phrase(...parts));

/** A value in which every phrase is a text. */
export type Spoken<T> = T extends Phrase
  ? string
  : T extends object
    ? { readonly [K in keyof T]: Spoken<T[K]> }
    : T;

/** The value, which came from another process, with every phrase in it in this process' language. */
export function spoken<T>(value: T): Spoken<T> {
  const said = (part: unknown): unknown => {
    if (typeof part !== 'object' || part === null) return part;
    if (Array.isArray(part)) return part.map(said);
    if (isWords(part)) return inWords(part);
    if (Object.getPrototypeOf(part) !== Object.prototype) return part;
    return Object.fromEntries(Object.entries(part).map(([key, one]) => [key, said(one)]));
  };
  return said(value) as Spoken<T>;
}

/** Sentences stand in sentences a few times; what goes deeper was not made here. */
const MOST_DEPTH = 50;
/** More decimals than any number here has. */
const MOST_DIGITS = 20;

/** Whether a value from another process, or from a file, is of that type. */
export const isWords = (value: unknown): value is Words => areWords(value, MOST_DEPTH);

function areWords(value: unknown, depth: number): boolean {
  if (typeof value === 'string') return true;
  if (typeof value !== 'object' || value === null || depth === 0) return false;
  const { template, values, one, digits } = value as Record<string, unknown>;
  return (
    (digits === undefined || areDigits(digits)) &&
    typeof template === 'string' &&
    Array.isArray(values) &&
    values.every((part) => typeof part === 'number' || areWords(part, depth - 1)) &&
    (one === undefined || isOfOne(one, depth))
  );
}

const areDigits = (value: unknown): boolean =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MOST_DIGITS;

function isOfOne(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { count, phrase: words } = value as Record<string, unknown>;
  return typeof count === 'number' && typeof words === 'object' && areWords(words, depth - 1);
}

/** An error whose words keep their values, for whoever catches it and says more about it. */
export class WordedError extends Error {
  constructor(readonly words: Words) {
    super(inWords(words));
  }
}
