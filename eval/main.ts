/**
 * Compares ×4 enlargements of held-out pictures or of benchmarks: see eval/README.md.
 *
 *   npm run eval -- [options]
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { loadOnnxRuntime } from '../src/engine/runtime/onnxRuntime';
import { runBenchmarks } from './benchmarks/main';
import { enlargeAll } from './enlarge';
import { gridOf } from './grid';
import { readHeldOut } from './heldout';
import { measureAll, type Measured } from './measureAll';
import { findMethods, type Method } from './methods';
import { PerceptualDistance } from './metrics/perceptual';
import { loadStLpips } from './models/stLpips';
import { HELP, readOptions } from './options';
import { dialPlot } from './report/dialPlot';
import { markdownReport } from './report/markdown';
import { drawGrids, drawStrips, shownPictures } from './report/pictures';
import { scatterPlot } from './report/scatterPlot';
import { Store, type Earlier } from './store';
import { summarize } from './summary';
import { checkTargets } from './targets';

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (!options) {
    console.log(HELP);
    return;
  }
  const { out } = options;
  const started = performance.now();
  const methods = await findMethods(options.models, options.modelFolders);
  if (methods.length === 0) throw new Error('There is nothing to compare.');
  if (options.benchmarks !== undefined) {
    console.log(await runBenchmarks(options.benchmarks, options.every, methods, out));
    console.log(`Written to ${out}: benchmarks.md, benchmarks.json.`);
    return;
  }
  const pictures = await readHeldOut(options.heldout, options.perCategory);
  const shown = shownPictures(pictures, options.shown);
  const grid = gridOf(methods, pictures, options.dialPictures);
  const store = new Store(out);
  if (options.known !== undefined)
    store.know(JSON.parse(readFileSync(options.known, 'utf8')) as Earlier, pictures, [
      ...methods,
      ...(grid?.methods ?? []),
    ]);
  await enlargeAll(pictures, methods, shown, store);
  const perceptual = await PerceptualDistance.open(await loadStLpips());
  const measured = await measureAll(pictures, methods, grid, store, perceptual);
  await perceptual.release();

  const sets = summarize(measured, methods, grid);
  const targets = checkTargets(sets);
  const report = markdownReport(pictures.length, sets, targets);
  const write = (name: string, content: string): void =>
    writeFileSync(path.join(out, name), content);
  write(
    'results.json',
    `${JSON.stringify(
      {
        versions: await versions(),
        pictures: pictures.map(({ name, sha256 }) => ({ name, sha256 })),
        models: modelHashes(methods),
        sets,
        targets,
        measured: measured.map(flat),
      },
      null,
      1,
    )}\n`,
  );
  write('tables.md', report);
  write('perception-distortion.svg', scatterPlot(sets));
  if (grid) {
    if (grid.pictures.length > 0) write('dials.svg', dialPlot(grid.model.manifest.name, sets));
    await drawGrids(out, shown, grid, store);
  }
  await drawStrips(out, shown, methods, store);
  store.save();
  console.log(report);
  console.log(
    `Written to ${out}: results.json, tables.md, plots (*.svg), pictures (grid-*.webp, ` +
      `strip-*.webp), in ${Math.round((performance.now() - started) / 1000)} s.`,
  );
}

const flat = ({ set, picture, method, metrics }: Measured): object => ({
  set,
  picture: picture.name,
  method: method.id,
  ...metrics,
});

const modelHashes = (methods: readonly Method[]): Record<string, string> =>
  Object.fromEntries(
    methods.flatMap(({ run }) =>
      run.kind === 'network' ? [[run.model.manifest.id, run.model.manifest.graph.sha256]] : [],
    ),
  );

async function versions(): Promise<Record<string, string>> {
  const ort = await loadOnnxRuntime();
  return {
    node: process.version,
    onnxruntime: ort.env.versions.common,
    sharp: sharp.versions.sharp,
    libvips: sharp.versions.vips,
  };
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
