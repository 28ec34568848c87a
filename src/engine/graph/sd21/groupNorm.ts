import type { Value } from '../graphBuilder';
import type { Layers } from './layers';

/** Group normalisation of `x` [1,channels,H,W] by `module`'s weights. */
export type GroupNorm = (
  layers: Layers,
  x: Value,
  module: string,
  channels: number,
  epsilon: number,
) => Value;

/**
 * Normalises by the statistics of its own input. (ONNX's GroupNormalization was defined wrongly
 * before opset 21.)
 */
export function ownStatistics(groups: number): GroupNorm {
  return (layers, x, module, channels, epsilon) =>
    layers.inFloat32(x, module, (x32) => {
      const { graph } = layers;
      const grouped = layers.reshape(x32, [1, groups, -1], `${module}/Groups`);
      const ones = graph.shared(`ones${groups}`, [groups], new Float32Array(groups).fill(1));
      const zeros = graph.shared(`zeros${groups}`, [groups], new Float32Array(groups));
      const normal = graph.node(
        'InstanceNormalization',
        [grouped, ones, zeros],
        { epsilon: { float: epsilon } },
        { name: `${module}/InstanceNorm` },
      );
      const picture = layers.reshapeLike(normal, x32, `${module}/Ungroup`);
      const scaled = graph.node(
        'Mul',
        [picture, perChannel(layers, `${module}.weight`, channels)],
        {},
        { name: `${module}/Scale` },
      );
      return layers.add(scaled, perChannel(layers, `${module}.bias`, channels), `${module}/Shift`);
    });
}

/**
 * The graph input or output that holds the statistics: for each normalisation in order the mean and
 * the variance of each group.
 */
export const STATISTICS = 'statistics';

/**
 * Group normalisations whose statistics can be taken from one run and given to another, so that the
 * tiles of a picture share them and no step in tone shows. Statistics are [layers, 2, groups]
 * float32, (mean, variance).
 */
export class SharedStatistics {
  private readonly measured: Value[] = [];
  private given: Value | undefined;
  private count = 0;

  constructor(
    private readonly groups: number,
    readonly mode: 'measure' | 'given',
  ) {}

  /** Number of normalisations so far. */
  get layers(): number {
    return this.count;
  }

  readonly norm: GroupNorm = (layers, x, module, channels, epsilon) => {
    const index = this.count++;
    return layers.inFloat32(x, module, (x32) => {
      const { graph } = layers;
      const [mean, variance] =
        this.mode === 'measure'
          ? this.measure(layers, x32, module)
          : this.take(layers, index, module);
      const widened = graph.node(
        'Add',
        [variance, graph.shared(`epsilon${epsilon}`, [], [epsilon])],
        {},
        { name: `${module}/Variance` },
      );
      const deviation = graph.node('Sqrt', [widened], {}, { name: `${module}/Deviation` });
      const spread = (value: Value, name: string): Value => {
        const columns = graph.node(
          'Expand',
          [value, graph.int64([this.groups, channels / this.groups])],
          {},
          { name: `${module}/${name}/Expand` },
        );
        return layers.reshape(columns, [1, channels, 1, 1], `${module}/${name}`);
      };
      const scale = graph.node(
        'Div',
        [perChannel(layers, `${module}.weight`, channels), spread(deviation, 'Deviations')],
        {},
        { name: `${module}/Scales` },
      );
      const offset = graph.node(
        'Mul',
        [spread(mean, 'Means'), scale],
        {},
        { name: `${module}/Offsets` },
      );
      const shift = graph.node(
        'Sub',
        [perChannel(layers, `${module}.bias`, channels), offset],
        {},
        { name: `${module}/Shifts` },
      );
      return layers.add(
        graph.node('Mul', [x32, scale], {}, { name: `${module}/Scale` }),
        shift,
        `${module}/Shift`,
      );
    });
  };

  /**
   * Declares the graph input that `given` statistics come from, or the output that holds the
   * measured ones.
   */
  finish(layers: Layers): void {
    if (this.mode === 'given') return;
    const all = layers.graph.node(
      'Concat',
      this.measured,
      { axis: 0 },
      { name: `${STATISTICS}/Concat` },
    );
    layers.graph.output(STATISTICS, all, [this.count, 2, this.groups]);
  }

  /** Mean and variance [groups,1] of a picture. */
  private measure(layers: Layers, x: Value, module: string): [Value, Value] {
    const { graph } = layers;
    const grouped = layers.reshape(x, [this.groups, -1], `${module}/Groups`);
    const mean = graph.node(
      'ReduceMean',
      [grouped],
      { axes: [1], keepdims: 1 },
      { name: `${module}/Mean` },
    );
    // E[x²] − E[x]² reads the picture once more and writes nothing; temporaries of its size would
    // cost more than all else here.
    const sum = graph.node(
      'ReduceSumSquare',
      [grouped],
      { axes: [1], keepdims: 1 },
      { name: `${module}/SumSquare` },
    );
    const elements = graph.node(
      'Shape',
      [grouped],
      { start: 1, end: 2 },
      { name: `${module}/Elements` },
    );
    const meanSquare = graph.node(
      'Div',
      [sum, layers.cast(elements, 'float32', `${module}/Elements/Cast`)],
      {},
      { name: `${module}/MeanSquare` },
    );
    const squaredMean = graph.node('Mul', [mean, mean], {}, { name: `${module}/SquaredMean` });
    const difference = graph.node(
      'Sub',
      [meanSquare, squaredMean],
      {},
      { name: `${module}/Difference` },
    );
    const variance = graph.node('Relu', [difference], {}, { name: `${module}/NotNegative` });
    const both = graph.node(
      'Concat',
      [mean, variance],
      { axis: 1 },
      { name: `${module}/Statistics` },
    );
    const ordered = graph.node(
      'Transpose',
      [both],
      { perm: [1, 0] },
      { name: `${module}/Statistics/Ordered` },
    );
    this.measured.push(layers.reshape(ordered, [1, 2, this.groups], `${module}/Statistics/Row`));
    return [mean, variance];
  }

  private take(layers: Layers, index: number, module: string): [Value, Value] {
    const { graph } = layers;
    this.given ??= graph.input(STATISTICS, ['layers', 2, this.groups]);
    const row = graph.node(
      'Gather',
      [this.given, graph.int64([index])],
      { axis: 0 },
      { name: `${module}/Statistics` },
    );
    const part = (which: number, name: string): Value => {
      const values = graph.node(
        'Gather',
        [row, graph.int64([which])],
        { axis: 1 },
        { name: `${module}/${name}/Gather` },
      );
      return layers.reshape(values, [this.groups, 1], `${module}/${name}`);
    };
    return [part(0, 'Mean'), part(1, 'Variance0')];
  }
}

function perChannel(layers: Layers, name: string, channels: number): Value {
  return layers.reshape(
    layers.weight(name, [channels], 'float32'),
    [1, channels, 1, 1],
    `${name}/PerChannel`,
  );
}
