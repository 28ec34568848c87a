import type { GraphBuilder, Value } from '../graphBuilder';
import type { ExternalData } from '../tensor';
import type { ConvShape, Layers, Products } from './layers';

/**
 * A module's weights in 8 bits: [taps · from, to] signed integers, taps row by row, and the step of each
 * output channel, [to] float32. Both stay in their file.
 */
export type Int8Weight = { readonly integers: ExternalData; readonly steps: ExternalData };
/** By module. */
export type Int8Weights = ReadonlyMap<string, Int8Weight>;

/** Unsigned 8 bits with the step and the zero that the values themselves tell. */
type Rounded = { readonly bytes: Value; readonly step: Value; readonly zero: Value };

const LAST = Number.MAX_SAFE_INTEGER;

/**
 * Linear layers and convolutions as products of 8-bit integers, added up in 32 bits: weights rounded to
 * 8 bits with a step for each output channel, values to 8 bits with one step for the whole tensor, taken
 * from the tensor itself in each run. Modules without such weights are left to floats.
 */
export class Int8Products implements Products {
  private readonly rounded = new Map<Value, Rounded>();
  private readonly pixels = new Map<Value, Value>();

  constructor(private readonly weights: Int8Weights) {}

  linear(
    { graph }: Layers,
    x: Value,
    module: string,
    { from, to }: { readonly from: number; readonly to: number },
    bias: Value | undefined,
  ): Value | undefined {
    const weight = this.weights.get(module);
    if (!weight) return undefined;
    const rounded = this.round(graph, x);
    return product(graph, rounded, rounded.bytes, weight, { module, rows: from, to }, bias);
  }

  conv(
    layers: Layers,
    x: Value,
    module: string,
    { from, to, kernel, stride = 1, pads }: ConvShape,
    bias: Value | undefined,
  ): Value | undefined {
    const weight = this.weights.get(module);
    if (!weight || stride !== 1 || pads) return undefined;
    const { graph } = layers;
    const rounded = this.round(graph, x);
    const bytes = this.lastAxis(graph, x, rounded);
    const patches = kernel === 1 ? bytes : neighbourhoods(graph, bytes, rounded, kernel, module);
    const rows = kernel ** 2 * from;
    const flat = layers.reshape(patches, [-1, rows], `${module}/Patches/Flat`);
    const y = product(graph, rounded, flat, weight, { module, rows, to }, bias);
    const planes = graph.node('Transpose', [y], { perm: [1, 0] }, { name: `${module}/Planes` });
    const size = graph.node('Shape', [x], { start: 2, end: 4 }, { name: `${module}/Size` });
    const shape = graph.node(
      'Concat',
      [graph.int64([1, to]), size],
      { axis: 0 },
      { name: `${module}/Shape` },
    );
    return graph.node('Reshape', [planes, shape], {}, { name: `${module}/Picture` });
  }

  /** Once, however many layers take the same values. */
  private round(graph: GraphBuilder, x: Value): Rounded {
    const known = this.rounded.get(x);
    if (known) return known;
    const [bytes, step, zero] = graph.nodeWithOutputs(
      'DynamicQuantizeLinear',
      [x],
      3,
      {},
      { name: `${x}/Round` },
    );
    if (!bytes || !step || !zero) throw new Error('DynamicQuantizeLinear yields three values.');
    const rounded = { bytes, step, zero };
    this.rounded.set(x, rounded);
    return rounded;
  }

  /** [1,C,H,W] → [1,H,W,C]. */
  private lastAxis(graph: GraphBuilder, x: Value, { bytes }: Rounded): Value {
    const known =
      this.pixels.get(x) ??
      graph.node('Transpose', [bytes], { perm: [0, 2, 3, 1] }, { name: `${x}/Pixels` });
    this.pixels.set(x, known);
    return known;
  }
}

/** [1,H,W,C] → [1,H,W,kernel²·C], with zeros around the picture. */
function neighbourhoods(
  graph: GraphBuilder,
  bytes: Value,
  { zero }: Rounded,
  kernel: number,
  module: string,
): Value {
  const reach = (kernel - 1) / 2;
  const around = graph.int64([0, reach, reach, 0, 0, reach, reach, 0]);
  const padded = graph.node('Pad', [bytes, around, zero], {}, { name: `${module}/Padded` });
  const shifted = (x: Value, axis: number, what: string): Value => {
    const parts = Array.from({ length: kernel }, (_, tap) => {
      const end = tap === kernel - 1 ? LAST : tap - kernel + 1;
      return graph.node(
        'Slice',
        [x, graph.int64([tap]), graph.int64([end]), graph.int64([axis])],
        {},
        { name: `${module}/${what}.${tap}` },
      );
    });
    return graph.node('Concat', parts, { axis: 3 }, { name: `${module}/${what}` });
  };
  return shifted(shifted(padded, 2, 'Columns'), 1, 'Rows');
}

function product(
  graph: GraphBuilder,
  { step, zero }: Rounded,
  bytes: Value,
  { integers, steps }: Int8Weight,
  { module, rows, to }: { readonly module: string; readonly rows: number; readonly to: number },
  bias: Value | undefined,
): Value {
  const weight = graph.external(`${module}.weight/Int8`, 'int8', [rows, to], integers);
  const weightSteps = graph.external(`${module}.weight/Steps`, 'float32', [to], steps);
  return graph.node(
    'MatMulIntegerToFloat',
    [bytes, weight, step, weightSteps, zero, ...(bias ? ['' as Value, bias] : [])],
    {},
    { name: `${module}/Int8`, domain: 'com.microsoft' },
  );
}
