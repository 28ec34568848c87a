import type { Attributes } from '../../graph/graphBuilder';
import { operator, type OperatorCase } from './operatorCase';

type Shape = {
  readonly from: number;
  readonly to: number;
  readonly kernel: readonly [number, number];
  readonly group?: number;
  readonly stride?: number;
  readonly pads?: readonly number[];
  /** Height and width of the picture. */
  readonly size?: readonly [number, number];
};

function conv(
  what: string,
  { from, to, kernel, group = 1, stride = 1, ...rest }: Shape,
): OperatorCase {
  const [vertical, horizontal] = [(kernel[0] - 1) / 2, (kernel[1] - 1) / 2];
  const { pads = [vertical, horizontal, vertical, horizontal], size = [24, 20] } = rest;
  const gain = Math.sqrt(3 / ((from / group) * kernel[0] * kernel[1]));
  return operator(`Conv ${kernel.join('×')}, ${what}`, [[1, from, ...size]], (write, x) =>
    write.op(
      'Conv',
      [x, write.weights([to, from / group, ...kernel], gain), write.weights([to], 0.1)],
      { kernel_shape: kernel, strides: [stride, stride], pads, group },
    ),
  );
}

function unary(
  what: string,
  opType: string,
  attributes: Attributes = {},
  options: {
    dims?: readonly number[];
    domain?: 'com.microsoft';
    range?: readonly [number, number];
  } = {},
): OperatorCase {
  const { dims = [1, 6, 12, 10], domain, range = [-2, 2] } = options;
  return operator(
    what,
    [dims],
    (write, x) => {
      write.ranks(dims.length);
      return write.op(opType, [x], attributes, domain);
    },
    { range },
  );
}

/** Convolutions of every form that networks have: kernels, strides, groups, dense and deep. */
export const CONVOLUTIONS: readonly OperatorCase[] = [
  conv('320 → 64 channels', { from: 320, to: 64, kernel: [3, 3], size: [8, 8] }),
  conv('3 → 32 channels', { from: 3, to: 32, kernel: [3, 3] }),
  conv('32 → 32 channels', { from: 32, to: 32, kernel: [3, 3] }),
  conv('33 → 17 channels', { from: 33, to: 17, kernel: [3, 3], size: [13, 11] }),
  conv('64 → 128 channels', { from: 64, to: 128, kernel: [1, 1] }),
  conv('pointwise, 7 → 5 channels', { from: 7, to: 5, kernel: [1, 1], size: [9, 7] }),
  conv('stride 2', { from: 32, to: 32, kernel: [3, 3], stride: 2 }),
  conv('stride 2, padded at the end', {
    from: 16,
    to: 16,
    kernel: [3, 3],
    stride: 2,
    pads: [0, 0, 1, 1],
  }),
  conv('unpadded', { from: 16, to: 16, kernel: [3, 3], pads: [0, 0, 0, 0] }),
  conv('grouped', { from: 24, to: 48, kernel: [3, 3], group: 3 }),
  conv('by channel', { from: 32, to: 32, kernel: [3, 3], group: 32 }),
  conv('grouped', { from: 3, to: 48, kernel: [5, 5], group: 3 }),
  conv('large', { from: 16, to: 16, kernel: [17, 17], size: [20, 20] }),
  conv('row', { from: 16, to: 16, kernel: [1, 7], group: 16 }),
  conv('unshuffle', { from: 3, to: 12, kernel: [2, 2], group: 3, stride: 2, pads: [0, 0, 0, 0] }),
  operator('Conv with limits, Conv with others', [[1, 16, 12, 10]], (write, x) =>
    [0.05, 0.4].reduce((from, limit, i) => {
      const made = write.op('Conv', [from, write.weights([16, 16, 3, 3], 0.2)], {
        kernel_shape: [3, 3],
        pads: [1, 1, 1, 1],
      });
      const limits = [-limit, limit].map((value) =>
        write.typed(write.graph.float32(`limit ${i} ${value}`, [], [value])),
      );
      return write.op('Clip', [made, ...limits]);
    }, x),
  ),
  operator('ConvTranspose 2×2, stride 2', [[1, 16, 9, 7]], (write, x) =>
    write.op('ConvTranspose', [x, write.weights([16, 8, 2, 2], 0.2), write.weights([8], 0.1)], {
      kernel_shape: [2, 2],
      strides: [2, 2],
      pads: [0, 0, 0, 0],
    }),
  ),
  operator('ConvTranspose 4×4, stride 2, cut', [[1, 16, 9, 7]], (write, x) =>
    write.op('ConvTranspose', [x, write.weights([16, 3, 4, 4], 0.2), write.weights([3], 0.1)], {
      kernel_shape: [4, 4],
      strides: [2, 2],
      pads: [3, 3, 3, 3],
    }),
  ),
];

/** What stands between convolutions. */
export const ACTIVATIONS: readonly OperatorCase[] = [
  unary('Relu', 'Relu'),
  unary('LeakyRelu', 'LeakyRelu', { alpha: { float: 0.2 } }),
  operator('PRelu by channel', [[1, 6, 12, 10]], (write, x) =>
    write.op('PRelu', [x, write.weights([6, 1, 1], 0.5)]),
  ),
  unary('Sigmoid', 'Sigmoid'),
  unary('Tanh', 'Tanh'),
  unary('Exp', 'Exp'),
  unary('Abs', 'Abs'),
  unary('Neg', 'Neg'),
  unary('Erf', 'Erf'),
  unary('Gelu', 'Gelu', {}, { domain: 'com.microsoft' }),
  unary('Sqrt', 'Sqrt', {}, { range: [0.01, 4] }),
  operator(
    'Clip',
    [[1, 6, 12, 10]],
    (write, x) => {
      const limits = [write.graph.float32('black', [], [0]), write.graph.float32('white', [], [1])];
      return write.op('Clip', [x, ...limits.map((limit) => write.typed(limit))]);
    },
    { range: [-1, 2] },
  ),
  unary('Softmax of 77', 'Softmax', { axis: -1 }, { dims: [4, 19, 77] }),
  unary('Softmax of 1024', 'Softmax', { axis: -1 }, { dims: [2, 8, 1024] }),
  unary('Softmax of 9', 'Softmax', { axis: 1 }, { dims: [1, 9, 8, 7] }),
];

/** Operators on pictures other than convolutions. */
export const REDUCTIONS: readonly OperatorCase[] = [
  unary(
    'MaxPool 7×7, stride 3',
    'MaxPool',
    { kernel_shape: [7, 7], strides: [3, 3] },
    { dims: [1, 8, 25, 19] },
  ),
  unary(
    'MaxPool of a row, padded',
    'MaxPool',
    { kernel_shape: [1, 7], pads: [0, 3, 0, 3] },
    { dims: [1, 3, 12, 10] },
  ),
  unary(
    'AveragePool 3×3, padded',
    'AveragePool',
    { kernel_shape: [3, 3], pads: [1, 1, 1, 1], count_include_pad: 0 },
    { dims: [1, 3, 12, 10] },
  ),
  unary('GlobalAveragePool', 'GlobalAveragePool', {}, { dims: [1, 24, 18, 14] }),
  unary('ReduceMean', 'ReduceMean', { axes: [1], keepdims: 1 }, { dims: [8, 600] }),
  unary(
    'ReduceMean of channels',
    'ReduceMean',
    { axes: [1], keepdims: 1 },
    { dims: [1, 24, 9, 8] },
  ),
  unary('ReduceMax of channels', 'ReduceMax', { axes: [1], keepdims: 1 }, { dims: [1, 3, 9, 8] }),
  unary('ReduceSumSquare', 'ReduceSumSquare', { axes: [1], keepdims: 1 }, { dims: [8, 600] }),
  unary('LpNormalization', 'LpNormalization', { axis: -1, p: 2 }, { dims: [3, 16, 20] }),
];
