import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { parseRecipe, readRecipe, RecipeError, ruleFor } from '../../../src/batch/recipe';
import { folderWith } from './batchFolder';

test('a recipe has comments, trailing commas, rules with one target or several', () => {
  const recipe = parseRecipe(`{
    // Icons for every density.
    "rules": [
      { "files": "icons/**/*.png", "density": "apple", "semantic": 0.3 },
      { "files": ["photos/*.jpg", "hero/*.jpg"], "model": "m", "quality": 80, "targets": [
        { "width": 1920, "format": "webp", "output": "web/{name}.{ext}", "maxKilobytes": 200.5 },
        { "megapixels": 8, "metadata": "strip", "notBeyond": { "width": 4000 } },
      ] },
    ],
    "exclude": ["vendor/**"], /* not ours */
    "minimumSide": 16,
  }`);
  assert.deepEqual(recipe, {
    rules: [
      {
        files: ['icons/**/*.png'],
        targets: [{ density: 'apple', guidance: { semantic: 0.3 }, file: {}, asset: {} }],
      },
      {
        files: ['photos/*.jpg', 'hero/*.jpg'],
        targets: [
          {
            size: { kind: 'box', width: 1920, fit: 'inside' },
            model: 'm',
            guidance: {},
            format: 'webp',
            quality: 80,
            output: 'web/{name}.{ext}',
            file: { maxBytes: 200_500 },
            asset: {},
          },
          {
            size: { kind: 'megapixels', megapixels: 8 },
            notBeyond: { width: 4000 },
            model: 'm',
            guidance: {},
            quality: 80,
            file: { metadata: 'strip' },
            asset: {},
          },
        ],
      },
    ],
    exclude: ['vendor/**'],
    minimumSide: 16,
  });
  const rule = ruleFor(recipe);
  assert.equal(rule('icons/a/b.png'), recipe.rules[0]);
  assert.equal(rule('hero/x.jpg'), recipe.rules[1]);
  assert.equal(rule('other/x.jpg'), undefined);
});

for (const [name, text, message] of [
  ['no JSON', '{ "rules": [ }', /line 1/],
  ['no object', '[]', /the recipe must be an object/],
  ['no rules', '{}', /rules must be a list/],
  ['an unknown key', '{ "rules": [], "rule": 1 }', /rule must be left out: known are/],
  [
    'an unknown key of a rule',
    '{ "rules": [{ "files": "a", "scal": 2 }] }',
    /rules\[0\]\.scal must be left out/,
  ],
  [
    'a scale out of range',
    '{ "rules": [{ "files": "a", "scale": 9 }] }',
    /rules\[0\]\.scale must be a number between 1 and 8/,
  ],
  [
    'two sizes',
    '{ "rules": [{ "files": "a", "scale": 2, "width": 5 }] }',
    /one of scale, width and height/,
  ],
  ['a wrong format', '{ "rules": [{ "files": "a", "format": "bmp" }] }', /one of source, png/],
  [
    'files that are no text',
    '{ "rules": [{ "files": [1] }] }',
    /rules\[0\]\.files\[0\] must be a text/,
  ],
  ['a glob that leaves', '{ "rules": [{ "files": "../**/*.png" }] }', /inside the folder/],
  ['an absolute glob', '{ "rules": [{ "files": "/etc/**" }] }', /inside the folder/],
  ['a drive', '{ "rules": [{ "files": "C:\\\\\\\\x\\\\\\\\**" }] }', /inside the folder/],
  [
    'an output that leaves',
    '{ "rules": [{ "files": "a", "output": "../{name}.{ext}" }] }',
    /must stay inside/,
  ],
  [
    'an absolute output',
    '{ "rules": [{ "files": "a", "output": "/tmp/{name}.{ext}" }] }',
    /must stay inside/,
  ],
  [
    'a wrong target',
    '{ "rules": [{ "files": "a", "targets": [{ "quality": 0 }] }] }',
    /rules\[0\]\.targets\[0\]\.quality/,
  ],
] as const) {
  test(`${name}: the message names the file and the place`, () => {
    assert.throws(
      () => parseRecipe(text),
      (error) =>
        error instanceof RecipeError &&
        error.message.startsWith('.pisa-upscale.json') &&
        message.test(error.message),
    );
  });
}

test('a folder without a recipe has none', async () => {
  assert.equal(await readRecipe(path.join(folderWith(), '.pisa-upscale.json')), undefined);
});

test('the schema knows the same keys', () => {
  const root = path.resolve(__dirname, '../../..');
  const schema = JSON.parse(
    readFileSync(path.join(root, 'schemas/recipe.schema.json'), 'utf8'),
  ) as {
    $defs: {
      target: { properties: Record<string, unknown> };
      rule: { properties: Record<string, unknown> };
    };
    properties: Record<string, unknown>;
  };
  const known = /known are (.*)\.$/
    .exec(message(() => parseRecipe('{ "rules": [{ "files": "a", "nonsense": 1 }] }')))![1]!
    .split(', ');
  assert.deepEqual(Object.keys(schema.$defs.rule.properties).sort(), known.sort());
  assert.deepEqual(
    Object.keys(schema.$defs.target.properties).sort(),
    known.filter((key) => key !== 'files' && key !== 'targets').sort(),
  );
  const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    contributes: { jsonValidation: { fileMatch: string; url: string }[] };
  };
  assert.deepEqual(manifest.contributes.jsonValidation, [
    { fileMatch: '.pisa-upscale.json', url: './schemas/recipe.schema.json' },
  ]);
});

function message(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return (error as Error).message;
  }
  return '';
}
