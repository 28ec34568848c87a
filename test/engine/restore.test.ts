import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, it } from 'node:test';
import sharp from 'sharp';
import { consistencyDb } from '../../src/shared/panelFigures';
import { referenceTensors, writeSafetensors } from '../harness/networks';
import { quickCli, succeeds } from './batch/batchSupport';
import {
  blendOf,
  cropped,
  exported,
  newEngine,
  quiet,
  runExact,
  runPreview,
  unclippedDifference,
} from './previewSupport';
import { largestDifference, pixelsOf, temporaryFolder, TEST_MODELS, writePng } from './support';

const folder = temporaryFolder();
const at = (name: string): string => path.join(folder, name);
const STORE = at('store');
const api = newEngine(STORE);
const FULL = { pixel: 1, semantic: 1 };
let restore = '';
let picture = '';

before(async () => {
  const tensors = await referenceTensors('compact-1x');
  writeSafetensors(at('cleaner.safetensors'), tensors);
  const added = await api.addModel(
    { file: at('cleaner.safetensors'), licenceAccepted: true },
    quiet,
  );
  restore = added.id;
  assert.equal(added.scale, 1);
  picture = await writePng(at('picture.png'), 61, 47);
});

/** The picture with a disk of it seen. */
async function transparent(name: string): Promise<string> {
  const disk = Buffer.from(
    '<svg width="61" height="47"><circle cx="30" cy="23" r="19" fill-opacity="0.8"/></svg>',
  );
  await sharp(picture)
    .ensureAlpha()
    .composite([{ input: disk, blend: 'dest-in' }])
    .png()
    .toFile(at(name));
  return at(name);
}

describe('a restorer before the enlargement', () => {
  for (const [name, input] of [
    ['an opaque picture', () => Promise.resolve(picture)],
    ['a picture with transparency', () => transparent('disk.png')],
  ] as const) {
    it(`${name}: what is previewed is what is saved`, async () => {
      const file = await input();
      const run = await runPreview(api, file, at(`scratch ${name}`), { restore });
      for (const guidance of [FULL, { pixel: 0.5, semantic: 0.25 }]) {
        const saved = await exported(api, file, at('out'), 'two-branch-4x', guidance, 'adain', {
          restore,
        });
        const { data } = await pixelsOf(saved);
        const colours = run.alpha ? data.filter((_, i) => i % 4 !== 3) : data;
        const blend = blendOf(run.layers, guidance);
        if (run.alpha) {
          assert.ok(
            largestDifference(
              run.alpha,
              data.filter((_, i) => i % 4 === 3),
            ) <= 1,
          );
          // Where nothing is seen, colours are the encoder's own business.
          run.alpha.forEach((alpha, i) => {
            if (alpha === 0) for (let c = 0; c < 3; c++) blend[3 * i + c] = colours[3 * i + c]!;
          });
        }
        assert.ok(unclippedDifference(run.layers, blend, colours).largest <= 2);
      }
      const plain = await runPreview(api, file, at(`scratch ${name}`));
      assert.ok(largestDifference(run.layers[0]!, plain.layers[0]!) > 8, 'it does something');
    });
  }

  it('is measured against the picture, not against what the restorer made', async () => {
    const scratch = at('figures');
    const run = await runPreview(api, picture, scratch, { restore });
    const restored = await exported(api, picture, at('alone'), restore, FULL);
    const chained = await runPreview(api, restored, at('chained'));
    assert.ok(largestDifference(run.layers[2]!, chained.layers[2]!) <= 1, 'the same picture');
    const decibels = ({ result }: typeof run): number =>
      consistencyDb(result.figures.consistency, FULL)!;
    assert.ok(decibels(run) < decibels(chained) - 3, `${decibels(run)}, ${decibels(chained)}`);
  });

  it('runs once for a picture, whatever of it is asked for afterwards', async () => {
    const scratch = at('kept');
    const first = await runPreview(api, picture, scratch, { restore });
    assert.ok(first.progress.some(({ phase, total }) => phase === 'prepare' && total > 0));
    const again = await runPreview(api, picture, scratch, { restore, scale: 2 });
    assert.ok(again.progress.every(({ phase, total }) => phase !== 'prepare' || total === 0));
    const rect = { x: 40, y: 30, width: 90, height: 70 };
    const part = await runExact(api, picture, scratch, { restore, rect, guidance: FULL });
    const whole = cropped(Uint8Array.from(blendOf(first.layers, FULL)), 61 * 4, rect);
    assert.ok(unclippedDifference([whole], whole, part).largest <= 2);
  });

  it('alone keeps the size in a preview, too', async () => {
    const { result } = await runPreview(api, picture, at('own size'), { model: restore, scale: 4 });
    assert.deepEqual([result.size, result.scale], [{ width: 61, height: 47 }, 1]);
  });

  it('must be one', async () => {
    await assert.rejects(
      runPreview(api, picture, at('wrong'), { restore: 'two-branch-4x' }),
      /enlarges, so it can't run before another model/,
    );
  });
});

describe('a recipe with a restorer', () => {
  const cli = quickCli();
  const places = ['--models-dir', TEST_MODELS, '--store', STORE, '--device', 'cpu'];
  const run = (root: string, ...args: string[]): ReturnType<typeof cli> =>
    cli(root, at('state'), ...args, ...places);
  const write = (root: string, rule: object): void =>
    writeFileSync(
      path.join(root, '.pisa-upscale.json'),
      JSON.stringify({ rules: [{ files: '*.png', ...rule }] }),
    );

  it('makes what the command line makes, and again when the restorer is another', async () => {
    const root = at('recipe');
    mkdirSync(root);
    await writePng(path.join(root, 'a.png'), 30, 20);
    write(root, { model: 'one-layer-4x', restore, output: 'out/{name}.png' });
    succeeds(await run(root));
    const made = (await pixelsOf(path.join(root, 'out/a.png'))).data;
    const alone = await run(
      root,
      ...['a.png', '--no-recipe', '-m', 'one-layer-4x', '--restore', restore, '-o', at('cli.png')],
    );
    assert.equal(alone.status, 0, alone.stderr);
    assert.ok(largestDifference(made, (await pixelsOf(at('cli.png'))).data) === 0);
    succeeds(await run(root, '--check'));
    write(root, { model: 'one-layer-4x', output: 'out/{name}.png' });
    assert.equal((await run(root, '--check')).status, 1, 'stale without it');
    write(root, { model: 'one-layer-4x', restore, output: 'out/{name}.png' });
    succeeds(await run(root, '--check'));
    // Another file under the same name is another restorer.
    const manifest = path.join(STORE, restore, 'manifest.json');
    const text = readFileSync(manifest, 'utf8');
    writeFileSync(
      manifest,
      text.replace(/"sha256": ?"[0-9a-f]{64}"/, `"sha256":"${'0'.repeat(64)}"`),
    );
    assert.equal((await run(root, '--check')).status, 1, 'its hash is part of the record');
    writeFileSync(manifest, text);
  });

  it('that only restores keeps sizes and names them so, in plan and result', async () => {
    const root = at('sizes');
    mkdirSync(root);
    await writePng(path.join(root, 'a.png'), 30, 20);
    write(root, { model: restore, scale: 2 });
    const plan = await run(root, '--dry-run', '--json');
    assert.match(plan.stdout, /a@1x\.png/);
    assert.match(plan.stdout, /"width":30/);
    succeeds(await run(root));
    assert.ok(readdirSync(root).includes('a@1x.png'));
    const { width, height } = await pixelsOf(path.join(root, 'a@1x.png'));
    assert.deepEqual([width, height], [30, 20]);
    succeeds(await run(root, '--check'));
    write(root, { model: restore, density: 'web' });
    assert.match((await run(root, '--dry-run', '--json')).stdout, /restores at the same size/);
    const named = await run(root, 'a.png', '--no-recipe', '-m', restore, '--dry-run', '--json');
    assert.match(named.stdout, /"width":30/);
  });
});
