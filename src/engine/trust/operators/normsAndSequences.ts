import type { Value } from '../../graph/graphBuilder';
import { operator, type OperatorCase } from './operatorCase';

function gemm(rows: number, from: number, to: number): OperatorCase {
  return operator(`Gemm ${rows}×${from}, ${from} → ${to}`, [[rows, from]], (write, x) => {
    write.ranks(2);
    const gain = Math.sqrt(3 / from);
    return write.op('Gemm', [x, write.weights([to, from], gain), write.weights([to], 0.1)], {
      transB: 1,
    });
  });
}

function matMul(a: readonly number[], b: readonly number[]): OperatorCase {
  return operator(`MatMul ${a.join('×')} by ${b.join('×')}`, [a, b], (write, x, y) => {
    write.ranks(a.length);
    return write.op('MatMul', [x, y]);
  });
}

function layerNorm(rows: number, channels: number, epsilon: number): OperatorCase {
  return operator(`LayerNormalization of ${channels}`, [[rows, channels]], (write, x) => {
    write.ranks(2);
    return write.op(
      'LayerNormalization',
      [x, write.weights([channels], 0.3, 1), write.weights([channels], 0.3)],
      { axis: -1, epsilon: { float: epsilon }, stash_type: 1 },
    );
  });
}

/** Group normalization as `graph/sd21/groupNorm` writes it: float32 whatever the network's type. */
function groupNorm(channels: number, groups: number, height: number, width: number): OperatorCase {
  return operator(
    `group norm (InstanceNormalization), ${channels} channels in ${groups}`,
    [[1, channels, height, width]],
    (write, x) => {
      const { graph } = write;
      const full = write.type === 'float16' ? write.cast(x, 'float32') : x;
      const grouped = write.op('Reshape', [full, graph.int64([1, groups, -1])]);
      const normal = write.op(
        'InstanceNormalization',
        [
          grouped,
          graph.float32('ones', [groups], new Float32Array(groups).fill(1)),
          graph.float32('zeros', [groups], new Float32Array(groups)),
        ],
        { epsilon: { float: 1e-5 } },
      );
      const picture = write.op('Reshape', [normal, write.op('Shape', [full])]);
      return write.typed(picture);
    },
    { range: [-2, 4] },
  );
}

/** Attention of sequences as PiSA-SR's networks write it. */
function attention(
  kind: 'fused' | 'plain',
  [channels, heads, queries, keys]: readonly [number, number, number, number],
  chunks = 1,
): OperatorCase {
  const how = kind === 'fused' ? 'MultiHeadAttention' : 'attention';
  return operator(
    `${how}, ${channels} channels, ${heads} heads, ${queries} × ${keys}` +
      (chunks === 1 ? '' : `, ${chunks} chunks`),
    [
      [queries, channels],
      [keys, channels],
      [keys, channels],
    ],
    (write, q, k, v) => {
      write.ranks(2);
      const layers = write.layers(kind);
      return layers.attention(q, k, v, channels, heads, 'attention', { chunks });
    },
  );
}

/** Attention among the pixels of windows with a bias by position, as SwinIR, DAT and OmniSR have it. */
const windowAttention: OperatorCase = operator(
  'attention of windows',
  [
    [4, 3, 64, 10],
    [4, 3, 64, 10],
    [4, 3, 64, 10],
  ],
  (write, q, k, v) => {
    const scaled = write.op('Mul', [
      q,
      write.typed(write.graph.float32('scale', [], [10 ** -0.5])),
    ]);
    const turned = write.op('Transpose', [k], { perm: [0, 1, 3, 2] });
    const scores = write.op('MatMul', [scaled, turned]);
    const biased = write.op('Add', [scores, write.weights([3, 64, 64], 1)]);
    const weights: Value = write.op('Softmax', [biased], { axis: -1 });
    return write.op('MatMul', [weights, v]);
  },
);

/** Linear layers and matrix products, with sizes that take each kernel: even, odd, deep. */
export const PRODUCTS: readonly OperatorCase[] = [
  gemm(64, 320, 320),
  gemm(77, 1024, 64),
  gemm(7, 30, 13),
  gemm(1, 320, 1280),
  matMul([2, 64, 32], [2, 32, 64]),
  matMul([5, 64, 64], [5, 64, 77]),
  matMul([1, 33, 7], [1, 7, 15]),
  matMul([2, 3, 16, 24], [2, 3, 24, 16]),
];

export const NORMS: readonly OperatorCase[] = [
  layerNorm(64, 320, 1e-5),
  layerNorm(31, 30, 1e-6),
  groupNorm(32, 4, 8, 8),
  groupNorm(320, 32, 12, 12),
  operator('InstanceNormalization', [[1, 5, 11, 9]], (write, x) =>
    write.op('InstanceNormalization', [x, write.weights([5], 0.3, 1), write.weights([5], 0.3)], {
      epsilon: { float: 1e-5 },
    }),
  ),
  operator('BatchNormalization', [[1, 12, 9, 8]], (write, x) =>
    write.op(
      'BatchNormalization',
      [
        x,
        write.weights([12], 0.3, 1),
        write.weights([12], 0.3),
        write.weights([12], 0.3),
        write.weights([12], 0.3, 1),
      ],
      { epsilon: { float: 1e-5 } },
    ),
  ),
];

/** Channels, heads, queries, keys: of the networks' levels, the text, and odd ones. */
const SHAPES = [
  [16, 2, 64, 16],
  [16, 2, 64, 64],
  [60, 3, 7, 7],
  [320, 5, 64, 77],
  [320, 5, 250, 250],
  [64, 1, 100, 100],
  [512, 1, 61, 61],
] as const;

export const ATTENTION: readonly OperatorCase[] = [
  ...SHAPES.map((shape) => attention('plain', shape)),
  attention('plain', [320, 5, 250, 250], 7),
  attention('plain', [64, 1, 100, 100], 8),
  windowAttention,
];

/**
 * ONNX Runtime's fused attention, which networks have on the CPU only: no device is refused for it,
 * and a device that were to use it would have to pass this.
 */
export const FUSED_ATTENTION: readonly OperatorCase[] = SHAPES.map((shape) =>
  attention('fused', shape),
);
