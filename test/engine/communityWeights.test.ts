import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import { readBenchmark } from '../../eval/benchmarks/sets';
import { luma, shave } from '../../eval/metrics/luma';
import { psnr } from '../../eval/metrics/psnr';
import { writePng } from '../../eval/picture';
import { CLI, pixelsOf, temporaryFolder } from './support';

/**
 * Published weights and spandrel's pictures of them, which are no part of this project: a folder with
 * `golden/input-64x64.png`, `golden/<model>-64x64.png` …, and one with `set5` (eval/README.md).
 */
const WEIGHTS = process.env.PISA_UPSCALE_COMMUNITY_MODELS;
const BENCHMARKS = process.env.PISA_UPSCALE_BENCHMARKS;

/** The weights were rounded to float16 by who published them; the pictures were not made with those. */
const LEVELS = 2;
const MEAN = 0.15;
const GOLDEN = {
  'RealESRGAN_x4plus_anime_6B.fp16.safetensors': 'RealESRGAN_x4plus_anime_6B',
  'spanx4_ch48.deploy.pth': '4x-spanx4_ch48',
};

const folder = temporaryFolder();
const cli = (...args: readonly string[]): string => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [CLI, '--store', path.join(folder, 'store'), ...args],
    { encoding: 'utf8' },
  );
  assert.equal(status, 0, stderr + stdout);
  return stdout;
};
const add = (file: string): string =>
  (JSON.parse(cli('models', 'add', file, '--yes', '--json')) as { id: string }).id;

for (const [file, name] of Object.entries(GOLDEN))
  test(`${file}: spandrel's pictures within ${LEVELS} levels`, { skip: !WEIGHTS }, async () => {
    const id = add(path.join(WEIGHTS!, file));
    for (const size of ['32x32', '64x64']) {
      const output = path.join(folder, `${name}-${size}.png`);
      cli(path.join(WEIGHTS!, 'golden', `input-${size}.png`), '-m', id, '-o', output);
      const [own, expected] = [output, path.join(WEIGHTS!, 'golden', `${name}-${size}.png`)];
      const [a, b] = [await rgb(own), await rgb(expected)];
      assert.equal(a.length, b.length);
      let [worst, sum] = [0, 0];
      for (const [i, value] of a.entries()) {
        worst = Math.max(worst, Math.abs(value - b[i]!));
        sum += Math.abs(value - b[i]!);
      }
      assert.ok(worst <= LEVELS, `${size}: differs by ${worst}`);
      assert.ok(sum / a.length <= MEAN, `${size}: differs by ${sum / a.length} in the mean`);
    }
  });

test('every file of the folder runs', { skip: !WEIGHTS }, async () => {
  const picture = path.join(WEIGHTS!, 'golden/input-64x64.png');
  for (const file of readdirSync(WEIGHTS!).filter((one) => /\.(pth|safetensors)$/.test(one))) {
    const output = path.join(folder, `${file}.png`);
    const id = add(path.join(WEIGHTS!, file));
    cli(picture, '-m', id, '-o', output);
    const { width } = await pixelsOf(output);
    assert.ok([64, 128, 256].includes(width), `${file}: ${width}`);
  }
});

test(
  'DAT-light has its published PSNR-Y on Set5: 32.5 dB',
  { skip: !WEIGHTS || !BENCHMARKS },
  async () => {
    const id = add(path.join(WEIGHTS!, 'DAT_light_x4.stripped.safetensors'));
    const values: number[] = [];
    for (const { name, input, original } of await readBenchmark(BENCHMARKS!, 'set5')) {
      const [small, output] = [
        path.join(folder, `${name}.png`),
        path.join(folder, `${name}@4x.png`),
      ];
      await writePng(small, input);
      cli(small, '-m', id, '-o', output);
      const { width, height } = original;
      const result = { data: await rgb(output), width, height };
      values.push(psnr(shave(luma(result), 4), shave(luma(original), 4)));
    }
    assert.equal(values.length, 5);
    const mean = values.reduce((a, b) => a + b) / values.length;
    assert.ok(Math.abs(mean - 32.5) <= 0.1, `${mean.toFixed(3)} dB`);
  },
);

const rgb = (file: string): Promise<Buffer> =>
  sharp(file).removeAlpha().toColourspace('srgb').raw().toBuffer();
