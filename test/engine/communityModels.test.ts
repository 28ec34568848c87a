import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { before, describe, it } from 'node:test';
import { referenceTensors, writeSafetensors } from '../harness/networks';
import { writeTorchLegacy, writeTorchZip } from '../harness/torchFiles';
import { warmCli, type WarmRun } from '../harness/warmCli';
import { CLI, largestDifference, pixelsOf, temporaryFolder, writePng } from './support';
import { succeeds } from './succeeds';

const folder = temporaryFolder();
const STORE = path.join(folder, 'store');

const quick = warmCli(CLI);
const cli = (...args: readonly string[]): Promise<WarmRun> =>
  quick(folder, {}, '--store', STORE, ...args);

/** Adds a file and tells its id. */
async function add(file: string, ...options: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await cli(
    'models',
    'add',
    file,
    '--yes',
    '--json',
    ...options,
  );
  assert.equal(status, 0, stderr + stdout);
  return (JSON.parse(stdout) as { id: string }).id;
}

async function upscaled(
  input: string,
  model: string,
  ...options: readonly string[]
): Promise<Buffer> {
  const output = path.join(
    folder,
    `out-${model}-${options.join('')}.png`.replace(/[^\w.+-]/g, '_'),
  );
  const { status, stderr } = await cli(input, '-m', model, '-o', output, '--overwrite', ...options);
  assert.equal(status, 0, stderr);
  return (await pixelsOf(output)).data;
}

const file = (name: string): string => path.join(folder, name);
const picture = file('picture.png');
before(() => writePng(picture, 61, 43));

/** The formula of a pair for each sample, cut to what a picture holds. */
const blended = (base: Buffer, p: Buffer, s: Buffer, pixel: number, semantic: number): number[] =>
  [...base].map((b, i) => {
    const value = b + pixel * (p[i]! - b) + semantic * (s[i]! - p[i]!);
    return Math.min(255, Math.max(0, value));
  });

describe('a model in a file of the person’s own', () => {
  it('is added from every container without a copy, listed, run, verified and removed', async () => {
    const tensors = await referenceTensors('compact-4x');
    writeTorchLegacy(file('Old Compact.pth'), tensors);
    writeTorchZip(file('New Compact.pth'), tensors);
    writeSafetensors(file('Safe Compact.safetensors'), tensors);
    const ids: string[] = [];
    for (const name of ['Old Compact.pth', 'New Compact.pth', 'Safe Compact.safetensors'])
      ids.push(await add(file(name)));
    assert.deepEqual(ids, ['old-compact', 'new-compact', 'safe-compact']);
    for (const id of ids) {
      const stored = readdirSync(path.join(STORE, id), { withFileTypes: true });
      assert.deepEqual(
        stored.map(({ name }) => name),
        ['manifest.json'],
      );
      assert.ok(statSync(path.join(STORE, id, 'manifest.json')).size < 4096);
    }
    const listed = JSON.parse((await cli('models', '--json')).stdout) as {
      models: {
        id: string;
        scale: number;
        own?: { architecture: string; licence: { name: string } };
      }[];
    };
    const own = listed.models.find(({ id }) => id === 'old-compact');
    assert.ok(own?.own);
    assert.equal(own.scale, 4);
    assert.equal(own.own.architecture, 'Compact');
    assert.equal(own.own.licence.name, 'licence unknown');

    const results = [];
    for (const id of ids) results.push(await upscaled(picture, id));
    assert.deepEqual(results[1], results[0]);
    assert.deepEqual(results[2], results[0]);
    succeeds(await cli('models', 'verify', 'old-compact'));
    const removed = await cli('models', 'remove', 'old-compact');
    assert.equal(removed.status, 0, removed.stderr);
    assert.match(removed.stdout, /stays where it is/);
    assert.ok(existsSync(file('Old Compact.pth')));
    assert.ok(!existsSync(path.join(STORE, 'old-compact')));
    assert.equal((await cli(picture, '-m', 'old-compact', '-o', file('no.png'))).status, 1);
  });

  it('keeps its id when it is added again, and gets another when a file of that name differs', async () => {
    const again = path.join(folder, 'again');
    mkdirSync(again);
    writeSafetensors(path.join(again, 'Twin.safetensors'), await referenceTensors('compact-4x'));
    // The same bytes as one that is there already.
    assert.equal(await add(path.join(again, 'Twin.safetensors')), 'safe-compact');
    writeSafetensors(
      path.join(again, 'Safe Compact.safetensors'),
      await referenceTensors('span-deploy-2x'),
    );
    assert.equal(await add(path.join(again, 'Safe Compact.safetensors')), 'safe-compact-2');
  });

  it('tells apart that its file moved, changed or grew, and that it is back', async () => {
    const place = file('Moving.safetensors');
    writeSafetensors(place, await referenceTensors('esrgan-new-4x'));
    const id = await add(place);
    renameSync(place, `${place}.away`);
    const gone = await cli(picture, '-m', id, '-o', file('gone.png'));
    assert.equal(gone.status, 1, gone.stderr);
    assert.match(gone.stderr, /is gone: it was moved, renamed or deleted/);
    renameSync(`${place}.away`, place);
    succeeds(await cli(picture, '-m', id, '-o', file('back.png')));

    const { atime, mtime } = statSync(place);
    const changed = await referenceTensors('esrgan-new-4x');
    changed.get('conv_last.bias')!.data[0] = 0.25;
    writeSafetensors(place, changed);
    utimesSync(place, atime, mtime);
    const other = await cli(picture, '-m', id, '-o', file('other.png'));
    assert.match(other.stderr, /changed: it has another SHA-256 than when it was added/);
    writeFileSync(place, 'too short');
    const short = await cli(picture, '-m', id, '-o', file('short.png'));
    assert.match(short.stderr, /changed: it has 9 bytes, and had \d+ when it was added/);
    const verified = await cli('models', 'verify', id);
    assert.equal(verified.status, 1, verified.stderr);
    assert.match(verified.stdout, /put the file back, or add it again/);
  });

  it('is steered by λ_pix: 0 is the base, 0.5 lies half way', async () => {
    const full = await upscaled(picture, 'safe-compact');
    const base = await upscaled(picture, 'safe-compact', '--pixel', '0');
    const half = await upscaled(picture, 'safe-compact', '--pixel', '0.5');
    assert.ok(largestDifference(full, base) > 20);
    // The blend is of floats, these are of rounded and cut results.
    const expected = [...full].map((value, i) => (value + base[i]!) / 2);
    assert.ok(largestDifference(half, expected) <= 1.5);
  });

  it('is found without being added in a folder that is searched', async () => {
    const searched = path.join(folder, 'searched');
    mkdirSync(searched);
    writeSafetensors(
      path.join(searched, 'Dropped.safetensors'),
      await referenceTensors('compact-1x'),
    );
    writeFileSync(path.join(searched, 'broken.pth'), 'nothing');
    const { stdout } = await cli('--models-dir', searched, 'models', '--json');
    const { models } = JSON.parse(stdout) as { models: { id: string; own?: { added: boolean } }[] };
    assert.equal(models.find(({ id }) => id === 'dropped')?.own?.added, false);
    const output = file('dropped.png');
    const run = await cli('--models-dir', searched, picture, '-m', 'dropped', '-o', output);
    assert.equal(run.status, 0, run.stderr);
    const removed = await cli('--models-dir', searched, 'models', 'remove', 'dropped');
    assert.equal(removed.status, 1, removed.stderr);
    assert.match(removed.stderr, /was not added: it was found in/);
  });
});

describe('a pair of models', () => {
  it('blends both by the formula, for networks of different families', async () => {
    writeSafetensors(file('span.safetensors'), await referenceTensors('span-norm-4x'));
    const p = 'safe-compact';
    const s = await add(file('span.safetensors'));
    const base = await upscaled(picture, p, '--pixel', '0');
    const [own, other] = [await upscaled(picture, p), await upscaled(picture, s)];
    for (const [pixel, semantic] of [
      [1, 0],
      [1, 1],
      [1, 0.5],
      [0.5, 0],
    ] as const) {
      const both = await upscaled(
        picture,
        `${p}+${s}`,
        '--pixel',
        String(pixel),
        '--semantic',
        String(semantic),
      );
      const worst = largestDifference(both, blended(base, own, other, pixel, semantic));
      assert.ok(worst <= 2, `λ ${pixel}, ${semantic}: differs by ${worst}`);
    }
  });

  it('works with the pixel branch of the embedded model', async () => {
    // A pair is computed in floats.
    const embedded = await upscaled(
      picture,
      'pisa-compact-4x',
      ...['--semantic', '0', '--precision', 'fp32'],
    );
    const both = await upscaled(picture, 'pisa-compact-4x+safe-compact', '--semantic', '0');
    assert.ok(largestDifference(both, embedded) <= 1);
  });

  it('makes a folder with a lock, which holds both files; a change of one is noticed', async () => {
    const [root, own] = [file('assets'), file('Own.safetensors')];
    mkdirSync(root);
    for (const name of ['a.png', 'b.png']) await writePng(path.join(root, name), 24, 20);
    writeSafetensors(own, await referenceTensors('compact-4x'));
    const pair = `${await add(own)}+span`;
    const recipe = { rules: [{ files: '*.png', model: pair, semantic: 0.5 }] };
    const named = path.join(root, '.pisa-upscale.json');
    writeFileSync(named, JSON.stringify(recipe));
    const run = (...args: readonly string[]): Promise<WarmRun> => cli('--recipe', named, ...args);
    const first = await run();
    assert.equal(first.status, 0, first.stderr);
    const alone = await upscaled(path.join(root, 'a.png'), pair, '--semantic', '0.5');
    assert.deepEqual((await pixelsOf(path.join(root, 'a@4x.png'))).data, alone);
    assert.match((await run()).stderr, /0 to do, 2 up to date/);
    succeeds(await run('--check'));

    const changed = await referenceTensors('compact-4x');
    changed.get('body.0.bias')!.data[0] = 0.25;
    writeSafetensors(own, changed);
    await add(own);
    assert.notEqual((await run('--check')).status, 0);
  });

  it('is refused with the reason: scales that differ, one twice, three', async () => {
    const small = 'safe-compact-2';
    const messages = [
      [`safe-compact+${small}`, /one enlarges ×4 and the other ×2/],
      ['safe-compact+safe-compact', /is not a pair of models/],
      ['safe-compact+a+b', /is not a pair of models/],
      ['safe-compact+missing', /There is no model called "missing"/],
    ] as const;
    for (const [model, reason] of messages) {
      const { status, stderr } = await cli(picture, '-m', model, '-o', file('pair.png'));
      assert.equal(status, 1);
      assert.match(stderr, reason);
    }
  });
});

describe('a model that restores at the same size', () => {
  it('keeps the size, alone; and runs before another', async () => {
    writeSafetensors(file('restore.safetensors'), await referenceTensors('compact-1x'));
    const id = await add(file('restore.safetensors'));
    const output = file('restored.png');
    const alone = await cli(picture, '-m', id, '-o', output, '--overwrite');
    assert.equal(alone.status, 0, alone.stderr);
    const { width, height } = await pixelsOf(output);
    assert.deepEqual([width, height], [61, 43]);
    const chained = await upscaled(picture, 'safe-compact', '--restore', id);
    const twice = await upscaled(output, 'safe-compact');
    assert.ok(largestDifference(chained, twice) <= 1);
    const wrong = await cli(
      picture,
      '-m',
      'safe-compact',
      '--restore',
      'safe-compact',
      '-o',
      file('w.png'),
    );
    assert.equal(wrong.status, 1, wrong.stderr);
    assert.match(wrong.stderr, /can't run before another model/);
  });
});
