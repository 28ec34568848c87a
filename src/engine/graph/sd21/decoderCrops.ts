import type { Value } from '../graphBuilder';
import type { Layers } from './layers';

/**
 * How far the pixels of a decoder see, level by level from the latents' size upwards: `entry` is the
 * number of neighbours needed on each side of what is wanted, at that level's size; `crops` what is
 * left of them before each level is enlarged.
 */
export type DecoderReach = { readonly entry: number; readonly crops: readonly number[] };

/**
 * Keeps of a level what the next one needs. The inputs `crop.N.starts` and `crop.N.ends` say rows and
 * columns.
 */
export function cropped({ graph }: Layers, x: Value, level: number): Value {
  const [starts, ends] = [`crop.${level}.starts`, `crop.${level}.ends`].map((name) =>
    graph.input(name, [2], 'int64'),
  ) as [Value, Value];
  return graph.node(
    'Slice',
    [x, starts, ends, graph.int64([2, 3])],
    {},
    { name: `crop.${level}/Slice` },
  );
}
