import { GraphBuilder, type Attributes, type Value } from '../../graph/graphBuilder';
import { Layers, NONE } from '../../graph/sd21/layers';
import { ONNX_TYPE, Weights, type ComputeType } from '../../graph/sd21/weights';
import { pseudoRandom, type Range } from './pseudoRandom';

/** An operator as the networks use it, to be computed on two devices and compared. */
export type OperatorCase = {
  /** What a person reads: the operator and what is particular here, e.g. `Conv 3×3, stride 2`. */
  readonly name: string;
  /** Whether networks have it in float16 too; size and index arithmetic is whole numbers there. */
  readonly hasHalf: boolean;
  /** Inputs by name: dimensions, and where the pseudo-random values lie. */
  readonly inputs: { readonly [name: string]: readonly number[] };
  readonly range: Range;
  readonly build: (write: OperatorWriter, x: Value, y: Value, z: Value) => Value;
};

type Options = Partial<Pick<OperatorCase, 'hasHalf' | 'range'>>;

/** Describes an operator of up to three inputs. */
export function operator(
  name: string,
  inputs: readonly (readonly number[])[],
  build: OperatorCase['build'],
  { hasHalf = true, range = [-1, 1] }: Options = {},
): OperatorCase {
  return {
    name,
    hasHalf,
    range,
    inputs: Object.fromEntries(inputs.map((dims, i) => [`x${i}`, dims])),
    build,
  };
}

/** The graph of an operator: float32 at the edges, computed in `type`, its result called `result`. */
export function operatorGraph(
  { name, inputs, build }: OperatorCase,
  type: ComputeType,
): Uint8Array {
  const graph = new GraphBuilder(name);
  const write = new OperatorWriter(graph, type);
  const [x = NONE, y = NONE, z = NONE] = Object.entries(inputs).map(([input, dims]) =>
    // Free dimensions, as the networks have them.
    write.typed(
      graph.input(
        input,
        dims.map((_, axis) => `${input}_${axis}`),
      ),
    ),
  );
  const result = build(write, x, y, z);
  graph.output('result', type === 'float16' ? write.cast(result, 'float32') : result, write.free());
  return graph.toBytes('pisa-upscale');
}

/** Writes nodes and pseudo-random weights in the compute type of a graph. */
export class OperatorWriter {
  private readonly random = pseudoRandom(7);
  private rank = 4;
  private count = 0;

  constructor(
    readonly graph: GraphBuilder,
    readonly type: ComputeType,
  ) {}

  op(
    opType: string,
    inputs: readonly Value[],
    attributes: Attributes = {},
    domain?: 'com.microsoft',
  ): Value {
    return this.graph.node(opType, inputs, attributes, domain ? { domain } : {});
  }

  /** Weights in ±`gain`. */
  weights(dims: readonly number[], gain: number, offset = 0): Value {
    const length = dims.reduce((product, dim) => product * dim, 1);
    const values = Float32Array.from({ length }, () => (2 * this.random() - 1) * gain + offset);
    return this.typed(this.graph.float32(`weights_${this.count++}`, dims, values));
  }

  /** A float32 constant in the compute type. */
  typed(value: Value): Value {
    return this.type === 'float16' ? this.cast(value, 'float16') : value;
  }

  cast(value: Value, type: ComputeType): Value {
    return this.op('Cast', [value], { to: ONNX_TYPE[type] });
  }

  /** Stable Diffusion's own layers, for what is made of several operators. */
  layers(attention: 'fused' | 'plain'): Layers {
    const none = new Weights(new Map(), '');
    return new Layers(this.graph, none, this.type, undefined, attention);
  }

  /** Says how many dimensions the result has; 4 unless said. */
  ranks(rank: number): void {
    this.rank = rank;
  }

  free(): string[] {
    return Array.from({ length: this.rank }, (_, axis) => `result_${axis}`);
  }
}
