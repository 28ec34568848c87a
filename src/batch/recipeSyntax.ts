import { printParseErrorCode, type ParseError } from 'jsonc-parser';
import { phrase, type Phrase } from '../shared/phrase';
import { positionAt, RecipeError } from './recipeReader';

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

/** Bytes that are no UTF-8 were read as other letters, by which nothing would be found. */
export function refuseOtherEncodings(text: string, name: string): void {
  const at = text.indexOf('\ufffd');
  if (at < 0) return;
  const position = positionAt(text, at);
  throw new RecipeError(
    phrase`${name}, line ${position.line}: ${phrase`The recipe is not in UTF-8; save it as that.`}`,
    position,
  );
}
