import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, it, test } from 'node:test';
import { fixedPart } from '../../../src/batch/glob/fixedPart';
import { makePlan } from '../../../src/batch/plan';
import type { PlanRequest } from '../../../src/batch/planRequest';
import { parseRecipe } from '../../../src/batch/recipe';
import type { Plan } from '../../../src/batch/types';
import { DEFAULT_SETTINGS } from '../../../src/shared/settings';
import { onPosix } from '../files/folder';
import { folderWith } from './batchFolder';
import { judgeHere } from './judging';

async function planOf(root: string, part: Partial<PlanRequest> = {}): Promise<Plan> {
  return makePlan(
    {
      root,
      inputs: [root],
      exclude: [],
      respectGitignore: true,
      settingsFor: () => DEFAULT_SETTINGS,
      minimumSide: 1,
      records: {},
      ...part,
    },
    {
      inspect: async (inputs) =>
        inputs.map(() => ({ ok: true, size: { width: 3, height: 2 }, frames: 1, border: 0 })),
      judge: judgeHere,
      modelHash: async () => 'model',
      sameSize: async () => new Set(),
    },
  );
}

const ruled = (root: string, ...rules: readonly object[]): Promise<Plan> =>
  planOf(root, {
    recipe: {
      file: path.join(root, '.pisa-upscale.json'),
      value: parseRecipe(JSON.stringify({ rules })),
    },
  });

const todo = ({ items }: Plan): string[] =>
  items
    .filter(({ status }) => status === 'todo')
    .map(({ input, output }) => `${input} > ${output}`);

const reasonOf = ({ items }: Plan, input: string): string | undefined =>
  items.find((item) => item.input === input)?.reason;

const filled = (...names: readonly string[]): string =>
  folderWith(Object.fromEntries(names.map((name) => [name, name])));

describe('where results go', () => {
  const tree = ['assets-src/a.png', 'assets-src/ui/deep/b.png', 'other/c.png'];
  const rows: readonly [
    what: string,
    names: readonly string[],
    rules: readonly object[],
    results: readonly string[],
  ][] = [
    [
      'a tree is made anew elsewhere',
      tree,
      [{ files: 'assets-src/**', to: 'public/img', output: '{name}.{ext}' }],
      [
        'assets-src/a.png > public/img/a.png',
        'assets-src/ui/deep/b.png > public/img/ui/deep/b.png',
      ],
    ],
    [
      'the usual name stays',
      tree,
      [{ files: ['assets-src/**'], to: './public/img/' }],
      [
        'assets-src/a.png > public/img/a@4x.png',
        'assets-src/ui/deep/b.png > public/img/ui/deep/b@4x.png',
      ],
    ],
    [
      'a pattern says where the tree goes',
      tree,
      [{ files: 'assets-src/**', output: 'public/{scale}x/{folder}/{name}.{ext}' }],
      ['assets-src/a.png > public/4x/a.png', 'assets-src/ui/deep/b.png > public/4x/ui/deep/b.png'],
    ],
    [
      'a pattern in a folder',
      tree,
      [{ files: 'assets-src/**', to: 'public', output: '{scale}x/{folder}/{name}.{ext}' }],
      ['assets-src/a.png > public/4x/a.png', 'assets-src/ui/deep/b.png > public/4x/ui/deep/b.png'],
    ],
    [
      'folders of the name lie below the tree',
      tree,
      [{ files: 'assets-src/**', to: 'public', output: 'large/{name}.{ext}' }],
      [
        'assets-src/a.png > public/large/a.png',
        'assets-src/ui/deep/b.png > public/ui/deep/large/b.png',
      ],
    ],
    [
      'each glob has a tree of its own',
      tree,
      [{ files: ['assets-src/ui/**', 'other/*.png'], to: 'out', output: '{name}.{ext}' }],
      ['assets-src/ui/deep/b.png > out/deep/b.png', 'other/c.png > out/c.png'],
    ],
    [
      'braces belong to the tree',
      tree,
      [{ files: '{assets-src,other}/**', to: 'out', output: '{name}.{ext}' }],
      [
        'assets-src/a.png > out/assets-src/a.png',
        'assets-src/ui/deep/b.png > out/assets-src/ui/deep/b.png',
        'other/c.png > out/other/c.png',
      ],
    ],
    [
      'the folder of the recipe',
      tree,
      [{ files: 'assets-src/**', to: '.', output: '{name}@{scale}x.{ext}' }],
      ['assets-src/a.png > a@4x.png', 'assets-src/ui/deep/b.png > ui/deep/b@4x.png'],
    ],
    [
      'several targets, one of them beside the source',
      ['src/a.png'],
      [{ files: 'src/**', targets: [{ to: 'pub', scale: 2 }, { scale: 3 }] }],
      ['src/a.png > pub/a@2x.png', 'src/a.png > src/a@3x.png'],
    ],
    [
      'sets of densities',
      ['src/ui/a.png'],
      [
        {
          files: 'src/**',
          to: 'res',
          targets: [{ density: 'web' }, { density: 'flutter' }, { density: 'android' }],
        },
      ],
      [
        ...['2.0x/a.png', '3.0x/a.png', 'a@2x.png', 'a@3x.png'],
        ...['hdpi', 'xhdpi', 'xxhdpi', 'xxxhdpi'].map((dpi) => `drawable-${dpi}/a.png`),
      ].map((name) => `src/ui/a.png > res/ui/${name}`),
    ],
    [
      'sets of a folder that the glob names keep its kind and its qualifiers',
      ['res/drawable-night-mdpi/a.png', 'res/mipmap-mdpi/a.png'],
      [
        { files: 'res/mipmap-mdpi/*.png', to: 'gen', density: 'android' },
        { files: 'res/drawable-night-mdpi/*.png', to: 'gen', density: 'android' },
      ],
      ['drawable-night', 'mipmap'].flatMap((kind) =>
        ['hdpi', 'xhdpi', 'xxhdpi', 'xxxhdpi'].map(
          (dpi) => `res/${kind}-mdpi/a.png > gen/${kind}-${dpi}/a.png`,
        ),
      ),
    ],
    [
      'sets of a tree that is kept stand beside their sources’ folders',
      ['src/1.0x/a.png', 'src/mipmap/a.png'],
      [
        { files: 'src/**/mipmap/*.png', to: 'gen', density: 'android' },
        { files: 'src/**', to: 'gen', density: 'flutter' },
      ],
      [
        ...['2.0x', '3.0x'].map((to) => `src/1.0x/a.png > gen/${to}/a.png`),
        ...['hdpi', 'xhdpi', 'xxhdpi', 'xxxhdpi'].map(
          (dpi) => `src/mipmap/a.png > gen/mipmap-${dpi}/a.png`,
        ),
      ],
    ],
    [
      'what lies in the folder of results is no source',
      ['a.png', 'public/img/x.png', 'public/y.png', 'PUBLIC/IMG/z.png'],
      [{ files: '**/*.png', to: 'public/img', output: '{name}.{ext}' }],
      ['a.png > public/img/a.png', 'public/y.png > public/img/public/y.png'],
    ],
    [
      'nor for another rule',
      ['src/a.png', 'public/img/a.png', 'b.png'],
      [
        { files: 'src/**', to: 'public', output: 'img/{folder}/{name}.{ext}' },
        { files: '**/*.png', to: 'thumbs', output: '{name}.{ext}' },
      ],
      ['b.png > thumbs/b.png', 'src/a.png > public/img/a.png'],
    ],
    [
      'unless a glob names that folder',
      ['public/raw/a.png', 'public/x.png'],
      [{ files: ['public/raw/**', '*/x.png'], to: 'public', output: '{name}.{ext}' }],
      ['public/raw/a.png > public/a.png'],
    ],
    [
      'two sources with one result',
      ['a/x.png', 'b/x.png', 'c/X.png'],
      [{ files: ['a/*', 'b/*', 'c/*'], to: 'out', output: '{name}.{ext}' }],
      ['a/x.png > out/x.png'],
    ],
    [
      'a result in the place of a source',
      ['src/a.png', 'a.png'],
      [
        { files: '*.png', scale: 2 },
        { files: 'src/**', to: '.', output: '{name}.{ext}' },
      ],
      ['a.png > a@2x.png'],
    ],
    [
      'a folder that begins like it is another one',
      ['public/img-raw/a.png'],
      [{ files: '**/*.png', to: 'public/img', output: '{name}.{ext}' }],
      ['public/img-raw/a.png > public/img/public/img-raw/a.png'],
    ],
  ];
  for (const [what, names, rules, results] of rows)
    it(what, async () => {
      const found = todo(await ruled(filled(...names), ...rules));
      assert.deepEqual(found.sort(), [...results].sort());
    });
});

describe('a folder of results that leaves the recipe’s is refused', () => {
  for (const to of [
    '..',
    '../out',
    'a/../../b',
    'a/./b',
    '/tmp',
    '//host/share',
    'C:/out',
    'c:out',
    'a\\..\\b',
    '\\\\host\\share',
    '~',
    '~/out',
    '',
    ' ',
    'a//b',
    'con',
    'a/NUL.x/b',
    'a/lpt1',
    'dot./x',
    'space /x',
    '.git',
    'a/.Git/hooks',
    'g\u200bit/../x',
    'a\0b',
    '{name}',
    'public/{scale}',
    '*',
    5,
    ['a'],
  ])
    it(JSON.stringify(to), () => {
      assert.throws(
        () => parseRecipe(JSON.stringify({ rules: [{ files: 'a/**', to }] })),
        /rules\[0\]\.to must be/,
      );
    });
  for (const output of [
    '{folder}.{ext}',
    '{folder}',
    'x{folder}/{name}.{ext}',
    '{folder}/{folder}/{name}.{ext}',
    '../{folder}/{name}.{ext}',
    '/{folder}/{name}.{ext}',
  ])
    it(output, () => {
      assert.throws(
        () => parseRecipe(JSON.stringify({ rules: [{ files: 'a/**', output }] })),
        /rules\[0\]\.output must be/,
      );
    });
});

test(
  'a folder of results that is a link: out of the folder, into sources, inside',
  onPosix,
  async () => {
    const root = filled('src/a.png', 'elsewhere/x.txt');
    const away = folderWith();
    symlinkSync(away, path.join(root, 'out'));
    symlinkSync('src', path.join(root, 'mirror'));
    symlinkSync('elsewhere', path.join(root, 'inside'));
    symlinkSync('nowhere', path.join(root, 'dead'));
    const by = (to: string): Promise<Plan> =>
      ruled(root, { files: 'src/**', to, output: '{name}.{ext}' });
    for (const to of ['out', 'out/deep', 'dead']) {
      const plan = await by(to);
      assert.deepEqual(todo(plan), [], to);
      assert.equal(reasonOf(plan, 'src/a.png'), 'outside', to);
    }
    const mirrored = await by('mirror');
    assert.deepEqual([todo(mirrored), reasonOf(mirrored, 'src/a.png')], [[], 'collision']);
    assert.deepEqual(todo(await by('inside')), ['src/a.png > inside/a.png']);
  },
);

describe('the name pattern of the settings', () => {
  const settings = { ...DEFAULT_SETTINGS, namePattern: 'public/{folder}/{name}.{ext}' };
  const names = ['assets/ui/a.png', 'public/old.png', 'b.png'];
  it('begins at the root, whatever of it was chosen', async () => {
    const root = filled(...names);
    assert.deepEqual(todo(await planOf(root, { settingsFor: () => settings })), [
      'assets/ui/a.png > public/assets/ui/a.png',
      'b.png > public/b.png',
    ]);
    const part = { settingsFor: () => settings, inputs: [path.join(root, 'assets')] };
    assert.deepEqual(todo(await planOf(root, part)), ['assets/ui/a.png > public/assets/ui/a.png']);
  });
  it('keeps the tree of what was named, on the command line', async () => {
    const root = filled(...names);
    const of = async (...inputs: readonly string[]): Promise<string[]> =>
      todo(await planOf(root, { settingsFor: () => settings, treeFrom: 'inputs', inputs }));
    assert.deepEqual(await of('assets/**'), ['assets/ui/a.png > public/ui/a.png']);
    assert.deepEqual(await of(path.join(root, 'assets')), ['assets/ui/a.png > public/ui/a.png']);
    assert.deepEqual(await of('*.png', 'assets/**/*.png'), [
      'assets/ui/a.png > public/ui/a.png',
      'b.png > public/b.png',
    ]);
  });
  it('takes a file of the folder of results that was named itself', async () => {
    const root = filled(...names);
    const inputs = [path.join(root, 'public/old.png')];
    assert.deepEqual(todo(await planOf(root, { settingsFor: () => settings, inputs })), [
      'public/old.png > public/public/old.png',
    ]);
  });
});

test('what lies in --out below the folder is no source', async () => {
  const root = filled('a.png', 'large/a.png', 'large/deep/b.png');
  const settings = { ...DEFAULT_SETTINGS, namePattern: '{name}.{ext}' };
  const plan = await planOf(root, {
    settingsFor: () => settings,
    outputRoot: path.join(root, 'large'),
  });
  assert.deepEqual(todo(plan), ['a.png > a.png']);
});

test('results that git ignores are made, and are no sources', async () => {
  const root = filled('src/a.png', 'public/img/old.png');
  mkdirSync(path.join(root, '.git'));
  const rule = { files: '**/*.png', to: 'public/img', output: '{name}.{ext}' };
  const ignoring = folderWith({ 'src/a.png': 'a', '.gitignore': '/public/\n', '.git/HEAD': '' });
  assert.deepEqual(todo(await ruled(root, rule)), ['src/a.png > public/img/src/a.png']);
  assert.deepEqual(todo(await ruled(ignoring, rule)), ['src/a.png > public/img/src/a.png']);
});

test('the fixed part of a glob', () => {
  for (const [glob, part] of [
    ['assets-src/**', 'assets-src'],
    ['a/b/*.png', 'a/b'],
    ['a/b/c.png', 'a/b'],
    ['c.png', ''],
    ['**', ''],
    ['{a,b}/**', ''],
    ['a/{b,c}/x.png', 'a'],
    ['a/\\[b\\]/*.png', 'a/[b]'],
    ['a/[b]/*.png', 'a'],
    ['./a/**', 'a'],
  ] as const)
    assert.equal(fixedPart(glob), part, glob);
});
