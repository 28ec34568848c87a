// Keys of a recipe that nothing could honor are refused, or told where the pictures decide.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { idleKeyNotes } from '../../../src/batch/idleKeyNotes';
import { parseRecipe, RecipeError, type Recipe } from '../../../src/batch/recipe';
import type { PlanItem } from '../../../src/batch/types';
import { FORMATS_WITH } from '../../../src/shared/formatOptions';
import { OUTPUT_FORMATS } from '../../../src/shared/settings';

const recipeOf = (rule: object): Recipe =>
  parseRecipe(JSON.stringify({ rules: [{ files: '*', ...rule }] }));
const refused = (rule: object, place: string): void => {
  assert.throws(
    () => recipeOf(rule),
    (error: unknown) =>
      error instanceof RecipeError && error.message.includes(`${place} must be left out: `),
    JSON.stringify(rule),
  );
};

describe('a fit needs a box', () => {
  test('alone, or with one side', () => {
    for (const part of [{}, { scale: 2 }, { width: 9 }, { height: 9 }, { megapixels: 1 }])
      refused({ fit: 'fill', ...part }, 'rules[0].fit');
    recipeOf({ fit: 'fill', width: 9, height: 9 });
  });
  test('of several targets one will do, if the rule says it for all', () => {
    const box = { width: 9, height: 9 };
    recipeOf({ fit: 'fill', targets: [{ scale: 2 }, { ...box, output: 'b/{name}.{ext}' }] });
    refused({ fit: 'fill', targets: [{ scale: 2 }] }, 'rules[0].fit');
    refused({ targets: [{ scale: 2 }, { fit: 'fill', scale: 3 }] }, 'rules[0].targets[1].fit');
    refused({ fit: 'fill', targets: [{ ...box, fit: 'inside' }, { scale: 2 }] }, 'rules[0].fit');
  });
});

describe('what only some formats have is refused in the others', () => {
  for (const format of OUTPUT_FORMATS)
    for (const [key, value, option] of [
      ['quality', 80, 'quality'],
      ['lossless', true, 'lossless'],
    ] as const)
      test(`${key} ${value} in ${format}`, () => {
        const name = `{name}.${{ jpeg: 'jpg', tiff: 'tif' }[format as string] ?? format}`;
        for (const part of [{ format }, { output: name }]) {
          const rule = { [key]: value, ...part };
          const inTarget = { targets: [{ [key]: value, ...part }] };
          if (FORMATS_WITH[option].includes(format)) [rule, inTarget].forEach(recipeOf);
          else {
            refused(rule, `rules[0].${key}`);
            refused(inTarget, `rules[0].targets[0].${key}`);
          }
        }
      });
  test('but that a result need not be without loss', () => {
    for (const format of OUTPUT_FORMATS) recipeOf({ lossless: false, format });
  });
  test('of several targets one will do, and so will the source’s own format', () => {
    recipeOf({ quality: 80, targets: [{ format: 'png' }, { format: 'webp' }] });
    recipeOf({ quality: 80 });
    recipeOf({ quality: 80, format: 'source' });
    refused({ quality: 80, targets: [{ format: 'png' }, { format: 'gif' }] }, 'rules[0].quality');
  });
});

test('where the pictures decide, what none of them can honor is told', () => {
  const item = (input: string, output: string): PlanItem => ({ input, output }) as PlanItem;
  const recipe = recipeOf({ quality: 80, lossless: false });
  assert.deepEqual(idleKeyNotes(recipe, [item('a.png', 'a@4x.png'), item('b.gif', 'b@4x.gif')]), [
    'rules[0].quality has no effect: the results are PNG, GIF, and only JPEG, WebP, AVIF can honor it.',
    'rules[0].lossless has no effect: the results are PNG, GIF, and only JPEG, WebP, AVIF can honor it.',
  ]);
  assert.deepEqual(idleKeyNotes(recipe, [item('a.png', 'a@4x.png'), item('b', 'b@4x.jpg')]), []);
  assert.deepEqual(idleKeyNotes(recipe, []), []);
});
