/**
 * Images a second over a batch of 100 pictures of 64–512 pixels a side and one of 1,000 icons of
 * 16–64 pixels, half of them with alpha, against the bare inference of the same pixels, in ONNX
 * Runtime as it comes and in the engine's own session: how busy that is kept. And the engine's memory after ten pictures and at the end.
 *
 *   npm run bench:batch [-- --set pictures|icons] [-- --count 100] [-- --model ID]
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { RunRegistry } from '../src/batch/runs/runRegistry';
import { Batch } from '../src/batch/batch';
import { EngineClient } from '../src/client/engineClient';
import { TiledModel } from '../src/engine/models/kinds/tiled';
import { pruneGraph } from '../src/engine/graph/pruneGraph';
import { ModelRegistry } from '../src/engine/models/registry';
import { loadOnnxRuntime, type Ort } from '../src/engine/runtime/onnxRuntime';
import { openTileSession, placedGraph } from '../src/engine/runtime/session';
import { threadCount } from '../src/engine/runtime/threads';
import { planningSize } from '../src/engine/upscale/runTiles';
import { DEFAULT_MODEL, DEFAULT_SETTINGS } from '../src/shared/settings';
import {
  benchPictures,
  writeBenchPictures,
  type BenchPicture,
  type BenchSet,
} from './batchPictures';

const SETS: Readonly<Record<BenchSet, { readonly count: number; readonly target: number }>> = {
  pictures: { count: 100, target: 0.85 },
  icons: { count: 1000, target: 0.9 },
};
const FLAT = 1.1;
const root = path.dirname(__dirname);
const modelFolders = [path.join(root, 'models'), path.join(root, 'test/fixtures/models')];

/** Resident memory of a process in MB; undefined where there is no /proc. */
function residentMB(pid: number | undefined): number | undefined {
  try {
    return (
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid ?? 0}/status`, 'utf8'))?.[1]) / 1024
    );
  } catch {
    return undefined;
  }
}

type Run = (image: Float32Array, width: number, height: number) => Promise<unknown>;

/** Each picture by itself through a model's network, alpha through its pixel branch; nothing else. */
async function bareSeconds(
  { manifest }: TiledModel,
  pictures: readonly BenchPicture[],
  { run, runPixel = run }: { readonly run: Run; readonly runPixel?: Run },
): Promise<number> {
  let seconds = 0;
  for (const { hasAlpha, ...size } of pictures) {
    const { width, height } = planningSize(manifest, size);
    const image = new Float32Array(3 * width * height).fill(0.5);
    const start = performance.now();
    if (hasAlpha) await runPixel(image.slice(), width, height);
    await run(image, width, height);
    seconds += (performance.now() - start) / 1000;
  }
  return seconds;
}

/** In the engine's own session. */
async function bareInSession(
  model: TiledModel,
  pictures: readonly BenchPicture[],
): Promise<number> {
  const session = await openTileSession(model.graph, 'cpu', model.manifest.branches);
  const seconds = await bareSeconds(model, pictures, session);
  await session.release();
  return seconds;
}

/**
 * In sessions as ONNX Runtime opens them unless told otherwise: threads of the one wait for its next
 * run at full speed while the other runs.
 */
async function bareAsItComes(
  model: TiledModel,
  pictures: readonly BenchPicture[],
): Promise<number> {
  const ort = await loadOnnxRuntime();
  const { onnx } = await placedGraph(model.graph);
  const opened = async (branches: readonly string[]): Promise<[Ort.InferenceSession, Run]> => {
    const session = await ort.InferenceSession.create(
      pruneGraph(onnx, ['base', ...branches]) ?? onnx,
      { executionProviders: ['cpu'], intraOpNumThreads: threadCount() },
    );
    return [
      session,
      (image, width, height) =>
        session.run({ image: new ort.Tensor('float32', image, [1, 3, height, width]) }),
    ];
  };
  const { branches } = model.manifest;
  const [whole, run] = await opened(branches);
  const [pixel, runPixel] = await opened(branches.slice(0, 1));
  const seconds = await bareSeconds(model, pictures, { run, runPixel });
  await Promise.all([whole.release(), pixel.release()]);
  return seconds;
}

async function measure(set: BenchSet, count: number, id: string): Promise<void> {
  const { target } = SETS[set];
  const pictures = benchPictures(set, count);
  const folder = mkdtempSync(path.join(os.tmpdir(), 'pu-bench-'));
  const client = new EngineClient({
    entry: path.join(root, 'dist/engine.js'),
    modelFolders,
    store: path.join(folder, 'store'),
    idleSeconds: 600,
    log: () => undefined,
  });
  try {
    const source = path.join(folder, 'in');
    await writeBenchPictures(pictures, path.join(root, 'media/samples/photo.jpg'), source);
    const model = await new ModelRegistry(modelFolders).find(id);
    if (!(model instanceof TiledModel)) throw new Error(`${id} is no tiled model.`);
    const bare = await bareInSession(model, pictures);
    const asItComes = await bareAsItComes(model, pictures);
    const settings = { ...DEFAULT_SETTINGS, model: id, namePattern: 'out/{name}.{ext}' };
    const batch = new Batch(
      {
        root: source,
        inputs: [source],
        exclude: [],
        respectGitignore: false,
        minimumSide: 8,
        settingsFor: () => settings,
        stateFolder: path.join(folder, 'state'),
        device: 'cpu',
        runs: new RunRegistry(path.join(folder, 'runs')),
        place: 'terminal',
        modelFolders,
      },
      client,
    );
    const plan = await batch.plan();
    let finished = 0;
    let early: number | undefined;
    const { report } = await batch.start(plan, new Set(plan.items.map(({ id }) => id)), (event) => {
      if (event.kind === 'finished' && ++finished === 10) early = residentMB(client.processId);
    });
    const { outcomes, seconds } = await report;
    const late = residentMB(client.processId);
    const failed = outcomes.filter(({ state }) => state !== 'done').length;
    const inference = outcomes.reduce((sum, outcome) => sum + outcome.inferenceSeconds, 0);
    const ratio = asItComes / seconds;
    const pixels = pictures.reduce((sum, { width, height }) => sum + width * height, 0);
    console.log(
      `${count} ${set}, ${(pixels / 1e6).toFixed(1)} megapixels` +
        (failed === 0 ? '' : `, ${failed} FAILED`),
    );
    console.log(
      `bare inference ${asItComes.toFixed(1)} s · batch ${seconds.toFixed(1)} s (inference in it ` +
        `${inference.toFixed(1)} s, ${(inference / seconds).toFixed(3)}) · ` +
        `${(count / seconds).toFixed(2)} images/s`,
    );
    console.log(
      `ratio ${ratio.toFixed(3)} (target ${target}): ${ratio >= target ? 'met' : 'missed'}`,
    );
    console.log(
      `bare inference in the engine's own session ${bare.toFixed(1)} s: ratio ` +
        (bare / seconds).toFixed(3),
    );
    if (early !== undefined && late !== undefined)
      console.log(
        `engine's memory after 10 pictures ${early.toFixed(0)} MB, at the end ` +
          `${late.toFixed(0)} MB: ${(late / early).toFixed(2)} (target ${FLAT}): ` +
          (late / early <= FLAT ? 'met' : 'missed'),
      );
  } finally {
    await client.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      set: { type: 'string' },
      count: { type: 'string' },
      model: { type: 'string', default: DEFAULT_MODEL },
    },
  });
  for (const set of ['pictures', 'icons'] as const)
    if (values.set === undefined || values.set === set)
      await measure(set, Number(values.count ?? SETS[set].count), values.model);
}

void main();
