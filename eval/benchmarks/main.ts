import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Method } from '../methods';
import { PerceptualDistance } from '../metrics/perceptual';
import { loadStLpips } from '../models/stLpips';
import { FigureStore } from './figureStore';
import { benchmarkReport } from './report';
import { measureBenchmarks } from './run';
import { BENCHMARK_NAMES, BENCHMARKS, readBenchmark, type BenchmarkPicture } from './sets';
import { summarizeBenchmarks } from './summary';
import { checkBenchmarks } from './targets';

/**
 * Measures the methods on the benchmarks below `folder` and writes `benchmarks.md` and
 * `benchmarks.json` to `out`. Of pairs, every `every`th is taken. A benchmark that is not there is
 * named and left out.
 */
export async function runBenchmarks(
  folder: string,
  every: number,
  methods: readonly Method[],
  out: string,
): Promise<string> {
  const pictures: BenchmarkPicture[] = [];
  for (const set of BENCHMARK_NAMES) {
    const found = await readBenchmark(folder, set, every);
    if (found.length === 0) console.error(`note: ${path.join(folder, set)} holds no pictures`);
    pictures.push(...found);
  }
  if (pictures.length === 0)
    throw new Error(`${folder} has none of the folders ${Object.keys(BENCHMARKS).join(', ')}.`);
  const perceptual = await PerceptualDistance.open(await loadStLpips());
  const measured = await measureBenchmarks(pictures, methods, new FigureStore(out), perceptual);
  await perceptual.release();
  const summaries = summarizeBenchmarks(measured, methods);
  const models = new Set(methods.flatMap(dialled));
  const targets = new Map([...models].map((id) => [id, checkBenchmarks(summaries, id)]));
  const report = benchmarkReport(summaries, targets);
  const flat = measured.map(({ picture, method, figures }) => ({
    set: picture.set,
    picture: picture.name,
    method: method.id,
    ...figures,
  }));
  writeFileSync(path.join(out, 'benchmarks.md'), report);
  writeFileSync(
    path.join(out, 'benchmarks.json'),
    `${JSON.stringify({ every, summaries, targets: Object.fromEntries(targets), measured: flat }, null, 1)}\n`,
  );
  return report;
}

/** The id of a model with two branches. */
const dialled = ({ run }: Method): string[] =>
  run.kind === 'network' && run.model.manifest.branches.includes('semantic')
    ? [run.model.manifest.id]
    : [];
