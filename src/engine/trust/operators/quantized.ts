import type { Value } from '../../graph/graphBuilder';
import { byteTensor } from '../../graph/tensor';
import { operator, type OperatorCase, type OperatorWriter } from './operatorCase';
import { pseudoRandom } from './pseudoRandom';

/**
 * Scales are powers of two, so that everything here is exact in float32: what two devices make of a
 * value between two levels can't differ by rounding.
 */
const LEVEL = 2 ** -7;
const COARSE_LEVEL = 2 ** -4;
/**
 * Of a weight: a CPU that adds pairs of products up in 16 bits (AVX2 without VNNI) is right up to here,
 * and a device is not to be blamed for the one that it is compared with.
 */
const MOST = 63;

/** To bytes around `zero` and back, as quantized networks hold what passes between layers. */
function throughBytes(write: OperatorWriter, x: Value, level: number, signed: boolean): Value {
  const { graph } = write;
  const name = `${signed ? 'signed' : 'unsigned'}_${level}`;
  const zero = signed ? Int8Array.of(0) : Uint8Array.of(128);
  const scale = graph.float32(`${name}_scale`, [], [level]);
  const parameters = [scale, graph.initializer(byteTensor(`${name}_zero`, [], zero))];
  const bytes = write.op('QuantizeLinear', [x, ...parameters]);
  return write.op('DequantizeLinear', [bytes, ...parameters]);
}

/** Weights as bytes with a scale for each output channel. */
function byteWeights(write: OperatorWriter, dims: readonly number[]): Value {
  const { graph } = write;
  const random = pseudoRandom(5);
  const length = dims.reduce((product, dim) => product * dim, 1);
  const [channels = 1] = dims;
  const bytes = Int8Array.from({ length }, () => Math.round(2 * MOST * random() - MOST));
  const scales = Array.from({ length: channels }, (_, i) => 2 ** -(10 + (i % 3)));
  return write.op(
    'DequantizeLinear',
    [
      graph.initializer(byteTensor('weights', dims, bytes)),
      graph.float32('weights_scales', [channels], scales),
      graph.initializer(byteTensor('weights_zeros', [channels], new Int8Array(channels))),
    ],
    { axis: 0 },
  );
}

function quantizedConv(signed: boolean, rounded: boolean): OperatorCase {
  const name = `Conv in int8, ${signed ? 'signed' : 'unsigned'}${rounded ? ', bytes again' : ''}`;
  return operator(
    name,
    [[1, 16, 12, 10]],
    (write, x) => {
      const y = write.op(
        'Conv',
        [throughBytes(write, x, LEVEL, signed), byteWeights(write, [8, 16, 3, 3])],
        { kernel_shape: [3, 3], pads: [1, 1, 1, 1] },
      );
      return rounded ? throughBytes(write, y, COARSE_LEVEL, signed) : y;
    },
    { hasHalf: false },
  );
}

/** Quantized networks in ONNX's form: QuantizeLinear and DequantizeLinear around operators. */
export const QUANTIZED: readonly OperatorCase[] = [
  operator(
    'QuantizeLinear and DequantizeLinear',
    [[1, 6, 12, 10]],
    (write, x) => throughBytes(write, x, LEVEL, true),
    { hasHalf: false },
  ),
  quantizedConv(true, false),
  quantizedConv(false, false),
  quantizedConv(true, true),
  quantizedConv(false, true),
];
