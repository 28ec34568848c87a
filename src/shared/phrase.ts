import { untranslated, type Translate } from './translate';

/**
 * A sentence that is not in a language yet: the English template, which is the key of every
 * translation, and the values of its `{0}`, `{1}` …. It crosses processes as it is, so that the one
 * that shows it says it in the person's language.
 */
export type Phrase = { readonly template: string; readonly values: readonly PhraseValue[] };
type PhraseValue = string | number | Phrase;

/** A phrase, or what is the same in every language: a name, or what others wrote. */
export type Words = string | Phrase;

/** `phrase`${name} is empty.`` is a phrase with one value. What is put in may be a phrase again. */
export const phrase = (parts: TemplateStringsArray, ...values: readonly PhraseValue[]): Phrase => ({
  template: parts.reduce((text, part, index) => `${text}{${index - 1}}${part}`),
  values,
});

/** Several words as one, in their order, such as the parts of an enumeration. */
export const joined = (words: readonly Words[], separator: string): Words =>
  words.every((one) => typeof one === 'string')
    ? words.join(separator)
    : { template: words.map((_, index) => `{${index}}`).join(separator), values: words };

let language: Translate = untranslated;

/** Sets the language of this process, before anything is said. Without it English is spoken. */
export function speak(translate: Translate): void {
  language = translate;
}

/** The words in this process' language. */
export function inWords(words: Words): string {
  if (typeof words === 'string') return words;
  const values = words.values.map((value) => (typeof value === 'object' ? inWords(value) : value));
  return language(words.template, ...values);
}

/** What `phrase` is, in this process' language at once: for whoever shows it in this process. */
export const say = (...parts: Parameters<typeof phrase>): string => inWords(phrase(...parts));

/** A result whose notes are in this process' language. */
export const spoken = <T extends { readonly notes: readonly Words[] }>(
  result: T,
): Omit<T, 'notes'> & { readonly notes: readonly string[] } => ({
  ...result,
  notes: result.notes.map(inWords),
});

/** Whether a value from another process is of that type. */
export function isWords(value: unknown): value is Words {
  if (typeof value === 'string') return true;
  if (typeof value !== 'object' || value === null) return false;
  const { template, values } = value as Record<string, unknown>;
  return (
    typeof template === 'string' &&
    Array.isArray(values) &&
    values.every((one) => typeof one === 'number' || isWords(one))
  );
}

/** An error whose words keep their values, for whoever catches it and says more about it. */
export class WordedError extends Error {
  constructor(readonly words: Words) {
    super(inWords(words));
  }
}
