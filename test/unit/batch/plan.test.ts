import assert from 'node:assert/strict';
import {
  chmodSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { hashFile } from '../../../src/files/hashFile';
import type { BatchSettings } from '../../../src/batch/targets';
import { makePlan } from '../../../src/batch/plan';
import type { PlanPorts, PlanRequest } from '../../../src/batch/planRequest';
import { parseRecipe } from '../../../src/batch/recipe';
import type { Plan, PlanItem, Records } from '../../../src/batch/types';
import type { PictureFacts } from '../../../src/shared/engineProtocol';
import { OTHER_PICTURES } from '../../../src/shared/otherPictures';
import { DEFAULT_SETTINGS } from '../../../src/shared/settings';
import { folderWith, write } from './batchFolder';
import { judgeHere } from './judging';

/** Every picture has 30×20 pixels, but what says otherwise in its content; nine-patches a frame. */
function inspect(inputs: readonly string[]): Promise<readonly PictureFacts[]> {
  return Promise.resolve(
    inputs.map((input) => {
      const content = readFileSync(input, 'utf8');
      if (content === 'broken')
        return {
          ok: false,
          code: 'input-damaged',
          message: `${path.basename(input)} is damaged.`,
          hint: 'Restore it.',
        };
      const [, width, height] = /^(\d+)x(\d+)$/.exec(content) ?? ['', '30', '20'];
      return {
        ok: true,
        size: { width: Number(width), height: Number(height) },
        frames: 1,
        border: input.endsWith('.9.png') ? 2 : 0,
      };
    }),
  );
}

/** None restores at the same size. */
const sameSize = (): Promise<ReadonlySet<string>> => Promise.resolve(new Set());

async function planOf(
  root: string,
  part: Partial<PlanRequest> = {},
  ports: Partial<PlanPorts> = {},
): Promise<Plan> {
  return makePlan(
    {
      root,
      inputs: [root],
      exclude: [],
      respectGitignore: true,
      settingsFor: () => DEFAULT_SETTINGS,
      minimumSide: 8,
      records: {},
      ...part,
    },
    {
      inspect,
      judge: judgeHere,
      modelHash: (model) => Promise.resolve(`hash of ${model}`),
      sameSize,
      ...ports,
    },
  );
}

const shown = ({ items }: Plan): string[] =>
  items.map(
    ({ input, output, status, selected, reason }) =>
      `${input} > ${output || '-'}: ${status}${selected ? ' x' : ''}${reason ? ` ${reason}` : ''}`,
  );

/** What a run would remember of a plan's items, with these contents as outputs. */
async function done(plan: Plan, content = 'result'): Promise<Records> {
  const records: Record<string, Records[string]> = {};
  for (const { input, output, inputHash, settingsHash, size, outputSize } of plan.items.filter(
    ({ status }) => status === 'todo',
  )) {
    write(plan.outputRoot, output, content);
    records[output] = {
      input,
      inputHash: inputHash!,
      settings: settingsHash!,
      outputHash: await hashFile(path.join(plan.outputRoot, output)),
      ...outputSize!,
      sourceWidth: size!.width,
      sourceHeight: size!.height,
    };
  }
  return records;
}

test('headers come before hashes: what its header leaves alone is not read to its end', async () => {
  const root = folderWith({ 'a.png': 'a', 'huge.png': '' });
  // More than what is ever hashed, without a byte on the disk.
  truncateSync(path.join(root, 'huge.png'), 9 * 2 ** 30);
  const facts: Record<string, PictureFacts> = {
    'a.png': { ok: true, size: { width: 30, height: 20 }, frames: 1, border: 0 },
    'huge.png': { ok: true, size: { width: 4, height: 4 }, frames: 1, border: 0 },
  };
  const planned = (): Promise<Plan> =>
    makePlan(
      {
        root,
        inputs: [root],
        exclude: [],
        respectGitignore: true,
        settingsFor: () => DEFAULT_SETTINGS,
        minimumSide: 8,
        records: {},
      },
      {
        inspect: async (inputs) => inputs.map((input) => facts[path.basename(input)]!),
        judge: judgeHere,
        modelHash: (model) => Promise.resolve(model),
        sameSize,
      },
    );
  assert.deepEqual(shown(await planned()), [
    'a.png > a@4x.png: todo x',
    'huge.png > -: skip too-small',
  ]);
  facts['huge.png'] = { ok: true, size: { width: 40, height: 40 }, frames: 1, border: 0 };
  const { items } = await planned();
  assert.equal(items[1]!.reason, 'not-readable');
  assert.match(items[1]!.message!, /has more than/);
});

test('each file is to do, or left alone with a reason', async () => {
  const root = folderWith({
    'a.png': 'a',
    'b/c.jpg': 'c',
    'broken.png': 'broken',
    'tiny.png': '4x7',
    'strip.png': '4x70',
    'icon@2x.png': 'i',
    'n.txt': '',
  });
  const plan = await planOf(root);
  assert.deepEqual(shown(plan), [
    'a.png > a@4x.png: todo x',
    'b/c.jpg > b/c@4x.jpg: todo x',
    'broken.png > -: skip not-readable',
    'icon@2x.png > -: skip density',
    'strip.png > strip@4x.png: todo x',
    'tiny.png > -: skip too-small',
  ]);
  const [a] = plan.items;
  assert.deepEqual(
    [a!.size, a!.outputSize, a!.format],
    [{ width: 30, height: 20 }, { width: 120, height: 80 }, 'png'],
  );
  assert.equal(plan.otherFiles, 1);
  const { code, message, hint } = plan.items[2]!;
  assert.deepEqual(
    [code, message, hint],
    ['input-damaged', 'broken.png is damaged.', 'Restore it.'],
  );
});

test('pictures of kinds that can’t be upscaled are listed with what to do, and are not looked into', async () => {
  const files = Object.values(OTHER_PICTURES).flatMap(({ extensions }) =>
    extensions.map((extension) => `assets/x.${extension}`),
  );
  const root = folderWith({
    ...Object.fromEntries(files.map((file) => [file, ''])),
    'assets/A.PSD': '',
    'n.txt': '',
    'notes.psd.txt': '',
  });
  const looked: string[] = [];
  const ports: Partial<PlanPorts> = {
    inspect: (inputs) => (looked.push(...inputs), inspect(inputs)),
  };
  const plan = await planOf(root, {}, ports);
  assert.deepEqual(
    shown(plan),
    [...files, 'assets/A.PSD'].sort().map((file) => `${file} > -: skip other-kind`),
  );
  assert.equal(plan.otherFiles, 2);
  assert.deepEqual(looked, []);
  const { code, message, hint } = plan.items[0]!;
  assert.deepEqual(
    [code, message, hint],
    [
      'input-not-an-image',
      "A.PSD is a Photoshop document, which can't be upscaled.",
      'Export the picture, or the layers you need, as PNG.',
    ],
  );

  // A recipe lists what its rules name; the others are files like any other.
  const recipe = parseRecipe('{ "rules": [{ "files": "assets/*.ps?" }] }');
  const ruled = await planOf(root, { recipe: { file: path.join(root, 'r.json'), value: recipe } });
  assert.deepEqual(shown(ruled), [
    'assets/x.psb > -: skip other-kind',
    'assets/x.psd > -: skip other-kind',
  ]);
  assert.equal(ruled.otherFiles, files.length + 1);

  // Who names one wants it made: the engine says why it can't be.
  const named = await planOf(root, { inputs: [path.join(root, 'assets/x.psd')] }, ports);
  assert.equal(named.items.length, 1);
  assert.deepEqual(looked, [path.join(root, 'assets/x.psd')]);

  const shards = await Promise.all(
    [1, 2, 3].map((index) => planOf(root, { shard: { index, count: 3 } })),
  );
  assert.deepEqual(
    shards.flatMap(({ items }) => items.map(({ input }) => input)).sort(),
    [...new Set([...files, 'assets/A.PSD'])].sort(),
  );
});

test('what was made of the same input with the same settings is not made again, and is no input', async () => {
  const root = folderWith({ 'a.png': 'a', 'b.png': 'b' });
  const settingsFor = () => ({ ...DEFAULT_SETTINGS, namePattern: 'large/{name}.{ext}' });
  const first = await planOf(root, { settingsFor });
  const records = await done(first);
  let looked = 0;
  const again = await makePlan(
    {
      root,
      inputs: [root],
      exclude: [],
      respectGitignore: true,
      settingsFor,
      minimumSide: 8,
      records,
    },
    {
      inspect: (inputs) => (looked++, inspect(inputs)),
      judge: judgeHere,
      modelHash: (model) => Promise.resolve(`hash of ${model}`),
      sameSize,
    },
  );
  assert.deepEqual(shown(again), [
    'a.png > large/a.png: done up-to-date',
    'b.png > large/b.png: done up-to-date',
    'large/a.png > -: skip previous-output',
    'large/b.png > -: skip previous-output',
  ]);
  assert.equal(looked, 0, 'nothing is looked into');
  const sizes = (plan: Plan): unknown[] =>
    plan.items.flatMap(({ size, outputSize }) => (outputSize ? [size, outputSize] : []));
  assert.deepEqual(sizes(again), sizes(first), 'the sizes of both are known all the same');

  writeFileSync(path.join(root, 'a.png'), 'changed');
  assert.deepEqual(shown(await planOf(root, { settingsFor, records })).slice(0, 2), [
    'a.png > large/a.png: todo x',
    'b.png > large/b.png: done up-to-date',
  ]);
  const other = await planOf(root, {
    settingsFor: () => ({ ...settingsFor(), quality: 1 }),
    records,
  });
  assert.deepEqual(shown(other).slice(0, 2), [
    'a.png > large/a.png: todo x',
    'b.png > large/b.png: todo x',
  ]);
});

test('a picture that the catalog of Xcode around it calls one of a larger density is no source', async () => {
  const image = (filename: string, scale?: string): object => ({
    idiom: 'universal',
    filename,
    ...(scale === undefined ? {} : { scale }),
  });
  const root = folderWith({
    'A.imageset/Contents.json': JSON.stringify({
      images: [
        image('one.png', '1x'),
        image('large.png', '3x'),
        image('both.png', '2x'),
        image('both.png', '1x'),
        image('any.png'),
        { idiom: 'universal', scale: '2x' },
      ],
    }),
    ...Object.fromEntries(
      ['one', 'large', 'both', 'any', 'other'].map((name) => [`A.imageset/${name}.png`, name]),
    ),
    'B.imageset/Contents.json': 'no JSON',
    'B.imageset/b.png': 'b',
    'C/Contents.json': JSON.stringify({ images: [image('c.png', '3x')] }),
    'C/c.png': 'c',
  });
  const left = (plan: Plan): string[] =>
    plan.items.filter(({ reason }) => reason === 'density').map(({ input }) => input);
  const plan = await planOf(root);
  assert.deepEqual(left(plan), ['A.imageset/large.png']);
  assert.match(
    plan.items.find(({ reason }) => reason === 'density')?.message ?? '',
    /Contents\.json says that it is the ×3 picture of a set/,
  );
  assert.deepEqual(left(await planOf(root, { again: true })), []);
});

test('an output that was changed by hand, or that no batch made, is not replaced without asking', async () => {
  const root = folderWith({ 'a.png': 'a', 'b.png': 'b' });
  const records = await done(await planOf(root));
  writeFileSync(path.join(root, 'a@4x.png'), 'by hand');
  assert.deepEqual(shown(await planOf(root, { records })).slice(0, 1), [
    'a.png > a@4x.png: todo hand-edited',
  ]);
  assert.deepEqual(shown(await planOf(root, { records, force: true })).slice(0, 1), [
    'a.png > a@4x.png: todo x',
  ]);
  assert.deepEqual(
    shown(await planOf(root)).filter((line) => !line.includes('density')),
    ['a.png > a@4x.png: todo exists', 'b.png > b@4x.png: todo exists'],
  );
  const settingsFor = () => ({ ...DEFAULT_SETTINGS, overwrite: 'overwrite' as const });
  assert.deepEqual(
    shown(await planOf(root, { settingsFor, records })).slice(0, 1),
    ['a.png > a@4x.png: todo hand-edited'],
    'overwriting is not meant for what a person changed',
  );
});

test('two inputs with one output, and an output that is an input, are shown', async () => {
  const root = folderWith({ 'a.jpg': '1', 'a.png': '2', 'B.png': '3', 'b.jpg': '4' });
  const settingsFor = () => ({ ...DEFAULT_SETTINGS, format: 'png' as const });
  const lines = shown(await planOf(root, { settingsFor }));
  assert.deepEqual(
    lines,
    [
      'B.png > B@4x.png: todo x',
      'a.jpg > a@4x.png: todo x',
      'a.png > a@4x.png: skip collision',
      'b.jpg > b@4x.png: skip collision',
    ],
    'also when they differ in case only',
  );
  const accents = folderWith({ 'caf\u00e9.png': '1', 'cafe\u0301.jpg': '2' });
  assert.deepEqual(
    shown(await planOf(accents, { settingsFor }))
      .map((line) => line.replace(/^.*: /, ''))
      .sort(),
    ['skip collision', 'todo x'],
    'also when they differ in how an accent is written only',
  );
  const onItself = await planOf(root, {
    settingsFor: () => ({ ...DEFAULT_SETTINGS, namePattern: '{name}.{ext}' }),
  });
  assert.ok(onItself.items.every(({ reason }) => reason === 'collision' || reason === 'exists'));
  assert.ok(onItself.items.every(({ selected }) => !selected));
});

test('nothing is written outside the folder, also not through a link', async () => {
  const elsewhere = folderWith();
  const root = folderWith({ 'a/x.png': '1', 'b.png': '2' });
  symlinkSync(elsewhere, path.join(root, 'a/out'));
  const plan = await planOf(root, {
    settingsFor: () => ({ ...DEFAULT_SETTINGS, namePattern: 'out/{name}.{ext}' }),
  });
  assert.deepEqual(shown(plan), ['a/x.png > -: skip outside', 'b.png > out/b.png: todo x']);
  symlinkSync(path.join(elsewhere, 'new.png'), path.join(root, 'b@4x.png'));
  assert.equal(
    byInput(await planOf(root), 'b.png').reason,
    'outside',
    'a link that leads nowhere yet',
  );
});

test('a name that a pattern makes impossible stops no other picture, and is told', async () => {
  const root = folderWith({ 'con.png': '1', 'fine.png': '2', '...png': '3' });
  const plan = await planOf(root, {
    settingsFor: () => ({ ...DEFAULT_SETTINGS, namePattern: 'out/{name}.{ext}' }),
  });
  assert.deepEqual(shown(plan), [
    '...png > -: skip impossible',
    'con.png > -: skip impossible',
    'fine.png > out/fine.png: todo x',
  ]);
  for (const input of ['con.png', '...png'])
    assert.match(byInput(plan, input).message ?? '', /^The result can't be called/);
});

const byInput = (plan: Plan, input: string): PlanItem =>
  plan.items.find((item) => item.input === input)!;

test(
  'a folder that can’t be written to',
  { skip: process.getuid?.() === 0 ? 'root may write everywhere' : false },
  async () => {
    const root = folderWith({ 'locked/a.png': '1' });
    chmodSync(path.join(root, 'locked'), 0o555);
    try {
      assert.equal(byInput(await planOf(root), 'locked/a.png').reason, 'read-only');
    } finally {
      chmodSync(path.join(root, 'locked'), 0o755);
    }
  },
);

test('a recipe decides: which files, what becomes of them, and nothing else does', async () => {
  const root = folderWith({
    'icons/a.png': '1',
    'photos/b.jpg': '2',
    'other/c.png': '3',
    'icons/vendor/d.png': '4',
  });
  const value = parseRecipe(
    '{ "rules": [{ "files": "icons/**", "density": "apple" }, { "files": "photos/**", ' +
      '"targets": [{ "scale": 2, "format": "webp", "output": "web/{name}.{ext}" }, { ' +
      '"width": 90 }] }], "exclude": ["**/vendor"] }',
  );
  const recipe = { file: path.join(root, '.pisa-upscale.json'), value };
  const plan = await planOf(root, {
    recipe,
    settingsFor: () => ({ ...DEFAULT_SETTINGS, namePattern: 'ignored/{name}.{ext}', quality: 3 }),
  });
  assert.deepEqual(shown(plan), [
    'icons/a.png > icons/a@2x.png: todo x',
    'icons/a.png > icons/a@3x.png: todo x',
    'other/c.png > -: skip no-rule',
    'photos/b.jpg > photos/b@3x.jpg: todo x',
    'photos/b.jpg > photos/web/b.webp: todo x',
  ]);
  assert.equal(
    byInput(plan, 'photos/b.jpg').settings!.quality,
    DEFAULT_SETTINGS.quality,
    'what it leaves open is the same for everybody',
  );
  const records = {
    ...(await done(plan)),
    'gone@2x.png': {
      input: 'gone.png',
      inputHash: '',
      settings: '',
      outputHash: '',
      width: 1,
      height: 1,
    },
  };
  const again = await planOf(root, { recipe, records });
  assert.deepEqual(again.orphans, ['gone@2x.png']);
  assert.ok(again.items.every(({ status }) => status !== 'todo'));
});

test('sources that come while pictures are looked for, as from another branch, keep their results', async () => {
  const names = ['a.png', 'b.png', 'c.png', 'ignored/d.png'];
  const root = folderWith(Object.fromEntries(names.map((name) => [name, name])));
  const value = parseRecipe('{ "rules": [{ "files": "**", "to": "out" }] }');
  const recipe = { file: path.join(root, '.pisa-upscale.json'), value };
  const records = await done(await planOf(root, { recipe }));
  write(root, '.gitignore', 'ignored');
  for (const name of ['a.png', 'b.png']) unlinkSync(path.join(root, name));
  // The search for pictures is over when it is asked about models.
  const coming = ['a.png', 'b.png'];
  const ports = {
    sameSize: () => {
      const name = coming.shift();
      if (name !== undefined) write(root, name, name);
      return sameSize();
    },
  };
  const plan = await planOf(root, { recipe, records }, ports);
  const own = ({ input }: PlanItem): boolean => !input.startsWith('out/');
  assert.deepEqual(shown({ ...plan, items: plan.items.filter(own) }), [
    'a.png > out/a@4x.png: done up-to-date',
    'b.png > -: skip not-readable',
    'c.png > out/c@4x.png: done up-to-date',
    'ignored/d.png > -: skip unlisted',
  ]);
  assert.match(byInput(plan, 'b.png').message ?? '', /appeared while the pictures were looked for/);
  assert.deepEqual(plan.orphans, []);
  const later = await planOf(root, { recipe, records }, ports);
  assert.equal(byInput(later, 'b.png').reason, 'up-to-date');
});

test('globs of a recipe that no picture matches are told, and where none does they are missing', async () => {
  const root = folderWith({ 'src/a.png': '1', 'raw/b.psd': '2' });
  const planned = (files: readonly string[][], part: Partial<PlanRequest> = {}): Promise<Plan> => {
    const value = parseRecipe(JSON.stringify({ rules: files.map((globs) => ({ files: globs })) }));
    return planOf(root, { recipe: { file: path.join(root, 'r.json'), value }, ...part });
  };
  const slip = await planned([['srcc/**'], ['src/**', 'art/*.png', 'raw/*']]);
  assert.equal(slip.unmatchedRules, undefined);
  assert.deepEqual(slip.notes, ['The recipe names what no picture matches: srcc/**, art/*.png']);
  const nothing = await planned([['srcc/**'], ['art/*.png']]);
  assert.deepEqual([nothing.unmatchedRules, nothing.notes], [['srcc/**', 'art/*.png'], []]);
  for (const fine of [
    await planned([['src/**']]),
    await planned([['raw/*']], { inputs: [path.join(root, 'src')] }),
  ])
    assert.deepEqual([fine.unmatchedRules, fine.notes], [undefined, []]);
});

test('shards take every input once, and the same ones everywhere', async () => {
  const root = folderWith(
    Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`${i}.png`, `${i}`])),
  );
  const parts = await Promise.all(
    [1, 2, 3].map((index) => planOf(root, { shard: { index, count: 3 } })),
  );
  const inputs = parts.map(({ items }) => items.map(({ input }) => input));
  assert.deepEqual(
    inputs.flat().sort(),
    (await planOf(root)).items.map(({ input }) => input).sort(),
  );
  assert.ok(inputs.every((part) => part.length > 3));
});

test('a file that can’t be upscaled to the size that is asked for says why', async () => {
  const root = folderWith({ 'a.png': '30x20' });
  const plan = await planOf(root, {
    settingsFor: () => ({ ...DEFAULT_SETTINGS, size: { kind: 'box', width: 900, fit: 'inside' } }),
  });
  assert.match(plan.items[0]!.message ?? '', /900×600/);
});

test('a result that can’t be made is told in the plan: its name, its format, its set', async () => {
  const long = 'x'.repeat(249);
  const root = folderWith({ [`${long}.png`]: '1', 'wide.jpg': '17000x10' });
  const named = await planOf(root);
  assert.deepEqual(
    named.items.map(({ code, reason, status }) => [status, reason, code]),
    [
      ['skip', 'impossible', 'output-too-large-for-format'],
      ['skip', 'impossible', 'name-too-long'],
    ],
  );
  assert.match(byInput(named, 'wide.jpg').message ?? '', /JPEG can be at most 65500 pixels a side/);
  const resources = folderWith({ 'res/drawable-nodpi/a.png': '1', 'res/drawable/a.png': '2' });
  const set = await planOf(resources, { density: 'android' });
  const { reason, message } = byInput(set, 'res/drawable-nodpi/a.png');
  assert.deepEqual([reason, /for all densities/.test(message ?? '')], ['impossible', true]);
  assert.equal(set.items.filter(({ status }) => status === 'todo').length, 4);
});

test('a source that is not there is an error in words', async () => {
  const root = folderWith({ 'a.png': '1' });
  const { items } = await planOf(root, { inputs: [path.join(root, 'gone.png')] });
  assert.deepEqual(
    items.map(({ reason, code }) => [reason, code]),
    [['not-readable', 'input-missing']],
  );
  assert.match(items[0]?.message ?? '', /gone\.png does not exist\.$/);
});

test('of a nine-patch the inside grows, and the frame stays one pixel', async () => {
  const root = folderWith({ 'b.9.png': '12x22' });
  const { items } = await planOf(root);
  assert.deepEqual(items[0]?.outputSize, { width: 42, height: 82 });
  assert.equal(items[0].output, 'b@4x.9.png');
});

test('a restorer is part of what a result is made with, and its files are', async () => {
  const root = folderWith({ 'a.png': '30x20' });
  const hashOf = async (restore: string | undefined, files = 'files'): Promise<unknown> => {
    const plan = await planOf(
      root,
      {
        settingsFor: () => ({
          ...DEFAULT_SETTINGS,
          ...(restore === undefined ? {} : { restore }),
        }),
      },
      { modelHash: (model) => Promise.resolve(`${model} ${files}`) },
    );
    assert.equal(plan.items[0]?.settings?.restore, restore);
    return plan.items[0]?.settingsHash;
  };
  const hashes = [await hashOf(undefined), await hashOf('clean'), await hashOf('other')];
  assert.equal(new Set(hashes).size, 3);
  assert.equal(await hashOf('clean'), hashes[1]);
  assert.notEqual(await hashOf('clean', 'changed'), hashes[1]);
});

test('a model that restores keeps the size, whatever is asked for, and makes no set', async () => {
  const root = folderWith({ 'a.png': '30x20' });
  const clean = { sameSize: (models: readonly string[]) => Promise.resolve(new Set(models)) };
  for (const part of [{ scale: 2 }, { size: { kind: 'megapixels', megapixels: 1 } }] as const) {
    const settingsFor = (): BatchSettings => ({ ...DEFAULT_SETTINGS, model: 'clean', ...part });
    const [item] = (await planOf(root, { settingsFor }, clean)).items;
    assert.deepEqual([item?.output, item?.outputSize], ['a@1x.png', { width: 30, height: 20 }]);
  }
  const set = await planOf(root, { density: 'web' }, clean);
  assert.deepEqual(shown(set), ['a.png > -: skip impossible']);
});

test('whether words are those of every picture changes no record', async () => {
  const root = folderWith({ 'a.png': 'a' });
  const planned = async (part: Partial<BatchSettings>): Promise<PlanItem | undefined> =>
    (await planOf(root, { settingsFor: () => ({ ...DEFAULT_SETTINGS, ...part }) })).items[0];
  const usual = await planned({ prompt: 'a cat', promptIsUsual: true });
  assert.deepEqual([usual?.settings?.prompt, usual?.settings?.promptIsUsual], ['a cat', true]);
  const given = await planned({ prompt: 'a cat' });
  assert.equal(given?.settings?.promptIsUsual, undefined);
  assert.equal(usual?.settingsHash, given?.settingsHash);
});
