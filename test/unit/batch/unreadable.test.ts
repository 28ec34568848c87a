import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { describe, it, test } from 'node:test';
import { readRecipe } from '../../../src/batch/recipe';
import { LOCK_NAME, mergeLocks, readRecords } from '../../../src/batch/records';
import { isMissing } from '../../../src/batch/missing';
import { scan } from '../../../src/batch/scan';
import type { Plan } from '../../../src/batch/types';
import { asNobody, onPosix } from '../files/folder';
import { batchOf, fakeClient, runOf } from './batchOf';
import { folderWith } from './batchFolder';
import { failing } from './failing';

/** What a disk, a network drive or permissions may say of what is there. */
const CODES = ['EACCES', 'EPERM', 'EIO', 'ESTALE', 'ELOOP', 'ENAMETOOLONG', 'EBUSY', 'ETIMEDOUT'];

const RECIPE = '{ "removeOrphans": true, "rules": [{ "files": "src/**/*.png", "to": "out" }] }';
const client = fakeClient(() => undefined);

/** A folder of which everything is made. */
async function made(recipe = RECIPE): Promise<{ readonly root: string; readonly cache: string }> {
  const [root, cache] = [
    folderWith({ 'src/a.png': 'a', 'src/secret/s.png': 's', 'other/x.png': '' }),
    folderWith(),
  ];
  await runOf(batchOf(root, cache, client, recipe));
  assert.equal(Object.keys(await readRecords(path.join(root, LOCK_NAME))).length, 2);
  return { root, cache };
}

const refused = ({ items }: Plan): readonly (readonly [string, readonly string[]])[] =>
  items.filter(isMissing).map(({ input, recorded = [] }) => [input, recorded]);

for (const recipe of [RECIPE, RECIPE.replace('true', 'false')])
  describe(`results of sources that can’t be looked for are kept, and that is an error; removeOrphans: ${String(recipe === RECIPE)}`, () => {
    for (const code of recipe === RECIPE ? CODES : ['EACCES'])
      for (const [what, place, options, input] of [
        ['a folder and all in it', 'src/secret', {}, 'src/secret'],
        ['the list of a folder', 'src/secret', { calls: ['readdir'] }, 'src/secret'],
        ['files', 'src/secret', { calls: ['lstat', 'stat', 'open'] }, 'src/secret/s.png'],
        [
          'a file',
          'src/secret/s.png',
          { calls: ['lstat', 'stat'], below: false },
          'src/secret/s.png',
        ],
        ['the root’s parts', 'src', {}, 'src'],
      ] as const)
        it(`${code} of ${what}`, async () => {
          const { root, cache } = await made(recipe);
          const lock = readFileSync(path.join(root, LOCK_NAME), 'utf8');
          await failing(
            code,
            path.join(root, place),
            async () => {
              const batch = batchOf(root, cache, client, recipe);
              const plan = await batch.plan();
              const all = ['out/a@4x.png', 'out/secret/s@4x.png'];
              assert.deepEqual(refused(plan), [[input, place === 'src' ? all : all.slice(1)]]);
              assert.deepEqual([plan.orphans, plan.leftovers, plan.notes], [[], [], []]);
              const message = plan.items.find(isMissing)?.message ?? '';
              assert.doesNotMatch(message, /\bE[A-Z]{2,}\b/, 'no number of the system');
              if (input === place && below(options))
                assert.match(message, /^The folder can't be read/);
              await batch.tidy(plan);
            },
            options,
          );
          assert.equal(readFileSync(path.join(root, LOCK_NAME), 'utf8'), lock);
          assert.ok(existsSync(path.join(root, 'out/secret/s@4x.png')));
        });

    it('but where nothing is there they go', async () => {
      const { root, cache } = await made(recipe);
      await fs.rm(path.join(root, 'src/secret'), { recursive: true });
      const batch = batchOf(root, cache, client, recipe);
      const plan = await batch.plan();
      assert.deepEqual(plan.orphans, ['out/secret/s@4x.png']);
      await batch.tidy(plan);
      assert.deepEqual(Object.keys(await readRecords(path.join(root, LOCK_NAME))), [
        'out/a@4x.png',
      ]);
      assert.equal(existsSync(path.join(root, 'out/secret/s@4x.png')), recipe !== RECIPE);
    });
  });

const below = (options: { readonly below?: boolean; readonly calls?: unknown }): boolean =>
  options.below !== false;

test('what becomes unreadable between the plan and its end is kept, too', async () => {
  const { root, cache } = await made();
  await fs.rename(path.join(root, 'src/secret'), path.join(root, 'away'));
  const batch = batchOf(root, cache, client, RECIPE);
  const plan = await batch.plan();
  assert.deepEqual(plan.orphans, ['out/secret/s@4x.png']);
  await failing('EIO', path.join(root, 'src/secret'), () => batch.tidy(plan), {});
  assert.ok(existsSync(path.join(root, 'out/secret/s@4x.png')));
  assert.equal(Object.keys(await readRecords(path.join(root, LOCK_NAME))).length, 2);
});

test('a folder that can’t be read matters only where something is sought in it', async () => {
  const { root, cache } = await made();
  await failing(
    'EACCES',
    path.join(root, 'other'),
    async () => {
      const { items, notes } = await batchOf(root, cache, client, RECIPE).plan();
      assert.deepEqual([items.filter(isMissing), notes], [[], []]);
      const search = { root, exclude: [], respectGitignore: true };
      const unreadable = async (inputs: readonly string[]): Promise<unknown> => {
        const found = await scan({ ...search, inputs });
        return [found.unreadable.map(({ input }) => input), found.unmatched, found.notes];
      };
      assert.deepEqual(await unreadable(['src/*.png']), [[], [], []]);
      assert.deepEqual(await unreadable(['*.webp']), [[], ['*.webp'], []]);
      // Nobody can say that nothing matches.
      for (const inputs of [[root], [path.join(root, 'other')], ['**/*.webp'], ['other/*.webp']])
        assert.deepEqual(await unreadable(inputs), [['other'], [], []]);
    },
    {},
  );
});

test('globs of a recipe that may match what can’t be read are not told as idle', async () => {
  const [root, cache] = [folderWith({ 'a/x.png': 'x', 'b/y.png': 'y' }), folderWith()];
  const recipe = '{ "rules": [{ "files": ["a/*.png", "b/*.png", "c/*.png"] }] }';
  await failing(
    'EIO',
    path.join(root, 'b'),
    async () => {
      const { notes } = await batchOf(root, cache, client, recipe).plan();
      assert.deepEqual(notes, ['The recipe names what no picture matches: c/*.png']);
    },
    {},
  );
});

test('the root itself may be what can’t be read; locks of shards in it are not taken for none', async () => {
  const root = folderWith({ 'a.png': '' });
  await failing(
    'EACCES',
    root,
    async () => {
      const found = await scan({ root, inputs: [root], exclude: [], respectGitignore: true });
      assert.deepEqual(
        found.unreadable.map(({ input }) => input),
        ['.'],
      );
      await assert.rejects(mergeLocks(root), /must not be opened/);
    },
    { calls: ['readdir'] },
  );
});

const READERS: readonly (readonly [string, (root: string) => Promise<string>])[] = [
  [
    '.pisa-upscale.json',
    (root) =>
      readRecipe(path.join(root, '.pisa-upscale.json')).then(
        () => 'read',
        (error: unknown) => String(error),
      ),
  ],
  [
    '.gitignore',
    async (root) =>
      (await scan({ root, inputs: [root], exclude: [], respectGitignore: true })).notes.join(),
  ],
  [
    LOCK_NAME,
    (root) =>
      readRecords(path.join(root, LOCK_NAME)).then(
        () => 'read',
        (error: unknown) => String(error),
      ),
  ],
];
for (const [name, read] of READERS)
  for (const code of CODES)
    for (const call of ['lstat', 'open'] as const)
      test(`${name} that can’t be read is told in words: ${code} of ${call}`, async () => {
        const root = folderWith({ [name]: '' });
        const file = path.join(root, name);
        // Of these alone the path itself may be a link.
        const calls = call === 'lstat' ? (['lstat', 'stat'] as const) : ([call] as const);
        const said = await failing(code, file, () => read(root), { calls, below: false });
        assert.ok(said.includes(name), said);
        assert.doesNotMatch(said, /\bE[A-Z]{2,}\b|, (?:lstat|stat|open) /);
        if (code === 'EACCES') assert.match(said, /must not be opened/);
      });

test('a result that can’t be read is replaced by nobody', async () => {
  const { root, cache } = await made();
  const result = path.join(root, 'out/a@4x.png');
  writeFileSync(path.join(root, 'src/a.png'), 'changed');
  for (const force of [false, true])
    await failing(
      'EACCES',
      result,
      async () => {
        const plan = await batchOf(root, cache, client, RECIPE, { force }).plan();
        const item = plan.items.find(({ input }) => input === 'src/a.png');
        assert.deepEqual([item?.status, item?.reason], ['skip', 'impossible']);
        assert.match(item?.message ?? '', /must not be opened/);
      },
      { calls: ['open'], below: false },
    );
});

describe('with the permissions of a real disk', onPosix, () => {
  const modes = [
    [0o000, 'src/secret'],
    [0o311, 'src/secret'],
    [0o444, 'src/secret/s.png'],
  ] as const;
  for (const [mode, input] of modes)
    it(`a folder with the mode ${mode.toString(8)} is refused, and so is a link into it`, async () => {
      const { root, cache } = await made();
      await asNobody([root, cache], async () => {
        symlinkSync('secret/s.png', path.join(root, 'src/link.png'));
        chmodSync(path.join(root, 'src/secret'), mode);
        try {
          const batch = batchOf(root, cache, client, RECIPE);
          const plan = await batch.plan();
          const names = mode === 0o311 ? [input] : ['src/link.png', input];
          assert.deepEqual(
            refused(plan).map(([name]) => name),
            names,
          );
          assert.deepEqual([plan.orphans, plan.notes], [[], []]);
          for (const { message = '' } of plan.items.filter(isMissing))
            assert.match(message, /must not be opened/);
          await batch.tidy(plan);
          assert.equal(Object.keys(await readRecords(path.join(root, LOCK_NAME))).length, 2);
        } finally {
          chmodSync(path.join(root, 'src/secret'), 0o755);
        }
      });
    });
});
