/**
 * Names of files, texts of errors, recipes and manifests are written by whoever made the
 * repository. Here they become words that can only be read: no link, no icon, no terminal sequence,
 * no command of a CI system, nothing invisible. Every text that a person sees goes through one of
 * these; a lint rule (scripts/lint) keeps the other ways shut.
 */

/** So much of a name or an error is shown. */
export const MOST_CHARACTERS = 200;
/** So much of a whole message, with its own words. */
const MOST_OF_MESSAGE = 600;
/** Paths are whole in a terminal and in the log; endless texts are not. */
const MOST_OF_LINE = 8000;

/** Controls, bidirectional marks, what has no width, and halves of characters. */
const UNSEEN = '[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}\\p{Default_Ignorable_Code_Point}]';
const JOINED =
  '[\\p{sc=Arab}\\p{sc=Syrc}\\p{sc=Deva}\\p{sc=Beng}\\p{sc=Taml}\\p{sc=Mlym}\\p{sc=Sinh}]';
/** Joiners that a script or an emoji needs to look right; between Latin letters they only hide. */
const NEEDED = [
  `(?<=${JOINED})[\\u200C\\u200D](?=${JOINED})`,
  '(?<=\\p{Extended_Pictographic})\\uFE0F',
  '(?<=[\\p{Extended_Pictographic}\\p{Emoji_Modifier}\\uFE0F])\\u200D(?=\\p{Extended_Pictographic})',
].join('|');
const NEEDED_OR_UNSEEN = new RegExp(`(${NEEDED})|${UNSEEN}`, 'gu');
const EVERY_UNSEEN = new RegExp(UNSEEN, 'gu');
const LINE_ENDS = /[ \t]*[\r\n\v\f\u0085\u2028\u2029]+[ \t]*|\t/g;
const WORD_JOINER = '\u2060';
const RIGHT_TO_LEFT =
  '[\\p{scx=Hebr}\\p{scx=Arab}\\p{scx=Syrc}\\p{scx=Thaa}\\p{scx=Nkoo}\\p{scx=Adlm}\\p{scx=Samr}\\p{scx=Mand}]';
const A_RIGHT_TO_LEFT_LETTER = `(?=\\p{L})${RIGHT_TO_LEFT}`;
/** From the first such letter of words beside each other to the last: "@4x.png" is none of it. */
const RIGHT_TO_LEFT_RUN = new RegExp(
  `${A_RIGHT_TO_LEFT_LETTER}(?:(?:\\S| +(?=\\S*${A_RIGHT_TO_LEFT_LETTER}))*${A_RIGHT_TO_LEFT_LETTER})?\\p{M}*`,
  'gu',
);
/** So many characters at a name's end that tell its kind. */
const NAME_END = new RegExp(`(?!\\p{M})(?:(?!${RIGHT_TO_LEFT}).){0,12}$`, 'su');

/**
 * Untrusted words for the editor: one line, at most `limit` characters, whatever can't be seen as
 * `\u202e`, and nothing that VS Code would render as a link, an icon or a mnemonic.
 */
export const shownText = (text: string, limit = MOST_CHARACTERS): string =>
  withoutMarkup(cut(visible(cut(text, limit).replace(LINE_ENDS, ' ')).trim(), limit));

/** A whole message of the editor, its own words with untrusted ones in between. */
export const messageText = (text: string): string => isolated(shownText(text, MOST_OF_MESSAGE));

/** An untrusted name where it stands by itself: in a list, a tab, the status bar. */
export const nameText = (text: string): string => isolated(shownText(text));

/**
 * Untrusted words for a page of ours, which renders nothing of them: they are whole, and the page
 * cuts what does not fit.
 */
export const pageText = (text: string): string => isolated(visible(text));

/** A name in two, for a page that cuts the first part only; where both are read in their order. */
export function nameParts(name: string): readonly [string, string] {
  const end = NAME_END.exec(name)?.index ?? name.length;
  return [pageText(name.slice(0, end)), pageText(name.slice(end))];
}

/** Several lines of plain text that the product composed, as a dialog's details or the log have. */
export const detailText = (text: string): string =>
  text
    .split('\n')
    .map((line) => withoutMarkup(lineText(line)))
    .join('\n');

/** A line of the log: complete, and it stays one line. */
export const lineText = (text: string): string => visible(cut(text, MOST_OF_LINE));

/**
 * A line for a terminal or the log of a CI system, which take bytes and beginnings of lines for
 * commands: GitHub `::error::`, Azure `##vso[`, TeamCity `##teamcity[`, Buildkite `--- `; GitLab's
 * markers need control characters.
 */
export const terminalText = (text: string): string =>
  lineText(text)
    .replace(/^\s*:(?=:)/, (begin) => begin.replace(':', '\\x3a'))
    .replace(/^\s*(?:---|\+\+\+|~~~|\^\^\^)(?=\s)/, (begin) =>
      begin.replace(/[-+~^]/, (sign) => escaped(sign)),
    )
    .replace(/#(?=#[\w.-]*\[)/g, '\\x23');

/** JSON on one line, in which everything of that kind is a `\u` escape of JSON's own. */
export const jsonText = (value: unknown): string =>
  JSON.stringify(value)
    .replace(EVERY_UNSEEN, (character) =>
      Array.from(
        { length: character.length },
        (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
      ).join(''),
    )
    .replace(/#(?=#)/g, '\\u0023');

/** Whether a text has a character that a person could not see, or a line end. */
export const hasUnseen = (text: string): boolean => visible(text) !== text;

function visible(text: string): string {
  return text.replace(NEEDED_OR_UNSEEN, (character, needed: string | undefined) =>
    needed === undefined ? escaped(character) : character,
  );
}

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\u{${hex}}`;
}

/**
 * VS Code makes links of `[text](command:…)`, icons of `$(name)` and mnemonics of `&&`, in messages,
 * progress, lists and the status bar. A joiner between the two signs ends that and is not seen.
 */
const withoutMarkup = (text: string): string =>
  text
    .replace(/\](?=\()/g, `]${WORD_JOINER}`)
    .replace(/\$(?=\()/g, `$${WORD_JOINER}`)
    .replace(/&(?=&)/g, `&${WORD_JOINER}`);

/**
 * Names in scripts that are written from right to left keep their order to themselves: digits and
 * words beside them stay where the sentence has them.
 */
const isolated = (text: string): string =>
  text.replace(RIGHT_TO_LEFT_RUN, (words) => `\u2068${words}\u2069`);

/** Leaves out the middle: a name's end tells its kind. */
function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const end = Math.floor(limit / 4);
  const head = text.slice(0, limit - end - 1).replace(/[\uD800-\uDBFF]$/, '');
  const tail = text.slice(text.length - end).replace(/^[\uDC00-\uDFFF]/, '');
  return `${head}…${tail}`;
}
