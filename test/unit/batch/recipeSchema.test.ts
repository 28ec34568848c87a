import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { parseRecipe, RecipeError } from '../../../src/batch/recipe';

type Schema = { readonly [key: string]: unknown };

const schema = JSON.parse(
  readFileSync(path.resolve(__dirname, '../../../schemas/recipe.schema.json'), 'utf8'),
) as Schema;

const isObject = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The words of JSON Schema that the recipe's has; any other one is told, so that none is passed over. */
const WORDS: { readonly [word: string]: (value: unknown, said: never, all: Schema) => boolean } = {
  type: (value, said: string) =>
    said === 'array'
      ? Array.isArray(value)
      : said === 'object'
        ? isObject(value)
        : said === 'integer'
          ? Number.isInteger(value)
          : typeof value === said,
  enum: (value, said: readonly unknown[]) => said.includes(value),
  minimum: (value, said: number) => typeof value !== 'number' || value >= said,
  maximum: (value, said: number) => typeof value !== 'number' || value <= said,
  maxLength: (value, said: number) => typeof value !== 'string' || value.length <= said,
  pattern: (value, said: string) => typeof value !== 'string' || new RegExp(said).test(value),
  minItems: (value, said: number) => !Array.isArray(value) || value.length >= said,
  maxItems: (value, said: number) => !Array.isArray(value) || value.length <= said,
  minProperties: (value, said: number) => !isObject(value) || Object.keys(value).length >= said,
  items: (value, said: Schema) => !Array.isArray(value) || value.every((one) => fits(one, said)),
  required: (value, said: readonly string[]) =>
    !isObject(value) || said.every((key) => value[key] !== undefined),
  properties: (value, said: { readonly [key: string]: Schema }) =>
    !isObject(value) ||
    Object.entries(value).every(([key, one]) => !said[key] || fits(one, said[key])),
  additionalProperties: (value, said: boolean, { properties }) =>
    said ||
    !isObject(value) ||
    Object.keys(value).every((key) => isObject(properties) && key in properties),
  anyOf: (value, said: readonly Schema[]) => said.some((one) => fits(value, one)),
  $ref: (value, said: string) =>
    fits(
      value,
      (schema.$defs as { readonly [key: string]: Schema })[said.replace('#/$defs/', '')]!,
    ),
};
const NO_RULES = /^(?:\$schema|\$defs|title|description|default|defaultSnippets|allow\w+)$/;

const fits = (value: unknown, one: Schema): boolean =>
  Object.entries(one)
    .filter(([word]) => !NO_RULES.test(word))
    .every(([word, said]) => {
      const check = WORDS[word];
      assert.ok(check, `the word ${word} of the schema`);
      return check(value, said as never, one);
    });

const rule = (part: object): object => ({ rules: [{ files: 'a/**', ...part }] });
const target = (part: object): object => rule({ targets: [part] });

/** Empty things of every kind: what would do nothing is refused, what means something is not. */
const CASES: readonly (readonly [string, object, RegExp | undefined])[] = [
  ['no rules', {}, /must be a list of 1 to 1000/],
  ['an empty list of rules', { rules: [] }, /rules must be a list of 1 to 1000/],
  ['a rule with nothing', { rules: [{}] }, /rules\[0\]\.files must be a text/],
  ['an empty list of files', rule({ files: [] }), /rules\[0\]\.files must be one to 200 globs/],
  ['an empty glob', rule({ files: '' }), /rules\[0\]\.files must be a text/],
  ['a glob of spaces', rule({ files: [' '] }), /rules\[0\]\.files\[0\] must be a text/],
  ['an empty list of targets', rule({ targets: [] }), /targets must be a list of 1 to 100/],
  ['no list of targets', rule({ targets: {} }), /targets must be a list of 1 to 100/],
  ['an empty limit', rule({ notBeyond: {} }), /notBeyond must be an object with width, height/],
  ['an empty limit of a target', target({ notBeyond: {} }), /notBeyond must be an object with/],
  ['an empty grid', rule({ grid: {} }), /grid\.columns must be a whole number/],
  ['an empty excluded glob', { ...rule({}), exclude: [''] }, /exclude\[0\] must be a text/],
  ['a smallest side of nothing', { ...rule({}), minimumSide: 0 }, /minimumSide must be a number/],
  ...['model', 'restore', 'output', 'to'].flatMap((key) =>
    ['', ' '].flatMap((text): [string, object, RegExp][] => [
      [`${key} "${text}"`, rule({ [key]: text }), new RegExp(`${key} must be a text`)],
      [
        `${key} "${text}" of a target`,
        target({ [key]: text }),
        new RegExp(`${key} must be a text`),
      ],
    ]),
  ),
  ['a side that is too large', rule({ width: 1_000_001 }), /width must be a number/],
  ['a target that takes all from its rule', target({}), undefined],
  ['an empty list of what is left out', { ...rule({}), exclude: [] }, undefined],
  ['no words', rule({ prompt: '' }), undefined],
  ['a limit', rule({ notBeyond: { width: 5 } }), undefined],
];

describe('what would do nothing is refused with its line, by the schema of the editor, too', () => {
  for (const [what, recipe, expected] of CASES)
    it(what, () => {
      const text = JSON.stringify(recipe, undefined, 1);
      if (!expected) {
        assert.ok(parseRecipe(text));
        assert.equal(fits(recipe, schema), true);
        return;
      }
      assert.throws(
        () => parseRecipe(text),
        (error) => {
          assert.ok(error instanceof RecipeError);
          assert.match(error.message, expected);
          if ('rules' in recipe) assert.match(error.message, /, line \d+: /);
          return true;
        },
      );
      assert.equal(fits(recipe, schema), false);
    });

  it('a glob of nothing but the folder itself', () =>
    assert.throws(
      () => parseRecipe(JSON.stringify(rule({ files: './' }))),
      /glob inside the folder/,
    ));
});
