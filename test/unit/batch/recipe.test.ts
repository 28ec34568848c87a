import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it, test } from 'node:test';
import {
  parseRecipe,
  readRecipe,
  RecipeError,
  ruleFor,
  unusedRecipes,
} from '../../../src/batch/recipe';
import { stopwatch } from '../../harness/stopwatch';
import { onPosix } from '../files/folder';
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
  ['an unknown key', '{ "rules": [], "rule": 1 }', /rule must be left out: did you mean "rules"/],
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
    'a restorer that is none',
    '{ "rules": [{ "files": "a", "restore": 1 }] }',
    /rules\[0\]\.restore must be a text/,
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

test('a mark of the encoding before a recipe is none of its text', () => {
  assert.equal(parseRecipe('\ufeff{ "rules": [{ "files": "a" }] }').rules.length, 1);
});

describe('what is no JSON is told in words, with its line', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['', /line 1: A value is missing/],
    ['{"rules":[\n{"files":"a"}]', /line 2: "}" is missing/],
    ['{"rules":[{"files":"a"}}', /line 1: "[\],]" is missing/],
    ['{"rules" []}', /line 1: ":" is missing/],
    ['{rules:[]}', /line 1: This is no JSON: names/],
    ['{"rules":[]} x', /line 1: (?:This is no JSON|Something stands behind)/],
    ['{"rules":[]}{}', /line 1: Something stands behind the end/],
    ['{"rules":[{"files":"a}]}', /line 1: A text does not end/],
    ['{"rules":[]} /* x', /line 1: A comment does not end/],
    ['{"rules":["\\q"]}', /line 1: A text has a character/],
  ];
  for (const [text, expected] of cases)
    it(JSON.stringify(text), () =>
      assert.match(
        message(() => parseRecipe(text)),
        expected,
      ),
    );
});

describe('a recipe in another encoding is refused with its line', () => {
  const text = '{\n"rules":[{"files":"caf\u00e9"}]}';
  const cases: readonly (readonly [string, Buffer, RegExp | undefined])[] = [
    ['Latin-1', Buffer.from(text, 'latin1'), /line 2: The recipe is not in UTF-8/],
    ['UTF-16', Buffer.from(`\ufeff${text}`, 'utf16le'), /line 1: The recipe is not in UTF-8/],
    [
      'cut in a letter',
      Buffer.from(text).subarray(0, Buffer.from(text).indexOf(0xc3) + 1),
      /line 2: The recipe is not in UTF-8/,
    ],
    ['UTF-8', Buffer.from(text), undefined],
    ['UTF-8 with a mark', Buffer.from(`\ufeff${text}`), undefined],
    [
      'UTF-8 with a replacement character',
      Buffer.from(text.replace('\u00e9', '\ufffd')),
      undefined,
    ],
  ];
  for (const [title, content, expected] of cases)
    it(title, async () => {
      const file = path.join(folderWith({}), 'recipe.json');
      writeFileSync(file, content);
      if (expected)
        await assert.rejects(readRecipe(file), (error) => {
          assert.ok(error instanceof RecipeError);
          assert.match(error.message, expected);
          return true;
        });
      else assert.equal((await readRecipe(file))?.rules.length, 1);
    });
});

describe('a recipe that is made to keep a program busy is refused with its name', () => {
  const rule = '{"files":"a"}';
  const many = (count: number, text: string): string =>
    Array.from({ length: count }, () => text).join();
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ['brackets', `{"rules":${'['.repeat(500_000)}`, /nested more than 16 levels/],
    ['braces', '{"a":'.repeat(200_000), /nested more than 16 levels/],
    ['size', ' '.repeat(2 ** 20 + 1), /more than 1048576 characters/],
    ['rules', `{"rules":[${many(1001, rule)}]}`, /rules must be a list of 1 to 1000/],
    ['globs', `{"rules":[{"files":[${many(201, '"a"')}]}]}`, /files must be one to 200 globs/],
    ['targets', `{"rules":[{"files":"a","targets":[${many(101, '{}')}]}]}`, /a list of 1 to 100/],
    ['exclude', `{"rules":[${rule}],"exclude":[${many(1001, '"a"')}]}`, /exclude must be .* 1000/],
    ['a long glob', `{"rules":[{"files":"${'a'.repeat(201)}"}]}`, /at most 200 characters/],
    ['a long text', `{"rules":[{"files":"a","model":"${'a'.repeat(301)}"}]}`, /at most 300/],
    ['a long key', `{"${'k'.repeat(900_000)}":1}`, /must be left out/],
    [
      'a pattern of patterns',
      '{"rules":[{"files":"+(a|b)"}]}',
      /rules\[0\]\.files must be a glob without/,
    ],
  ];
  for (const [what, text, expected] of cases)
    it(what, () => {
      const said = message(() => parseRecipe(text));
      assert.match(said, expected);
      assert.match(said, /^\.pisa-upscale\.json/);
      assert.ok(said.length < 1500, `${said.length} characters`);
    });

  it('but stars without end are no trouble', () => {
    const { rules, exclude, minimumSide } = parseRecipe(
      `{"rules":[{"files":"${'*a'.repeat(12)}b"}],"exclude":["${'*a'.repeat(60)}b"]}`,
    );
    const matches = ruleFor({ rules, exclude, minimumSide });
    const taken = stopwatch();
    assert.equal(matches(`${'a'.repeat(120)}.png`), undefined);
    assert.ok(taken() < 2000);
  });
});

function giant(file: string): void {
  writeFileSync(file, '');
  truncateSync(file, 2 ** 40);
}

describe('what lies where a recipe is expected', onPosix, () => {
  const failing: readonly (readonly [string, (file: string) => void, RegExp])[] = [
    ['a folder', (file) => mkdirSync(file), /is a folder, not a file/],
    ['a pipe', (file) => void execFileSync('mkfifo', [file]), /is a named pipe, not a file/],
    ['a link to a device', (file) => symlinkSync('/dev/zero', file), /leads out of its folder/],
    ['a link to a terminal', (file) => symlinkSync('/dev/ptmx', file), /leads out of its folder/],
    ['a link to nowhere', (file) => symlinkSync('nowhere', file), /leads out of its folder/],
    ['a giant', giant, /bytes/],
  ];
  for (const [what, make, expected] of failing)
    it(`${what} is refused with its path`, async () => {
      const file = path.join(folderWith(), '.pisa-upscale.json');
      make(file);
      await assert.rejects(readRecipe(file), (error) => {
        assert.ok(error instanceof RecipeError, String(error));
        assert.match(error.message, expected);
        assert.ok(error.message.includes(file));
        return true;
      });
    });

  it('a link to a file in the folder, or one that a person named, is read', async () => {
    const root = folderWith({ 'shared/r.json': '{"rules":[{"files":"a"}]}', 'app/x': '' });
    symlinkSync('shared/r.json', path.join(root, '.pisa-upscale.json'));
    symlinkSync('../shared/r.json', path.join(root, 'app', 'named.json'));
    assert.ok(await readRecipe(path.join(root, '.pisa-upscale.json')));
    const named = path.join(root, 'app', 'named.json');
    await assert.rejects(readRecipe(named), /leads out/);
    assert.ok(await readRecipe(named, { isNamed: true }));
    assert.equal(await readRecipe(path.join(root, 'none.json')), undefined);
  });
});

test('recipes of chosen folders are found, where the root’s alone counts', async () => {
  const root = folderWith({
    '.pisa-upscale.json': '{}',
    'art/.pisa-upscale.json': '{}',
    'art/a.png': '',
    'other/b.png': '',
  });
  const inputs = ['art', 'other', 'art/a.png'].map((name) => path.join(root, name));
  assert.deepEqual(await unusedRecipes(root, [root, ...inputs]), ['art/.pisa-upscale.json']);
  assert.deepEqual(await unusedRecipes(root, [root]), []);
});
