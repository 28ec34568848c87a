import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it, test } from 'node:test';
import { parseRecipe } from '../../../src/batch/recipe';
import { RECIPE_TEMPLATES } from '../../../src/batch/recipeTemplates';

type Snippet = { readonly label: string; readonly bodyText: string };
const schema = JSON.parse(
  readFileSync(path.resolve(__dirname, '../../../schemas/recipe.schema.json'), 'utf8'),
) as {
  readonly defaultSnippets: readonly Snippet[];
  readonly $defs: Readonly<
    Record<'rule' | 'target', { readonly defaultSnippets: readonly Snippet[] }>
  >;
};

/** A snippet when nothing is filled in: each place has its default, or the first of its choices. */
const accepted = (snippet: string): string =>
  snippet
    .replace(/\$\{\d+\|([^,|]+)[^|]*\|\}/g, '$1')
    .replace(/\$\{\d+:((?:[^}\\]|\\.)*)\}/g, (_, text: string) => text.replaceAll('\\}', '}'));

test('the schema offers the recipes that the command does', () => {
  assert.deepEqual(
    schema.defaultSnippets.map(({ bodyText }) => bodyText),
    Object.values(RECIPE_TEMPLATES).map((text) => text.trimEnd()),
  );
});

describe('a snippet, as it comes, is a recipe', () => {
  for (const [id, text] of Object.entries(RECIPE_TEMPLATES))
    it(id, () => {
      assert.equal(parseRecipe(accepted(text)).rules.length, 1);
    });
  for (const { label, bodyText } of schema.$defs.rule.defaultSnippets)
    it(label, () => {
      assert.equal(parseRecipe(`{ "rules": [${accepted(bodyText)}] }`).rules.length, 1);
    });
  for (const { label, bodyText } of schema.$defs.target.defaultSnippets)
    it(label, () => {
      const text = `{ "rules": [{ "files": "a/**", "targets": [${accepted(bodyText)}] }] }`;
      assert.equal(parseRecipe(text).rules[0]?.targets.length, 1);
    });
});
