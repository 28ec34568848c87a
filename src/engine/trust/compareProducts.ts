import { GraphBuilder, type Value } from '../graph/graphBuilder';
import { byteTensor } from '../graph/tensor';
import { openNetwork, type Floats, type Network } from '../runtime/network';
import { pseudoRandom } from './operators/pseudoRandom';
import { phrase, WordedError, type Words } from '../../shared/phrase';

/** Of a product [rows, depth] × [depth, columns]. */
type Size = { readonly rows: number; readonly depth: number; readonly columns: number };
/** As large as many of a diffusion model's. */
const LARGE: Size = { rows: 256, depth: 1024, columns: 2048 };
/** Takes milliseconds, and the same instructions. */
const SMALL: Size = { rows: 16, depth: 128, columns: 64 };
/** In turns, so that whatever else the machine does meets both. */
const ROUNDS = 4;
const MOST_BYTE = 255;
const MOST_WEIGHT = 127;

/** How a product of 8-bit integers did beside the same one in floats. */
export type ProductsCompared = {
  /** Sums that are not what the integers add up to. */
  readonly wrong: number;
  /** Milliseconds of each run. */
  readonly fp32: readonly number[];
  readonly int8: readonly number[];
};

/**
 * Multiplies integers of the largest sizes in 8 bits, as diffusion models do in that form, and counts the
 * sums that are wrong: some processors add pairs of products up in 16 bits, which don't hold them.
 */
export async function compareProducts(
  onStep: (step: Words) => void = () => undefined,
): Promise<ProductsCompared> {
  const { bytes, weights, input } = extremes(LARGE);
  const times = { fp32: [] as number[], int8: [] as number[] };
  const opened: { readonly form: 'fp32' | 'int8'; readonly network: Network }[] = [];
  try {
    for (const form of ['fp32', 'int8'] as const) {
      onStep(phrase`a product in ${form}`);
      opened.push({ form, network: await open(form, weights, LARGE) });
    }
    let sums: Float32Array | undefined;
    for (let round = 0; round < ROUNDS; round++)
      for (const { form, network } of opened) {
        const started = performance.now();
        const { y } = await network.run(input);
        times[form].push(performance.now() - started);
        if (form === 'int8') sums = y?.data;
      }
    if (!sums) throw new WordedError(phrase`a form of the model yielded nothing`);
    return { wrong: wrongSums(sums, bytes, weights, LARGE), ...times };
  } finally {
    for (const { network } of opened) await network.release();
  }
}

/** Whether this processor adds up products of 8 bits rightly. */
export async function addsUpRightly(): Promise<boolean> {
  const { bytes, weights, input } = extremes(SMALL);
  const network = await open('int8', weights, SMALL);
  try {
    const { y } = await network.run(input);
    return y !== undefined && wrongSums(y.data, bytes, weights, SMALL) === 0;
  } finally {
    await network.release();
  }
}

/** Values of the largest sizes, mostly: where sums overflow. */
function extremes({ rows, depth, columns }: Size): {
  readonly bytes: Float32Array;
  readonly weights: Int8Array;
  readonly input: Record<string, Floats>;
} {
  const random = pseudoRandom(11);
  // Both ends must occur for the step to be 1.
  const extreme = (least: number, most: number): number => {
    const share = 4 * random();
    return share < 1 ? Math.round(least + share * (most - least)) : share < 2.5 ? least : most;
  };
  const bytes = Float32Array.from({ length: rows * depth }, () => extreme(0, MOST_BYTE));
  const weights = Int8Array.from({ length: depth * columns }, () =>
    extreme(-MOST_WEIGHT, MOST_WEIGHT),
  );
  return { bytes, weights, input: { x: { data: bytes, dims: [rows, depth] } } };
}

function open(
  form: 'fp32' | 'int8',
  weights: Int8Array,
  { rows, depth, columns }: Size,
): Promise<Network> {
  const graph = new GraphBuilder(`product-${form}`);
  const x = graph.input('x', [rows, depth]);
  const of = { graph, x, weights, shape: [depth, columns] };
  graph.output('y', form === 'int8' ? inIntegers(of) : inFloats(of), [rows, columns]);
  const onnx = graph.toBytes('pisa-upscale');
  return openNetwork({ onnx, weightsFolder: '', device: 'cpu', plan: 'mappedIntegers' });
}

type Product = {
  readonly graph: GraphBuilder;
  readonly x: Value;
  readonly weights: Int8Array;
  readonly shape: readonly number[];
};

function inIntegers({ graph, x, weights, shape }: Product): Value {
  const [bytes, step, zero] = graph.nodeWithOutputs('DynamicQuantizeLinear', [x], 3) as [
    Value,
    Value,
    Value,
  ];
  const integers = graph.initializer(byteTensor('weights', shape, weights));
  const columns = shape.slice(1);
  const steps = graph.float32('steps', columns, new Float32Array(columns[0] ?? 0).fill(1));
  return graph.node(
    'MatMulIntegerToFloat',
    [bytes, integers, step, steps, zero],
    {},
    { domain: 'com.microsoft' },
  );
}

function inFloats({ graph, x, weights, shape }: Product): Value {
  return graph.node('MatMul', [x, graph.float32('weights', shape, Float32Array.from(weights))]);
}

/** How many of `sums` are not those of [rows, depth] × [depth, columns]. */
export function wrongSums(
  sums: Float32Array,
  bytes: Float32Array,
  weights: Int8Array,
  { rows, depth, columns }: Size,
): number {
  let wrong = 0;
  const row = new Int32Array(columns);
  // Integers, and four products between two looks at a sum: half of what one by one in floats takes.
  const [second, third, fourth] = [columns, 2 * columns, 3 * columns];
  for (let y = 0; y < rows; y++) {
    row.fill(0);
    const byte = (k: number): number => (k < depth ? Math.trunc(bytes[y * depth + k] ?? 0) : 0);
    for (let k = 0; k < depth; k += 4) {
      const [a, b, c, d] = [byte(k), byte(k + 1), byte(k + 2), byte(k + 3)];
      for (let x = 0, at = k * columns; x < columns; x++, at++)
        row[x] =
          (row[x] as number) +
          Math.imul(a, weights[at] as number) +
          Math.imul(b, weights[at + second] as number) +
          Math.imul(c, weights[at + third] as number) +
          Math.imul(d, weights[at + fourth] as number);
    }
    for (let x = 0; x < columns; x++)
      if (sums[y * columns + x] !== Math.fround(row[x] as number)) wrong++;
  }
  return wrong;
}
