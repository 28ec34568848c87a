import type { Attributes, Value } from '../../graph/graphBuilder';
import { NONE } from '../../graph/sd21/layers';
import { operator, type OperatorCase, type OperatorWriter } from './operatorCase';

const PICTURE = [1, 6, 12, 10] as const;

function transposed(dims: readonly number[], perm: readonly number[]): OperatorCase {
  return operator(`Transpose [${perm.join(', ')}]`, [dims], (write, x) => {
    write.ranks(perm.length);
    return write.op('Transpose', [x], { perm });
  });
}

function padded(mode: 'constant' | 'edge' | 'reflect'): OperatorCase {
  return operator(`Pad, ${mode}`, [PICTURE], (write, x) =>
    write.op('Pad', [x, write.graph.int64([0, 0, 3, 2, 0, 0, 1, 5])], { mode }),
  );
}

function resized(
  what: string,
  attributes: Attributes,
  scale: (write: OperatorWriter, x: Value) => Value[],
): OperatorCase {
  return operator(`Resize, ${what}`, [PICTURE], (write, x) =>
    write.op('Resize', [x, ...scale(write, x)], attributes),
  );
}

const NEAREST = {
  mode: 'nearest',
  coordinate_transformation_mode: 'asymmetric',
  nearest_mode: 'floor',
} as const;

function binary(opType: 'Add' | 'Sub' | 'Mul' | 'Div', other: readonly number[]): OperatorCase {
  return operator(
    `${opType} with [${other.join(', ')}]`,
    [PICTURE, other],
    (write, x, y) => write.op(opType, [x, y]),
    { range: opType === 'Div' ? [0.5, 3] : [-1, 1] },
  );
}

const arithmetic = (['Add', 'Sub', 'Mul', 'Div'] as const).flatMap((opType) => [
  binary(opType, PICTURE),
  binary(opType, [6, 1, 1]),
  binary(opType, [1]),
]);

/** Whole numbers that networks compute with sizes of pictures. */
const indices: OperatorCase = operator(
  'Shape, Range, Mod, Div, Squeeze and Gather of sizes',
  [PICTURE],
  (write, x) => {
    const { graph } = write;
    const size = write.op('Gather', [write.op('Shape', [x]), graph.int64([2])], { axis: 0 });
    const half = write.op('Div', [size, graph.int64([2])]);
    const rest = write.op('Mod', [size, graph.int64([5])]);
    const count = write.op('Squeeze', [write.op('Add', [half, rest]), graph.int64([0])]);
    const order = write.op('Range', [graph.scalarInt64(0), count, graph.scalarInt64(1)]);
    return write.op('Gather', [x, order], { axis: 2 });
  },
);

/** Operators that move values without computing, and arithmetic by elements. */
export const LAYOUT: readonly OperatorCase[] = [
  ...arithmetic,
  operator('Concat of channels', [PICTURE, [1, 3, 12, 10]], (write, x, y) =>
    write.op('Concat', [x, y], { axis: 1 }),
  ),
  operator('Concat of rows', [PICTURE, PICTURE], (write, x, y) =>
    write.op('Concat', [x, y], { axis: 2 }),
  ),
  operator('Slice', [PICTURE], (write, x) =>
    write.op('Slice', [
      x,
      ...[
        [2, 1],
        [-1, -3],
        [2, 3],
      ].map((values) => write.graph.int64(values)),
    ]),
  ),
  operator('Split of channels', [PICTURE], (write, x) => {
    const sizes = write.graph.int64([2, 4]);
    const [, second = NONE] = write.graph.nodeWithOutputs('Split', [x, sizes], 2, { axis: 1 });
    return second;
  }),
  operator('Split of features', [[9, 24]], (write, x) => {
    write.ranks(2);
    const sizes = write.graph.int64([12, 12]);
    const [first = NONE, second = NONE] = write.graph.nodeWithOutputs('Split', [x, sizes], 2, {
      axis: -1,
    });
    return write.op('Sub', [first, second]);
  }),
  padded('constant'),
  padded('edge'),
  padded('reflect'),
  ...[2, 3, 4].map((blocksize) =>
    operator(`DepthToSpace by ${blocksize}`, [[1, 3 * blocksize ** 2, 7, 9]], (write, x) =>
      write.op('DepthToSpace', [x], { blocksize, mode: 'CRD' }),
    ),
  ),
  operator('DepthToSpace by 4, depth first', [[1, 48, 7, 9]], (write, x) =>
    write.op('DepthToSpace', [x], { blocksize: 4, mode: 'DCR' }),
  ),
  resized('twofold, nearest', NEAREST, ({ graph }) => [
    NONE,
    graph.float32('twofold', [4], [1, 1, 2, 2]),
  ]),
  resized('to a size, nearest', NEAREST, ({ graph }) => [NONE, NONE, graph.int64([1, 6, 23, 19])]),
  resized(
    'linear',
    { mode: 'linear', coordinate_transformation_mode: 'half_pixel' },
    ({ graph }) => [NONE, NONE, graph.int64([1, 6, 25, 31])],
  ),
  operator(
    'GridSample',
    [PICTURE, [1, 9, 8, 2]],
    (write, x, grid) =>
      write.op('GridSample', [x, grid], {
        mode: 'bilinear',
        padding_mode: 'border',
        align_corners: 0,
      }),
    // Positions in float16 are another place in the picture, not another sample of it.
    { hasHalf: false },
  ),
  transposed([12, 20], [1, 0]),
  transposed([7, 5, 16], [1, 0, 2]),
  transposed([7, 5, 16], [1, 2, 0]),
  transposed([1, 6, 9, 8], [0, 2, 3, 1]),
  transposed([1, 9, 8, 6], [0, 3, 1, 2]),
  transposed([1, 2, 4, 3, 4, 5], [0, 1, 3, 2, 4, 5]),
  transposed([1, 3, 4, 2, 5, 6], [0, 2, 4, 1, 3, 5]),
  operator('Reshape and Expand', [[6, 1]], (write, x) => {
    const wide = write.op('Expand', [x, write.graph.int64([6, 4])]);
    return write.op('Reshape', [wide, write.graph.int64([1, 24, 1, 1])]);
  }),
  operator('Gather of channels', [PICTURE], (write, x) =>
    write.op('Gather', [x, write.graph.int64([5, 0, 0, 3])], { axis: 1 }),
  ),
  operator('Identity', [PICTURE], (write, x) => write.op('Identity', [x])),
  indices,
];
