import { isUtf8 } from 'node:buffer';
import { printParseErrorCode, type ParseError } from 'jsonc-parser';
import { phrase, type Phrase } from '../shared/phrase';
import { RecipeError } from './recipeReader';

const LINE_FEED = 0x0a;
const NO_NUMBER = phrase`This is no number.`;
const NO_CHARACTER = phrase`A text has a character in it that JSON does not allow.`;
const missing = (sign: string): Phrase => {
  const quoted = `"${sign}"`;
  return phrase`${quoted} is missing.`;
};

/** What is wrong with the JSON of a recipe, as a sentence. */
const WORDS: { readonly [code: string]: Phrase | undefined } = {
  InvalidNumberFormat: NO_NUMBER,
  UnexpectedEndOfNumber: NO_NUMBER,
  PropertyNameExpected: phrase`A key in quotation marks is missing.`,
  ValueExpected: phrase`A value is missing.`,
  ColonExpected: missing(':'),
  CommaExpected: missing(','),
  CloseBraceExpected: missing('}'),
  CloseBracketExpected: missing(']'),
  EndOfFileExpected: phrase`Something stands behind the end of the recipe.`,
  UnexpectedEndOfComment: phrase`A comment does not end.`,
  UnexpectedEndOfString: phrase`A text does not end.`,
  InvalidUnicode: NO_CHARACTER,
  InvalidEscapeCharacter: NO_CHARACTER,
  InvalidCharacter: NO_CHARACTER,
};

export const syntaxWords = ({ error }: ParseError): Phrase =>
  WORDS[printParseErrorCode(error)] ??
  phrase`This is no JSON: names and texts need quotation marks.`;

/** Of bytes that are no UTF-8 other letters would be read, by which nothing would be found. */
export function refuseOtherEncodings(content: Buffer, name: string): void {
  if (isUtf8(content)) return;
  const line = lineOfOther(content);
  throw new RecipeError(
    phrase`${name}, line ${line}: ${phrase`The recipe is not in UTF-8; save it as that.`}`,
    { line, column: 1 },
  );
}

function lineOfOther(content: Buffer): number {
  let line = 1;
  for (let from = 0; ; line++) {
    const end = content.indexOf(LINE_FEED, from);
    if (end < 0 || !isUtf8(content.subarray(from, end))) return line;
    from = end + 1;
  }
}
