import type { Value } from '../graphBuilder';
import { byteTensor, ELEMENT_TYPES } from '../tensor';
import { convAttributes, type ConvShape, type Layers } from './layers';

/** The output that tells how far the values of each tensor go that another graph has in 8 bits, [n]. */
export const RANGES = 'ranges';

/** What signs a tensor's values may have: behind a ReLU none is negative. */
export type Signs = 'positive' | 'both';

/** Tells, in order, how far the values of some tensors of a graph in floats go: the output `RANGES`. */
export class MeasuredRanges {
  private readonly all: Value[] = [];

  constructor(private readonly layers: Layers) {}

  see(x: Value, signs: Signs, name: string): void {
    const { graph } = this.layers;
    const extreme = (op: 'ReduceMax' | 'ReduceMin'): Value =>
      graph.node(op, [x], { keepdims: 0 }, { name: `${name}/${op}` });
    const largest = extreme('ReduceMax');
    const range =
      signs === 'positive'
        ? largest
        : graph.node(
            'Max',
            [largest, graph.node('Neg', [extreme('ReduceMin')], {}, { name: `${name}/Lowest` })],
            {},
            { name: `${name}/Farthest` },
          );
    this.all.push(this.layers.reshape(range, [1], `${name}/Range`));
  }

  finish(): void {
    const { graph } = this.layers;
    const ranges = graph.node('Concat', this.all, { axis: 0 }, { name: `${RANGES}/Concat` });
    graph.output(RANGES, ranges, [this.all.length]);
  }
}

/** A tensor of unsigned 8 bits, whose values are (value − zero) · step. */
export type Quantized = { readonly value: Value; readonly step: Value; readonly zero: Value };

const WEIGHT_STEPS = 127;
/** Of tensors and weights that are all zeros. */
const LEAST_RANGE = 1e-6;
const INPUT_STEPS = { positive: 255, both: 127 } as const satisfies Record<Signs, number>;
const ZERO = { positive: 0, both: 128 } as const satisfies Record<Signs, number>;

/**
 * Layers between tensors of 8 bits, for processors that compute them several times as fast. `ranges` are
 * those of the tensors in the order in which they are made; what lies beyond is cut. Weights are brought to
 * 8 bits, each output channel with a step of its own, when the session is opened.
 */
export class EightBits {
  private count = 0;

  constructor(
    private readonly layers: Layers,
    private readonly ranges: Float32Array,
  ) {}

  quantize(x: Value, signs: Signs, name: string): Quantized {
    const { step, zero } = this.next(signs, name);
    return { value: this.node('QuantizeLinear', [x, step, zero], `${name}/Quantize`), step, zero };
  }

  floats({ value, step, zero }: Quantized, name: string): Value {
    return this.node('DequantizeLinear', [value, step, zero], `${name}/Dequantize`);
  }

  /** A convolution; with `signs` of `positive` its ReLU, too. */
  conv(x: Quantized, module: string, shape: ConvShape, signs: Signs): Quantized {
    const { from, to, kernel, bias = true } = shape;
    const weight = this.layers.weight(`${module}.weight`, [to, from, kernel, kernel]);
    const { step: weightStep, zero: weightZero } = this.weightSteps(weight, to, module);
    const bytes = this.layers.graph.node(
      'QuantizeLinear',
      [weight, weightStep, weightZero],
      { axis: 0 },
      { name: `${module}.weight/Quantize` },
    );
    const { step, zero } = this.next(signs, module);
    const inputs = [x.value, x.step, x.zero, bytes, weightStep, weightZero, step, zero];
    if (bias) inputs.push(this.bias(module, to, x.step, weightStep));
    const value = this.layers.graph.node('QLinearConv', inputs, convAttributes(shape), {
      name: `${module}/Conv`,
    });
    return { value, step, zero };
  }

  /** The sum and its ReLU. */
  add(a: Quantized, b: Quantized, name: string): Quantized {
    const { step, zero } = this.next('positive', name);
    const value = this.layers.graph.node(
      'QLinearAdd',
      [a.value, a.step, a.zero, b.value, b.step, b.zero, step, zero],
      {},
      { name, domain: 'com.microsoft' },
    );
    return { value, step, zero };
  }

  private next(signs: Signs, name: string): { readonly step: Value; readonly zero: Value } {
    const range = this.ranges[this.count++];
    if (range === undefined) throw new Error('The graph has more 8-bit tensors than ranges.');
    const step = Math.max(range, LEAST_RANGE) / INPUT_STEPS[signs];
    return {
      step: this.layers.graph.float32(`${name}/Step`, [], [step]),
      zero: this.byte(ZERO[signs], `zero ${signs}`),
    };
  }

  private weightSteps(
    weight: Value,
    to: number,
    module: string,
  ): { readonly step: Value; readonly zero: Value } {
    const { graph } = this.layers;
    const farthest = graph.node(
      'ReduceMax',
      [this.node('Abs', [weight], `${module}.weight/Abs`)],
      { axes: [1, 2, 3], keepdims: 0 },
      { name: `${module}.weight/Farthest` },
    );
    const least = this.node('Max', [farthest, this.number(LEAST_RANGE)], `${module}.weight/Range`);
    const step = this.node('Div', [least, this.number(WEIGHT_STEPS)], `${module}.weight/Steps`);
    const name = `weight zeros ${to}`;
    const zero = this.once(name, () =>
      graph.initializer(byteTensor(name, [to], new Int8Array(to))),
    );
    return { step, zero };
  }

  /** In steps of what is added up. */
  private bias(module: string, to: number, inputStep: Value, weightStep: Value): Value {
    const bias = this.layers.weight(`${module}.bias`, [to]);
    const step = this.node('Mul', [inputStep, weightStep], `${module}.bias/Step`);
    const steps = this.node('Div', [bias, step], `${module}.bias/Steps`);
    const whole = this.node('Round', [steps], `${module}.bias/Round`);
    return this.layers.graph.node(
      'Cast',
      [whole],
      { to: ELEMENT_TYPES.int32 },
      { name: `${module}.bias/Cast` },
    );
  }

  private node(op: string, inputs: readonly Value[], name: string): Value {
    return this.layers.graph.node(op, inputs, {}, { name });
  }

  private number(value: number): Value {
    return this.layers.graph.shared(`number ${value}`, [], [value]);
  }

  private byte(value: number, name: string): Value {
    const { graph } = this.layers;
    return this.once(name, () => graph.initializer(byteTensor(name, [], Uint8Array.of(value))));
  }

  private readonly constants = new Map<string, Value>();

  private once(name: string, make: () => Value): Value {
    const known = this.constants.get(name) ?? make();
    this.constants.set(name, known);
    return known;
  }
}
