import type { Value } from '../graphBuilder';
import type { Layers } from './layers';
import { ENLARGED, PLAIN, SIDE, squared, type Filtering } from './winograd';

/**
 * How 3×3 convolutions over large pictures are written: as one operator, or by Winograd's minimal
 * filtering, which has a quarter of the products and pays where there are many channels.
 */
export type ConvolutionKind = 'direct' | 'winograd';

/** How a convolution's picture is cut up for minimal filtering. */
export type Blocks = {
  /**
   * Bands of rows that are computed one after the other, so that less lies in memory at a time. The
   * picture must have at least four rows for each.
   */
  readonly bands: number;
  /** Whether height and width are known to be multiples of 4. */
  readonly fits: boolean;
};

type Module = { readonly name: string; readonly from: number; readonly to: number };

/** A 3×3 convolution with zero padding: `x` [1,from,H,W] → [1,to,H,W], by minimal filtering. */
export function winogradConv(layers: Layers, x: Value, module: Module, blocks: Blocks): Value {
  return filtered(layers, x, module, blocks, PLAIN);
}

/**
 * Nearest-neighbour enlargement of `x` [1,from,H,W] and `module`'s 3×3 convolution → [1,to,2H,2W].
 * Minimal filtering reads the small picture: of the 36 sums of a patch of the enlarged one 11 are 0 and
 * need no products.
 */
export function upsampleConv(
  layers: Layers,
  x: Value,
  module: Module,
  { bands, fits }: Blocks,
  /** Of the enlargement, when it is an operator of its own. */
  enlargement: string,
): Value {
  if (layers.convolutions === 'winograd')
    return filtered(layers, x, module, { bands, fits }, ENLARGED);
  const { name, from, to } = module;
  return layers.conv(layers.upsample(x, enlargement), name, { from, to, kernel: 3 });
}

function filtered(
  layers: Layers,
  x: Value,
  module: Module,
  { bands, fits }: Blocks,
  filtering: Filtering,
): Value {
  const { graph } = layers;
  const { name, to } = module;
  const height = dimension(layers, x, 2, `${name}/Height`);
  const kernels = transformedKernels(layers, height, module, filtering);
  const parts = Array.from({ length: bands }, (_, band) => {
    const part = `${name}.${band}`;
    const rows = bands > 1 ? bandOf(layers, x, height, part, { band, bands }, filtering) : x;
    return filteredBand(layers, rows, kernels, { ...module, name: part }, filtering, {
      first: band === 0,
      last: band === bands - 1,
    });
  });
  const [only] = parts;
  const all =
    only && bands === 1
      ? only
      : graph.node('Concat', parts, { axis: 2 }, { name: `${name}/Bands` });
  const bias = layers.reshape(
    layers.weight(`${name}.bias`, [to]),
    [1, to, 1, 1],
    `${name}.bias/PerChannel`,
  );
  const y = layers.add(all, bias, `${name}/Bias`);
  return fits ? y : cutTo(layers, y, x, name, filtering);
}

/** One dimension of `x` as a vector of one number. */
function dimension({ graph }: Layers, x: Value, axis: number, name: string): Value {
  return graph.node('Shape', [x], { start: axis, end: axis + 1 }, { name });
}

/**
 * The kernels' transforms [products,to,from] from [to,from,3,3], made anew in each run: four times
 * as large as the weights, they are worth neither the memory nor, when the session is opened, the
 * wait. The taps' shape hangs on the picture's `height`, lest ONNX Runtime folds them all the same.
 */
function transformedKernels(
  layers: Layers,
  height: Value,
  { name, from, to }: Module,
  { kernel, tag }: Filtering,
): Value {
  const { graph } = layers;
  const products = kernel.length ** 2;
  const matrix = graph.shared(`winograd/${tag}/kernel`, [products, 9], () => squared(kernel));
  const one = graph.node('Min', [height, graph.int64([1])], {}, { name: `${name}/One` });
  const shape = graph.node(
    'Mul',
    [graph.int64([to * from, 9]), one],
    {},
    { name: `${name}.weight/Taps/Shape` },
  );
  const weight = layers.weight(`${name}.weight`, [to, from, 3, 3]);
  const taps = graph.node('Reshape', [weight, shape], {}, { name: `${name}.weight/Taps` });
  const all = graph.node('Gemm', [matrix, taps], { transB: 1 }, { name: `${name}/Kernels` });
  return layers.reshape(all, [products, to, from], `${name}/Kernels/Products`);
}

/** The rows that a band needs, those around it included. */
function bandOf(
  layers: Layers,
  x: Value,
  height: Value,
  name: string,
  { band, bands }: { readonly band: number; readonly bands: number },
  { stride, before, after }: Filtering,
): Value {
  const { graph } = layers;
  const count = (op: string, inputs: Value[], what: string): Value =>
    graph.node(op, inputs, {}, { name: `${name}/${what}` });
  const blocks = count(
    'Div',
    [count('Add', [height, graph.int64([stride - 1])], 'Blocks/Add'), graph.int64([stride])],
    'Blocks',
  );
  const edge = (at: number, around: number, what: string): Value => {
    const share = count('Mul', [blocks, graph.int64([at])], `${what}/Mul`);
    const block = count('Div', [share, graph.int64([bands])], `${what}/Block`);
    const row = count('Mul', [block, graph.int64([stride])], `${what}/Row`);
    return count('Add', [row, graph.int64([around])], what);
  };
  const start = band === 0 ? graph.int64([0]) : edge(band, -before, 'Start');
  const end = band === bands - 1 ? height : edge(band + 1, after, 'End');
  return graph.node('Slice', [x, start, end, graph.int64([2])], {}, { name: `${name}/Slice` });
}

/** Aᵀ[U ⊙ (BᵀdB)]A of every block of a band, [1,to,H,W] without the bias. */
function filteredBand(
  layers: Layers,
  x: Value,
  kernels: Value,
  { name, from, to }: Module,
  { input, output, stride, before, tag }: Filtering,
  { first, last }: { readonly first: boolean; readonly last: boolean },
): Value {
  const { graph } = layers;
  const products = input.length ** 2;
  const patch = input[0]?.length ?? 0;
  const transform = graph.shared(
    `winograd/${tag}/input${from}`,
    [from * products, 1, patch, patch],
    () => repeated(squared(input), from),
  );
  // The last blocks may reach beyond the picture.
  const beyond = stride;
  const pads = [first ? before : 0, before, last ? beyond : 0, beyond];
  const sums = graph.node(
    'Conv',
    [x, transform],
    { kernel_shape: [patch, patch], strides: [stride, stride], pads, group: from },
    { name: `${name}/Input` },
  );
  const flat = layers.reshape(sums, [from, products, -1], `${name}/Input/Flat`);
  const ordered = graph.node(
    'Transpose',
    [flat],
    { perm: [1, 0, 2] },
    { name: `${name}/Input/Products` },
  );
  const product = graph.node('MatMul', [kernels, ordered], {}, { name: `${name}/Product` });
  const back = graph.node(
    'MatMul',
    [
      graph.shared(`winograd/${tag}/output`, [SIDE ** 2, products], () => squared(output)),
      layers.reshape(product, [products, -1], `${name}/Product/Flat`),
    ],
    {},
    { name: `${name}/Output` },
  );
  const shape = graph.node(
    'Concat',
    [
      graph.int64([1, SIDE ** 2 * to]),
      graph.node('Shape', [sums], { start: 2, end: 4 }, { name: `${name}/Blocks/Size` }),
    ],
    { axis: 0 },
    { name: `${name}/Output/Shape` },
  );
  return graph.node(
    'DepthToSpace',
    [graph.node('Reshape', [back, shape], {}, { name: `${name}/Output/Blocks` })],
    { blocksize: SIDE, mode: 'DCR' },
    { name: `${name}/DepthToSpace` },
  );
}

/** Without what the last blocks made beyond the picture. */
function cutTo({ graph }: Layers, y: Value, x: Value, name: string, { stride }: Filtering): Value {
  const size = graph.node('Shape', [x], { start: 2, end: 4 }, { name: `${name}/Size` });
  const ends = graph.node(
    'Mul',
    [size, graph.int64([SIDE / stride])],
    {},
    { name: `${name}/Ends` },
  );
  return graph.node(
    'Slice',
    [y, graph.int64([0, 0]), ends, graph.int64([2, 3])],
    {},
    { name: `${name}/Cut` },
  );
}

function repeated(values: Float32Array, times: number): Float32Array {
  const all = new Float32Array(values.length * times);
  for (let i = 0; i < times; i++) all.set(values, i * values.length);
  return all;
}
