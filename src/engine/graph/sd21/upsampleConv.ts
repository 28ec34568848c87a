import type { Value } from '../graphBuilder';
import type { Layers } from './layers';

/**
 * How a twofold nearest-neighbour enlargement and the 3×3 convolution after it are written: as two
 * operators, or as one small convolution for each of the four places of a pixel in its block. The
 * latter has four ninths of the products.
 */
export type UpsamplingKind = 'enlarged' | 'phases';

const PHASES = [0, 1] as const;

/**
 * What a 3-tap kernel sees of the pixels before the enlargement: two of them, in the first place of
 * a block the one before and the own, in the second the own and the next. Rows are these two,
 * columns the taps.
 */
const TAPS = [
  [
    [1, 0, 0],
    [0, 1, 1],
  ],
  [
    [1, 1, 0],
    [0, 0, 1],
  ],
] as const;

/**
 * Nearest-neighbour enlargement of `x` [1,from,H,W] and `module`'s 3×3 convolution → [1,to,2H,2W].
 * In phases the taps that fall on one pixel are summed beforehand, which ONNX Runtime does once,
 * when the session is opened.
 */
export function upsampleConv(
  layers: Layers,
  x: Value,
  module: string,
  { from, to }: { readonly from: number; readonly to: number },
  /** Of the enlargement, when it is an operator of its own. */
  enlargement: string,
): Value {
  const { graph } = layers;
  if (layers.upsampling === 'enlarged')
    return layers.conv(layers.upsample(x, enlargement), module, { from, to, kernel: 3 });
  const weight = layers.weight(`${module}.weight`, [to, from, 3, 3]);
  const taps = layers.reshape(weight, [to * from, 9], `${module}.weight/Taps`);
  const places = PHASES.flatMap((down) =>
    PHASES.map((across) => {
      const name = `${module}.${down}${across}`;
      const sums = graph.node(
        'MatMul',
        [taps, layers.castOnce(summing(layers, down, across), `taps ${down}${across}`)],
        {},
        { name: `${name}/Sums` },
      );
      const inputs = [
        x,
        layers.reshape(sums, [to, from, 2, 2], `${name}/Kernel`),
        layers.weight(`${module}.bias`, [to]),
      ];
      const pads = [1 - down, 1 - across, down, across];
      return graph.node(
        'Conv',
        inputs,
        { kernel_shape: [2, 2], pads },
        {
          name: `${name}/Conv`,
        },
      );
    }),
  );
  const all = graph.node('Concat', places, { axis: 1 }, { name: `${module}/Places` });
  return graph.node(
    'DepthToSpace',
    [all],
    { blocksize: 2, mode: 'DCR' },
    { name: `${module}/DepthToSpace` },
  );
}

/** [9,4]: which taps of a 3×3 kernel each tap of the 2×2 kernel of a place sums. */
function summing({ graph }: Layers, down: 0 | 1, across: 0 | 1): Value {
  const matrix = new Float32Array(9 * 4);
  TAPS[down].forEach((row, y) => {
    TAPS[across].forEach((column, x) => {
      row.forEach((inRow, i) => {
        column.forEach((inColumn, j) => (matrix[(3 * i + j) * 4 + 2 * y + x] = inRow * inColumn));
      });
    });
  });
  return graph.shared(`taps ${down}${across}`, [9, 4], matrix);
}
