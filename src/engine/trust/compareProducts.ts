import { GraphBuilder, type Value } from '../graph/graphBuilder';
import { byteTensor } from '../graph/tensor';
import { openNetwork, type Network } from '../runtime/network';
import { pseudoRandom } from './operators/pseudoRandom';
import { phrase, WordedError, type Words } from '../../shared/phrase';

/** Of a product [rows, depth] × [depth, columns], as large as many of a diffusion model's. */
const ROWS = 256;
const DEPTH = 1024;
const COLUMNS = 2048;
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
  const random = pseudoRandom(11);
  // Mostly extremes, which is where sums overflow; both must occur for the step to be 1.
  const extreme = (least: number, most: number): number => {
    const share = 4 * random();
    return share < 1 ? Math.round(least + share * (most - least)) : share < 2.5 ? least : most;
  };
  const bytes = Float32Array.from({ length: ROWS * DEPTH }, () => extreme(0, MOST_BYTE));
  const weights = Int8Array.from({ length: DEPTH * COLUMNS }, () =>
    extreme(-MOST_WEIGHT, MOST_WEIGHT),
  );
  const input = { x: { data: bytes, dims: [ROWS, DEPTH] } };
  const times = { fp32: [] as number[], int8: [] as number[] };
  const opened: { readonly form: 'fp32' | 'int8'; readonly network: Network }[] = [];
  try {
    for (const form of ['fp32', 'int8'] as const) {
      onStep(phrase`a product in ${form}`);
      opened.push({ form, network: await open(form, weights) });
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
    const size = { rows: ROWS, depth: DEPTH, columns: COLUMNS };
    return { wrong: wrongSums(sums, bytes, weights, size), ...times };
  } finally {
    for (const { network } of opened) await network.release();
  }
}

function open(form: 'fp32' | 'int8', weights: Int8Array): Promise<Network> {
  const graph = new GraphBuilder(`product-${form}`);
  const x = graph.input('x', [ROWS, DEPTH]);
  graph.output('y', form === 'int8' ? inIntegers(graph, x, weights) : inFloats(graph, x, weights), [
    ROWS,
    COLUMNS,
  ]);
  const onnx = graph.toBytes('pisa-upscale');
  return openNetwork({ onnx, weightsFolder: '', device: 'cpu', plan: 'mappedIntegers' });
}

function inIntegers(graph: GraphBuilder, x: Value, weights: Int8Array): Value {
  const [bytes, step, zero] = graph.nodeWithOutputs('DynamicQuantizeLinear', [x], 3) as [
    Value,
    Value,
    Value,
  ];
  const integers = graph.initializer(byteTensor('weights', [DEPTH, COLUMNS], weights));
  const steps = graph.float32('steps', [COLUMNS], new Float32Array(COLUMNS).fill(1));
  return graph.node(
    'MatMulIntegerToFloat',
    [bytes, integers, step, steps, zero],
    {},
    { domain: 'com.microsoft' },
  );
}

function inFloats(graph: GraphBuilder, x: Value, weights: Int8Array): Value {
  const floats = graph.float32('weights', [DEPTH, COLUMNS], Float32Array.from(weights));
  return graph.node('MatMul', [x, floats]);
}

/** How many of `sums` are not those of [rows, depth] × [depth, columns]. */
export function wrongSums(
  sums: Float32Array,
  bytes: Float32Array,
  weights: Int8Array,
  {
    rows,
    depth,
    columns,
  }: { readonly rows: number; readonly depth: number; readonly columns: number },
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
