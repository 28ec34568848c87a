import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { figuresOf, type Figures } from '../../../eval/benchmarks/figures';
import { FigureStore } from '../../../eval/benchmarks/figureStore';
import { benchmarkReport } from '../../../eval/benchmarks/report';
import { measureBenchmarks } from '../../../eval/benchmarks/run';
import { readBenchmark, reduceAsMatlab } from '../../../eval/benchmarks/sets';
import { summarizeBenchmarks, type BenchmarkSummary } from '../../../eval/benchmarks/summary';
import { checkBenchmarks } from '../../../eval/benchmarks/targets';
import { enlargeBicubic } from '../../../eval/enlarge';
import { LAMBDAS } from '../../../eval/grid';
import { findMethods } from '../../../eval/methods';
import { luma } from '../../../eval/metrics/luma';
import type { Features, PerceptualDistance } from '../../../eval/metrics/perceptual';
import { readOptions } from '../../../eval/options';
import { writePng, type Picture } from '../../../eval/picture';
import { temporaryFolder } from './folder';
import { writeTwoBranchModel } from './models';
import { disturbed, generatedPicture } from './pictures';

/** Stands in for the metric, whose weights a test does not fetch: the difference of mean lumas. */
const standIn = (features: PerceptualDistance['features']): PerceptualDistance =>
  ({
    features,
    distance: ({ picture }: Features, other: Picture) =>
      Promise.resolve(Math.abs(meanLuma(picture) - meanLuma(other))),
    release: () => Promise.resolve(),
  }) as unknown as PerceptualDistance;
const perceptual = standIn((picture) => Promise.resolve({ picture, layers: {} }));

const meanLuma = (picture: Picture): number => {
  const { data } = luma(picture);
  return data.reduce((a, b) => a + b, 0) / data.length;
};

async function writeSets(): Promise<string> {
  const folder = temporaryFolder();
  for (const name of ['set5', 'realsr/lr', 'realsr/hr'])
    mkdirSync(path.join(folder, name), { recursive: true });
  await writePng(path.join(folder, 'set5', 'one.png'), generatedPicture(102, 99));
  for (const name of ['a', 'b', 'c']) {
    const large = generatedPicture(96, 80);
    await writePng(path.join(folder, 'realsr', 'hr', `${name}.png`), large);
    await writePng(path.join(folder, 'realsr', 'lr', `${name}.png`), reduceAsMatlab(large));
  }
  return folder;
}

test('clean sets are cropped and reduced, pairs are read, every second one if so wanted', async () => {
  const folder = await writeSets();
  const [clean] = await readBenchmark(folder, 'set5');
  assert.deepEqual([clean?.original.width, clean?.original.height], [100, 96]);
  assert.deepEqual([clean?.input.width, clean?.input.height], [25, 24]);
  const pairs = await readBenchmark(folder, 'realsr', 2);
  assert.deepEqual(
    pairs.map(({ name }) => name),
    ['a', 'c'],
  );
  assert.deepEqual(await readBenchmark(folder, 'set14'), []);
});

test('the reduction is MATLAB’s: what the reference of the benchmarks yields', () => {
  const { width, height, data } = reduceAsMatlab(generatedPicture(32, 24));
  assert.deepEqual([width, height], [8, 6]);
  assert.deepEqual([...data.subarray(0, 9)], REDUCED);
});

/** The first three pixels by the reference, NumPy's matrices of `imresize`. */
const REDUCED = [134, 144, 153, 124, 133, 145, 112, 122, 131];

test('clean sets leave out the edge and have no perceptual figures', async () => {
  const folder = await writeSets();
  const [clean] = await readBenchmark(folder, 'set5');
  const [pair] = await readBenchmark(folder, 'realsr');
  assert.ok(clean && pair);
  const result = disturbed(clean.original);
  const edge = new Uint8Array(result.data);
  edge.fill(0, 0, 3 * result.width * 4);
  const figures = await figuresOf({ ...result, data: edge }, clean, undefined, perceptual);
  assert.equal(
    figures.psnrY,
    (await figuresOf(result, clean, undefined, perceptual)).psnrY,
    'four rows at the edge do not count',
  );
  assert.equal(figures.stLpips, null);
  const features = await perceptual.features(pair.original);
  const own = await figuresOf(pair.original, pair, features, perceptual);
  assert.deepEqual([own.psnrY, own.stLpips], [100, 0]);
  assert.ok((own.sharpness ?? 0) > 1);
});

test('the benchmarks are measured once, with both dials on pairs', async () => {
  const folder = await writeSets();
  const models = temporaryFolder();
  await writeTwoBranchModel(models, 'two-branch-4x');
  const methods = await findMethods(['bicubic', 'two-branch-4x'], [models]);
  const pictures = [
    ...(await readBenchmark(folder, 'set5')),
    ...(await readBenchmark(folder, 'realsr')),
  ];
  const out = temporaryFolder();
  const first = await measureBenchmarks(pictures, methods, new FigureStore(out), perceptual);
  // Bicubic and three settings on the clean picture; bicubic and all settings on three pairs, of
  // which (1, 1) lies on both lines.
  assert.equal(first.length, 4 + 3 * (1 + 2 * LAMBDAS.length - 1));
  const refusing = standIn(() => Promise.reject(new Error('measured again')));
  const second = await measureBenchmarks(pictures, methods, new FigureStore(out), refusing);
  assert.deepEqual(
    second.map(({ figures }) => figures),
    first.map(({ figures }) => figures),
  );

  const summaries = summarizeBenchmarks(first, methods);
  assert.deepEqual(
    summaries.map(({ set, pictures: count, dials }) => [set, count, dials.length]),
    [
      ['set5', 1, 0],
      ['realsr', 3, 2],
    ],
  );
  const report = benchmarkReport(
    summaries,
    new Map([['two-branch-4x', checkBenchmarks(summaries, 'two-branch-4x')]]),
  );
  for (const part of [
    'Set5',
    '(3 pictures)',
    'two-branch-4x, λ_sem, the other dial at 1',
    'ST-LPIPS',
  ])
    assert.ok(report.includes(part), part);
  const bicubic = summaries[0]?.methods.find(({ id }) => id === 'bicubic')?.figures;
  const [clean] = pictures;
  assert.ok(clean);
  const expected: Figures = await figuresOf(
    enlargeBicubic(clean.input),
    clean,
    undefined,
    perceptual,
  );
  assert.deepEqual(bicubic, expected);
});

test('targets on the benchmarks pass, fail, or are not measured', () => {
  const figures: Figures = { psnrY: 26, ssimY: 0.8, stLpips: 0.2, niqe: 4, sharpness: 6 };
  const method = (id: string, more: Partial<Figures>): BenchmarkSummary['methods'][number] => ({
    id,
    label: id,
    figures: { ...figures, ...more },
  });
  const methods = [method('a_1_0', { sharpness: 5 }), method('a_1_1', {})];
  const targets = checkBenchmarks([{ set: 'realsr', pictures: 2, methods, dials: [] }], 'a');
  const passed = (text: string): boolean | undefined =>
    targets.find((target) => target.text.startsWith(text))?.passed;
  assert.equal(passed('Set5'), undefined);
  assert.equal(passed('RealSR: PSNR-Y at (1, 0)'), false);
  assert.equal(passed('RealSR: PSNR-Y at (1, 1)'), true);
  assert.equal(passed('RealSR: ST-LPIPS'), true);
  assert.equal(passed('RealSR: sharpness at (1, 1) over (1, 0)'), false);
});

test('options of the benchmarks', () => {
  const chosen = readOptions(['--benchmarks', '/b', '--every', '4']);
  assert.deepEqual([chosen?.benchmarks, chosen?.every], [path.resolve('/b'), 4]);
  assert.equal(readOptions([])?.benchmarks, undefined);
  assert.throws(() => readOptions(['--every', '0']), /--every/);
});
