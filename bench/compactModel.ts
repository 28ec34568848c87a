/**
 * The embedded model beside UpscalerJS's ESRGAN Thick on the same picture, through the engine's own
 * sessions, in alternation; then the share of the machine's float32 peak that the embedded model's
 * convolutions reach. The peak is given by the book and as the best matrix product of this run.
 *
 *   npm run bench:compact [-- --rounds 5] [-- --side 256]
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { fromBinary } from '@bufbuild/protobuf';
import { findModel } from '../eval/models/evaluationModels';
import { GraphBuilder } from '../src/engine/graph/graphBuilder';
import { ModelProtoSchema } from '../src/engine/graph/proto/onnx_pb';
import { EmbeddedModel } from '../src/engine/models/kinds/embedded';
import { ModelRegistry } from '../src/engine/models/registry';
import { loadOnnxRuntime } from '../src/engine/runtime/onnxRuntime';
import {
  openTileSession,
  placedGraph,
  sessionOptions,
  type TileSession,
} from '../src/engine/runtime/session';
import { DEFAULT_MODEL } from '../src/shared/settings';

const TARGET = 0.2;
const root = path.dirname(__dirname);

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { rounds: { type: 'string', default: '5' }, side: { type: 'string', default: '256' } },
  });
  const [rounds, side] = [Number(values.rounds), Number(values.side)];
  const ours = await new ModelRegistry([path.join(root, 'models')]).find(DEFAULT_MODEL);
  if (!(ours instanceof EmbeddedModel)) throw new Error(`${DEFAULT_MODEL} is no tiled model.`);
  const thick = await findModel('esrgan-thick-4x', []);
  const image = Float32Array.from(
    { length: 3 * side * side },
    (_, i) => 0.5 + 0.4 * Math.sin(i * 0.011),
  );
  const entries: {
    readonly name: string;
    readonly session: TileSession;
    readonly times: number[];
  }[] = [{ name: 'ESRGAN Thick', session: await open(thick, ['pixel']), times: [] }];
  for (const [form, precision] of [
    ['8 bits', 'int8'],
    ['floats', 'fp32'],
  ] as const) {
    const model = ours.inPrecision(precision);
    for (const [name, branches] of [
      ['both branches', ['pixel', 'semantic']],
      ['λ_sem = 0 (pixel branch alone)', ['pixel']],
    ] as const)
      entries.push({ name: `${name}, ${form}`, session: await open(model, branches), times: [] });
  }
  for (const { session } of entries) await session.run(image, side, side);
  for (let round = 0; round < rounds; round++) {
    for (const { session, times } of entries) {
      const started = performance.now();
      await session.run(image, side, side);
      times.push((performance.now() - started) / 1000);
    }
  }
  await Promise.all(entries.map(({ session }) => session.release()));
  const [reference] = entries;
  const baseline = median(reference?.times ?? []);
  console.log(
    `${side}×${side} → ${4 * side}×${4 * side}, CPU, ${os.availableParallelism()} threads, ` +
      `median of ${rounds}`,
  );
  for (const { name, times } of entries)
    console.log(
      `  ${name.padEnd(40)} ${median(times).toFixed(2)} s   ratio ` +
        (median(times) / baseline).toFixed(3),
    );
  console.log(`target for both branches, 8 bits: ≤ ${TARGET.toFixed(2)}`);

  const { seconds, operations } = await convolutions(ours, image, side);
  const speed = operations / seconds;
  console.log(
    `convolutions of ${ours.manifest.id} in floats: ${(operations / 1e9).toFixed(1)} GFLOP in ` +
      `${seconds.toFixed(2)} s = ${(speed / 1e9).toFixed(0)} GFLOP/s`,
  );
  const product = await matrixPeak();
  console.log(
    `  ${percent(speed / product)} of the ${(product / 1e9).toFixed(0)} GFLOP/s of ONNX ` +
      `Runtime's best float32 matrix product here`,
  );
  const peak = processorPeak();
  if (peak !== undefined)
    console.log(
      `  ${percent(speed / peak.speed)} of the processor's float32 peak, ` +
        `${(peak.speed / 1e9).toFixed(0)} GFLOP/s (${peak.how})`,
    );
}

const open = ({ graph }: EmbeddedModel, branches: readonly string[]): Promise<TileSession> =>
  openTileSession(graph, 'cpu', branches);

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const percent = (share: number): string => `${Math.round(100 * share)} %`;

/**
 * The float32 peak by the book, at the clock that Linux tells; undefined where clock or instruction
 * set can't be told.
 */
function processorPeak(): { readonly speed: number; readonly how: string } | undefined {
  const text = existsSync('/proc/cpuinfo') ? readFileSync('/proc/cpuinfo', 'utf8') : '';
  const gigahertz = Number(/^cpu MHz\s*:\s*([\d.]+)/m.exec(text)?.[1]) / 1000;
  const width = text.includes(' avx512f') ? 16 : text.includes(' avx2') ? 8 : undefined;
  if (!(gigahertz > 0) || width === undefined) return undefined;
  const threads = os.availableParallelism();
  return {
    speed: threads * gigahertz * 1e9 * width * 2 * 2,
    how:
      `${threads} threads × ${gigahertz.toFixed(2)} GHz × ${width} values × 2 fused ` +
      'multiply-add units × 2 operations',
  };
}

/** Operations a second of the best of many products of square matrices of several sizes. */
async function matrixPeak(): Promise<number> {
  const peaks: number[] = [];
  for (const n of [384, 768, 1536, 3072]) peaks.push(await productSpeed(n));
  return Math.max(...peaks);
}

async function productSpeed(n: number): Promise<number> {
  const ort = await loadOnnxRuntime();
  const graph = new GraphBuilder('product');
  const weights = graph.float32('weights', [n, n], new Float32Array(n * n).fill(0.01));
  graph.output('y', graph.node('MatMul', [graph.input('x', [n, n]), weights]), [n, n]);
  const session = await ort.InferenceSession.create(graph.toBytes('bench'), sessionOptions('cpu'));
  const x = new ort.Tensor('float32', new Float32Array(n * n).fill(0.5), [n, n]);
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 20; i++) {
    const started = performance.now();
    await session.run({ x });
    best = Math.min(best, (performance.now() - started) / 1000);
  }
  await session.release();
  return (2 * n ** 3) / best;
}

/**
 * Seconds and operations of the model's convolutions in one run, as ONNX Runtime's profiler sees
 * them; the best of five runs.
 */
async function convolutions(
  { graph }: EmbeddedModel,
  image: Float32Array,
  side: number,
): Promise<{ seconds: number; operations: number }> {
  const ort = await loadOnnxRuntime();
  const folder = mkdtempSync(path.join(os.tmpdir(), 'pu-bench-'));
  try {
    const { onnx } = await placedGraph(graph);
    const session = await ort.InferenceSession.create(onnx, {
      ...sessionOptions('cpu'),
      enableProfiling: true,
      profileFilePrefix: path.join(folder, 'profile'),
    });
    const runs = 5;
    for (let i = 0; i < runs; i++)
      await session.run({ image: new ort.Tensor('float32', image, [1, 3, side, side]) });
    session.endProfiling();
    await session.release();
    const [profile = ''] = readdirSync(folder);
    const events = JSON.parse(readFileSync(path.join(folder, profile), 'utf8')) as {
      cat?: string;
      name: string;
      dur: number;
      args?: { op_name?: string };
    }[];
    const nodes = events.filter(({ cat, name }) => cat === 'Node' && name.endsWith('_kernel_time'));
    const convs = nodes.filter(({ args }) => args?.op_name === 'Conv');
    const perRun = convs.length / runs;
    const sums = Array.from(
      { length: runs },
      (_, run) =>
        convs.slice(run * perRun, (run + 1) * perRun).reduce((sum, { dur }) => sum + dur, 0) / 1e6,
    );
    return { seconds: Math.min(...sums), operations: 2 * weightsOf(onnx) * side * side };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Multiplications a pixel of the input: every kernel of the model is used once at each. */
function weightsOf(onnx: Uint8Array): number {
  const { graph } = fromBinary(ModelProtoSchema, onnx);
  const kernels = new Set(
    graph?.node.filter(({ opType }) => opType === 'Conv').map(({ input }) => input[1]),
  );
  return (
    graph?.initializer
      .filter(({ name }) => kernels.has(name))
      .reduce((sum, { dims }) => sum + dims.reduce((product, d) => product * Number(d), 1), 0) ?? 0
  );
}

void main();
