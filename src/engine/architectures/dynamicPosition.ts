import type { StateDict } from './stateDict';
import type { Window } from './windows';

const EPSILON = 1e-5;

/**
 * DAT's biases of relative positions: a small network on the offsets (dy,dx) of two pixels, which
 * does not depend on the picture and is evaluated at build time. A table [(2h−1)(2w−1),heads].
 */
export function positionTable(
  dict: StateDict,
  key: string,
  { height, width }: Window,
): Float32Array {
  const layers = ['pos1', 'pos2', 'pos3'].map((name) => ({
    norm: read(dict, `${key}.${name}.0`),
    linear: read(dict, `${key}.${name}.2`),
  }));
  const first = read(dict, `${key}.pos_proj`);
  const rows: number[] = [];
  for (let dy = 1 - height; dy < height; dy++)
    for (let dx = 1 - width; dx < width; dx++) {
      let values = linear([dy, dx], first);
      for (const layer of layers)
        values = linear(
          normalized(values, layer.norm).map((value) => Math.max(0, value)),
          layer.linear,
        );
      rows.push(...values);
    }
  return Float32Array.from(rows);
}

type Layer = { readonly weight: Float32Array; readonly bias: Float32Array };

const read = (dict: StateDict, key: string): Layer => ({
  weight: dict.values(`${key}.weight`),
  bias: dict.values(`${key}.bias`),
});

function linear(x: readonly number[], { weight, bias }: Layer): number[] {
  return Array.from(bias, (offset, row) =>
    x.reduce((sum, value, i) => sum + value * (weight[row * x.length + i] ?? 0), offset),
  );
}

function normalized(x: readonly number[], { weight, bias }: Layer): number[] {
  const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
  const variance = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length;
  const deviation = Math.sqrt(variance + EPSILON);
  return x.map((value, i) => ((value - mean) / deviation) * (weight[i] ?? 0) + (bias[i] ?? 0));
}
