// A plan refuses what the run refuses: by the same code, with the same exit status, whether pictures are
// named, a folder is, or a recipe says it.
import assert from 'node:assert/strict';
import { chmodSync, cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import sharp, { type Sharp } from 'sharp';
import { LOCK_NAME } from '../../src/batch/records';
import { PLACES, quickCli, treeOf, type CliRun } from './batch/batchSupport';
import { temporaryFolder, testPixels } from './support';

const cli = quickCli();
const base = temporaryFolder();
const pictures = path.join(base, 'pictures');
const MODEL = ['-m', 'one-layer-4x'];
let count = 0;

before(async () => {
  mkdirSync(pictures);
  const raw = (width: number, height: number): Sharp =>
    sharp(testPixels(width, height), { raw: { width, height, channels: 3 } });
  await raw(30, 20).png().toFile(path.join(pictures, 'g.png'));
  await sharp(testPixels(20, 48), { raw: { width: 20, height: 48, channels: 3, pageHeight: 16 } })
    .gif({ delay: [80, 80, 80] })
    .toFile(path.join(pictures, 'an.gif'));
  const patch = Buffer.alloc(22 * 18 * 4);
  for (let i = 0; i < 22 * 18; i++) {
    const [x, y] = [i % 22, Math.floor(i / 22)];
    const isInside = x > 0 && x < 21 && y > 0 && y < 17;
    const isMark = (y === 0 && x >= 5 && x < 9) || (x === 0 && y >= 4 && y < 8);
    patch.set(isInside ? [200, 60, 60, 255] : [0, 0, 0, isMark ? 255 : 0], i * 4);
  }
  await sharp(patch, { raw: { width: 22, height: 18, channels: 4 } })
    .png()
    .toFile(path.join(pictures, 'btn.9.png'));
});

/** One thing that is refused: the options that ask for it, and the same in a recipe's rule. */
type Refusal = {
  readonly name: string;
  readonly input: 'g.png' | 'an.gif' | 'btn.9.png';
  readonly code: string;
  /** Of what is in no folder run, only that of pictures that are named. */
  readonly options: readonly string[];
  readonly onlyNamed?: true;
  /** Missing where a recipe can't say it; empty where options say it there, too. */
  readonly rule?: object;
  readonly ruleOptions?: readonly string[];
};

const REFUSALS: readonly Refusal[] = [
  {
    name: 'a grid that does not divide the picture',
    input: 'g.png',
    code: 'bad-setting',
    options: ['--grid', '4x3'],
    rule: { grid: { columns: 4, rows: 3 } },
  },
  {
    name: 'a seamless sprite sheet',
    input: 'g.png',
    code: 'bad-setting',
    options: ['--seamless', '--grid', '2x2'],
    rule: { seamless: true, grid: { columns: 2, rows: 2 } },
  },
  {
    name: 'a model that is not there',
    input: 'g.png',
    code: 'model-missing',
    options: ['-m', 'nope'],
    rule: { model: 'nope' },
  },
  {
    name: 'a model that is not installed',
    input: 'g.png',
    code: 'model-not-installed',
    options: ['-m', 'pisa-sr'],
    rule: { model: 'pisa-sr' },
  },
  {
    name: 'half a pair of models',
    input: 'g.png',
    code: 'bad-setting',
    options: ['-m', 'one-layer-4x+one-layer-4x'],
    rule: { model: 'one-layer-4x+one-layer-4x' },
  },
  {
    name: 'a restorer that is not there',
    input: 'g.png',
    code: 'model-missing',
    options: ['--restore', 'nope'],
    rule: { restore: 'nope' },
  },
  {
    name: 'a restorer that enlarges',
    input: 'g.png',
    code: 'bad-setting',
    options: ['--restore', 'one-layer-4x'],
    rule: { restore: 'one-layer-4x' },
  },
  {
    name: 'a model that has no 8 bits',
    input: 'g.png',
    code: 'bad-setting',
    options: ['--precision', 'int8'],
    rule: { precision: 'int8' },
  },
  {
    name: 'no inference server',
    input: 'g.png',
    code: 'device-unavailable',
    options: ['--device', 'remote'],
    rule: {},
    ruleOptions: ['--device', 'remote'],
  },
  {
    name: 'a nine-patch in a format that has none',
    input: 'btn.9.png',
    code: 'bad-setting',
    options: ['--format', 'webp'],
    rule: { format: 'webp' },
  },
  {
    name: 'a nine-patch under the name of a picture',
    input: 'btn.9.png',
    code: 'bad-setting',
    options: ['--name', '{name}-x.png'],
    rule: { output: '{name}-x.png' },
  },
  {
    name: 'a pattern that gives all results one name',
    input: 'g.png',
    code: 'bad-setting',
    options: ['--name', 'plain.png'],
    rule: { output: 'plain.png' },
  },
  {
    name: 'a name of another format',
    input: 'g.png',
    code: 'bad-setting',
    options: ['--name', '{name}-up.webp', '--format', 'png'],
    rule: { output: '{name}-up.webp', format: 'png' },
  },
  {
    name: 'a result that is too large',
    input: 'g.png',
    code: 'output-too-large',
    options: ['--max-output-megapixels', '0.001'],
    rule: {},
    ruleOptions: ['--max-output-megapixels', '0.001'],
  },
  {
    name: 'too many frames',
    input: 'an.gif',
    code: 'input-too-large',
    options: ['--max-frames', '2'],
    rule: {},
    ruleOptions: ['--max-frames', '2'],
  },
  {
    name: 'a picture that is too large',
    input: 'g.png',
    code: 'input-too-large',
    options: ['--max-megapixels', '0.0001'],
    rule: {},
    ruleOptions: ['--max-megapixels', '0.0001'],
  },
  {
    name: 'a factor beyond what is possible',
    input: 'g.png',
    code: 'bad-setting',
    options: ['--width', '9000'],
    rule: { width: 9000 },
  },
  {
    name: 'a result in the place of its source',
    input: 'g.png',
    code: 'output-is-source',
    options: ['--name', '{name}.{ext}', '--overwrite'],
    rule: { output: '{name}.{ext}' },
  },
  {
    name: 'a region outside',
    input: 'g.png',
    code: 'bad-setting',
    options: ['--region', '1000,1000,5,5'],
    onlyNamed: true,
  },
  {
    name: 'a region of an animation',
    input: 'an.gif',
    code: 'bad-setting',
    options: ['--region', '1,1,5,5'],
    onlyNamed: true,
  },
  {
    name: 'a region of a nine-patch',
    input: 'btn.9.png',
    code: 'bad-setting',
    options: ['--region', '1,1,5,5'],
    onlyNamed: true,
  },
  {
    name: 'a nine-patch in a file that is none',
    input: 'btn.9.png',
    code: 'bad-setting',
    options: ['--out', 'z.png'],
    onlyNamed: true,
  },
];

/** The codes of a run's objects, and its exit status. */
const saidBy = ({ stdout, status }: CliRun): { codes: unknown[]; status: number | null } => ({
  codes: stdout
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => {
      const { error } = JSON.parse(line) as { error?: { code: string } };
      return error ? [error.code] : [];
    }),
  status,
});

/** Plans and runs in a folder of its own, which stays as it is. */
async function bothRefuse(
  { name, code, input }: Refusal,
  rule: object | undefined,
  args: readonly string[],
): Promise<void> {
  const root = path.join(base, `case-${++count}`);
  mkdirSync(root);
  cpSync(path.join(pictures, input), path.join(root, input));
  if (rule)
    writeFileSync(
      path.join(root, '.pisa-upscale.json'),
      JSON.stringify({ rules: [{ files: '*', model: 'one-layer-4x', ...rule }] }),
    );
  const before = treeOf(root);
  const run = (...more: readonly string[]): Promise<CliRun> =>
    cli(root, `${root}-state`, ...PLACES, ...args, ...more, '--json');
  const planned = await run('--dry-run');
  assert.deepEqual(treeOf(root), before, `${name}: the plan writes nothing`);
  const ran = await run();
  const expected = { codes: [code], status: 1 };
  assert.deepEqual(saidBy(planned), expected, `${name}: planned\n${planned.stderr}`);
  assert.deepEqual(saidBy(ran), expected, `${name}: run\n${ran.stderr}`);
  rmSync(path.join(root, LOCK_NAME), { force: true });
  assert.deepEqual(Object.keys(treeOf(root)), Object.keys(before), `${name}: nothing is left`);
}

for (const refusal of REFUSALS) {
  const { name, input, options, rule, ruleOptions = [] } = refusal;
  test(`${name}: a picture by its name`, () =>
    bothRefuse(refusal, undefined, [...MODEL, ...options, input]));
  if (refusal.onlyNamed) continue;
  test(`${name}: a folder`, () => bothRefuse(refusal, undefined, [...MODEL, ...options, '.']));
  if (rule) test(`${name}: a recipe`, () => bothRefuse(refusal, rule, ruleOptions));
}

/** The superuser may write everywhere. */
const needsOthers = { skip: process.getuid?.() === 0 };

test(
  'a folder that may not be written is refused by plan and run alike',
  needsOthers,
  async (t) => {
    const root = path.join(base, 'read-only');
    cpSync(pictures, root, { recursive: true });
    chmodSync(root, 0o555);
    t.after(() => chmodSync(root, 0o755));
    for (const more of [['--dry-run'], []]) {
      const run = await cli(root, `${root}-state`, ...PLACES, ...MODEL, 'g.png', '--json', ...more);
      assert.deepEqual(saidBy(run), { codes: ['folder-read-only'], status: 1 });
    }
  },
);

test('what is taken is planned in the size that it gets', async () => {
  const root = path.join(base, 'taken');
  cpSync(pictures, root, { recursive: true });
  const run = async (...args: readonly string[]): Promise<Record<string, unknown>> =>
    JSON.parse(
      (await cli(root, `${root}-state`, ...PLACES, ...MODEL, ...args, '--json')).stdout,
    ) as Record<string, unknown>;
  for (const args of [
    ['g.png', '--grid', '3x2', '--scale', '1.3'],
    ['g.png', '--region', '4,4,20,10'],
    ['btn.9.png', '--scale', '2'],
  ]) {
    const { status, outputSize, output } = await run(...args, '--dry-run');
    assert.equal(status, 'todo', args.join(' '));
    const made = await run(...args);
    assert.deepEqual(
      { ...(outputSize as object), output },
      {
        width: made.width,
        height: made.height,
        output: made.output,
      },
    );
    assert.ok(existsSync(String(made.output)));
  }
});

test('what Xcode calls a larger picture of a set is left alone by its name, too, and makes no set', async () => {
  const root = path.join(base, 'catalog');
  const folder = path.join(root, 'A.xcassets/B.stickersiconset');
  mkdirSync(folder, { recursive: true });
  cpSync(path.join(pictures, 'g.png'), path.join(folder, 'big.png'));
  const images = [{ idiom: 'universal', filename: 'big.png', scale: '3x' }];
  writeFileSync(path.join(folder, 'Contents.json'), `\ufeff${JSON.stringify({ images })}`);
  const before = treeOf(root);
  const run = (...args: readonly string[]): Promise<CliRun> =>
    cli(root, `${root}-state`, ...PLACES, ...MODEL, ...args, '--json');
  const big = 'A.xcassets/B.stickersiconset/big.png';
  for (const input of [big, '.']) {
    for (const more of [['--dry-run'], []]) {
      const { stdout, status } = await run(input, ...more);
      assert.equal(status, 0);
      if (input === big) assert.match(stdout, /Contents\.json says that it is the ×3 picture/);
    }
  }
  for (const more of [['--dry-run'], []])
    assert.deepEqual(saidBy(await run(big, '--density', 'apple', ...more)), {
      codes: ['density-not-possible'],
      status: 1,
    });
  assert.deepEqual(treeOf(root), before);
  assert.equal((await run(big, '--again')).status, 0);
  assert.ok(existsSync(path.join(folder, 'big@4x.png')));
});
