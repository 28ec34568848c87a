import { CUBIC_REACH, cubicPhases } from '../../shared/keysCubic';
import type { GraphBuilder, Value } from './graphBuilder';

const TAPS = 2 * CUBIC_REACH + 1;

/**
 * Adds the bicubic enlargement of `x` [N,C,H,W] by a whole factor: half-pixel centres, edge pixels
 * repeated.
 *
 * It is written as one small convolution for each sub-pixel position and a depth-to-space, because
 * ONNX Runtime's own cubic Resize took five times longer on the CPU; both differ by less than 1e-6.
 */
export function bicubicUpscale(
  graph: GraphBuilder,
  x: Value,
  channels: number,
  scale: number,
  name: string,
): Value {
  const padded = graph.node(
    'Pad',
    [x, graph.int64([0, 0, CUBIC_REACH, CUBIC_REACH, 0, 0, CUBIC_REACH, CUBIC_REACH])],
    { mode: 'edge' },
    { name: `${name}.pad` },
  );
  const weight = graph.float32(
    `${name}.weight`,
    [channels * scale * scale, 1, TAPS, TAPS],
    phaseKernels(channels, scale),
  );
  const phases = graph.node(
    'Conv',
    [padded, weight],
    { kernel_shape: [TAPS, TAPS], group: channels },
    { name: `${name}.phases` },
  );
  return graph.node('DepthToSpace', [phases], { blocksize: scale, mode: 'CRD' }, { name });
}

/** [C·scale², 1, 5, 5]: the kernels of every sub-pixel position, channel by channel. */
function phaseKernels(channels: number, scale: number): Float32Array {
  const taps = cubicPhases(scale);
  const kernels: number[] = [];
  for (let channel = 0; channel < channels; channel++) {
    for (const vertical of taps) {
      for (const horizontal of taps) {
        for (const v of vertical) for (const h of horizontal) kernels.push(v * h);
      }
    }
  }
  return Float32Array.from(kernels);
}
