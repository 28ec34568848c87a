/** How the language of this process counts, and writes numbers. */

const ENGLISH = 'en';

let language = ENGLISH;
let plurals = new Intl.PluralRules(ENGLISH);

/** To be called by `speak` alone; a tag that is none counts as English. */
export function setLocale(tag: string): void {
  try {
    plurals = new Intl.PluralRules(tag);
    language = tag;
  } catch {
    plurals = new Intl.PluralRules(ENGLISH);
    language = ENGLISH;
  }
}

/**
 * What is said of one, or of another number: as the language of this process counts. French has "0
 * image" with what is said of one; Chinese and Japanese always take the other.
 */
export const byCount = <One, Other>(count: number, one: One, other: Other): One | Other =>
  plurals.select(count) === 'one' ? one : other;

/** A number with so many decimals, with the language's own sign before them: "0.4", "0,4". */
export const decimal = (value: number, digits: number): string =>
  new Intl.NumberFormat(language, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    useGrouping: false,
  }).format(value);
