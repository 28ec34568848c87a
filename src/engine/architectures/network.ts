import type { GraphBuilder, Value } from '../graph/graphBuilder';
import { Weights, type ComputeType } from '../graph/sd21/weights';
import type { StateDict } from './stateDict';
import { UnsupportedNetwork } from './unsupported';
import { phrase, type Phrase } from '../../shared/phrase';

export type ConvOptions = {
  /** Zero padding: top, left, bottom, right. Default: the size is kept at stride 1. */
  readonly pads?: readonly [number, number, number, number];
  readonly stride?: number;
  readonly group?: number;
  /** The key of the bias when it is not `key.bias`; null for none. */
  readonly bias?: string | null;
};

/**
 * The layers that the community's networks are made of, as ONNX operators of opset 17 which every
 * execution provider has. Shapes come from the state dict; weights stay in their file. Pictures are
 * [N,C,H,W], with H and W free.
 */
export class Network {
  private readonly weights: Weights;
  private counter = 0;

  constructor(
    readonly graph: GraphBuilder,
    readonly dict: StateDict,
    root: string,
    readonly type: ComputeType = 'float32',
  ) {
    this.weights = new Weights(dict.tensors, root);
  }

  /** What is wrong with the weights that were used; of use only when empty. */
  get problems(): readonly Phrase[] {
    return this.weights.problems;
  }

  /** A tensor of the checkpoint with the shape that it has there, or another of equal size. */
  weight(key: string, shape: readonly number[] = this.dict.shape(key)): Value {
    return this.weights.value(this.graph, key, shape, this.type);
  }

  /** A constant of the compute type. */
  constant(name: string, dims: readonly number[], values: readonly number[] | Float32Array): Value {
    const value = this.graph.shared(name, dims, values);
    return this.type === 'float32' ? value : this.cast(value);
  }

  scalar(value: number): Value {
    return this.constant(`scalar_${String(value)}`, [], [value]);
  }

  op(
    opType: string,
    inputs: readonly Value[],
    attributes: Parameters<GraphBuilder['node']>[2] = {},
    domain?: 'com.microsoft',
  ): Value {
    const name = `${opType}_${this.counter++}`;
    return this.graph.node(opType, inputs, attributes, domain ? { name, domain } : { name });
  }

  /** Convolution with the weights `key.weight` [out,in/group,kh,kw] and, if there, `key.bias`. */
  conv(x: Value, key: string, options: ConvOptions = {}): Value {
    const shape = this.dict.shape(`${key}.weight`);
    if (shape.length !== 4)
      throw new UnsupportedNetwork(phrase`${key}.weight is not a two-dimensional convolution`);
    const bias = options.bias === undefined ? `${key}.bias` : options.bias;
    const inputs = [this.weight(`${key}.weight`)];
    if (bias !== null && this.dict.has(bias)) inputs.push(this.weight(bias, [shape[0] ?? 0]));
    return this.convolve(x, inputs, shape, options);
  }

  /** Convolution with kernels that were computed at build time. */
  convWith(
    x: Value,
    name: string,
    shape: readonly number[],
    kernel: Float32Array,
    bias?: Float32Array,
    options: ConvOptions = {},
  ): Value {
    const inputs = [this.constant(`${name}.kernel`, shape, kernel)];
    if (bias) inputs.push(this.constant(`${name}.offset`, [bias.length], bias));
    return this.convolve(x, inputs, shape, options);
  }

  /** Transposed convolution with `key.weight` [in,out,k,k]; `pad` is cut off every side. */
  convTranspose(x: Value, key: string, stride: number, pad: number): Value {
    const [, out = 0, height = 1, width = 1] = this.dict.shape(`${key}.weight`);
    const inputs = [x, this.weight(`${key}.weight`)];
    if (this.dict.has(`${key}.bias`)) inputs.push(this.weight(`${key}.bias`, [out]));
    return this.op('ConvTranspose', inputs, {
      kernel_shape: [height, width],
      strides: [stride, stride],
      pads: [pad, pad, pad, pad],
    });
  }

  private convolve(
    x: Value,
    inputs: readonly Value[],
    shape: readonly number[],
    { pads, stride = 1, group = 1 }: ConvOptions,
  ): Value {
    const [height = 1, width = 1] = shape.slice(2);
    const [vertical, horizontal] = [(height - 1) / 2, (width - 1) / 2];
    return this.op('Conv', [x, ...inputs], {
      kernel_shape: [height, width],
      pads: pads ?? [vertical, horizontal, vertical, horizontal],
      strides: [stride, stride],
      group,
    });
  }

  /** `x` [T,in] → [T,out] with `key.weight` [out,in] as PyTorch's linear layer keeps it. */
  linear(x: Value, key: string): Value {
    const [to = 0] = this.dict.shape(`${key}.weight`);
    const inputs = [x, this.weight(`${key}.weight`)];
    if (this.dict.has(`${key}.bias`)) inputs.push(this.weight(`${key}.bias`, [to]));
    return this.op('Gemm', inputs, { transB: 1 });
  }

  /** Layer normalisation over the last axis. */
  layerNorm(x: Value, key: string, epsilon = 1e-5): Value {
    return this.op(
      'LayerNormalization',
      [x, this.weight(`${key}.weight`), this.weight(`${key}.bias`)],
      { axis: -1, epsilon: { float: epsilon }, stash_type: 1 },
    );
  }

  /** Layer normalisation over the channels of a picture. */
  layerNormChannels(x: Value, key: string, epsilon: number): Value {
    const last = this.transpose(x, [0, 2, 3, 1]);
    return this.transpose(this.layerNorm(last, key, epsilon), [0, 3, 1, 2]);
  }

  /** Batch normalisation with the statistics that training left. */
  batchNorm(x: Value, key: string): Value {
    const parts = ['weight', 'bias', 'running_mean', 'running_var'];
    return this.op(
      'BatchNormalization',
      [x, ...parts.map((part) => this.weight(`${key}.${part}`))],
      { epsilon: { float: 1e-5 } },
    );
  }

  add(a: Value, b: Value): Value {
    return this.op('Add', [a, b]);
  }

  sub(a: Value, b: Value): Value {
    return this.op('Sub', [a, b]);
  }

  mul(a: Value, b: Value): Value {
    return this.op('Mul', [a, b]);
  }

  div(a: Value, b: Value): Value {
    return this.op('Div', [a, b]);
  }

  scale(x: Value, factor: number): Value {
    return factor === 1 ? x : this.mul(x, this.scalar(factor));
  }

  relu(x: Value): Value {
    return this.op('Relu', [x]);
  }

  leakyRelu(x: Value, slope: number): Value {
    return this.op('LeakyRelu', [x], { alpha: { float: slope } });
  }

  sigmoid(x: Value): Value {
    return this.op('Sigmoid', [x]);
  }

  silu(x: Value): Value {
    return this.mul(x, this.sigmoid(x));
  }

  gelu(x: Value): Value {
    return this.op('Gelu', [x], {}, 'com.microsoft');
  }

  /** relu(x) + slope · (x − relu(x)) with slopes [C] by channel: WebGPU has no PRelu. */
  prelu(x: Value, key: string): Value {
    const positive = this.relu(x);
    const slopes = this.weight(key, [this.dict.dim(key, 0), 1, 1]);
    return this.add(positive, this.mul(slopes, this.sub(x, positive)));
  }

  /** x · tanh(softplus(x)) = x · n / (n + 2) with n = e · (e + 2) and e = exp(x), cut at 20. */
  mish(x: Value): Value {
    const limited = this.op('Clip', [x, this.limit('lowest'), this.scalar(20)]);
    const e = this.op('Exp', [limited]);
    const n = this.mul(e, this.add(e, this.scalar(2)));
    return this.mul(x, this.div(n, this.add(n, this.scalar(2))));
  }

  private limit(name: string): Value {
    return this.constant(name, [], [this.type === 'float32' ? -3.4e38 : -6e4]);
  }

  concat(values: readonly Value[], axis: number): Value {
    return this.op('Concat', values, { axis });
  }

  /** `x` from `start` to before `end` along one axis; negative bounds count from the end. */
  slice(x: Value, axis: number, start: number, end: number): Value {
    const vector = (value: number): Value => this.graph.int64([value]);
    return this.op('Slice', [x, vector(start), vector(end), vector(axis)]);
  }

  /** All of `x` from `start` on along one axis. */
  sliceFrom(x: Value, axis: number, start: number): Value {
    return this.slice(x, axis, start, 2 ** 40);
  }

  /** Cuts `amount` pixels off every side of a picture. */
  crop(x: Value, amount: number): Value {
    if (amount === 0) return x;
    return this.op('Slice', [
      x,
      this.graph.int64([amount, amount]),
      this.graph.int64([-amount, -amount]),
      this.graph.int64([2, 3]),
    ]);
  }

  split(x: Value, axis: number, sizes: readonly number[]): Value[] {
    const name = `Split_${this.counter++}`;
    return this.graph.nodeWithOutputs(
      'Split',
      [x, this.graph.int64(sizes)],
      sizes.length,
      { axis },
      { name },
    );
  }

  transpose(x: Value, perm: readonly number[]): Value {
    return this.op('Transpose', [x], { perm });
  }

  /** One dimension may be −1; 0 keeps the dimension. */
  reshape(x: Value, shape: readonly number[]): Value {
    return this.op('Reshape', [x, this.graph.int64(shape)]);
  }

  globalMean(x: Value): Value {
    return this.op('GlobalAveragePool', [x]);
  }

  /** torch's pixel_shuffle. */
  depthToSpace(x: Value, factor: number): Value {
    return factor === 1 ? x : this.op('DepthToSpace', [x], { blocksize: factor, mode: 'CRD' });
  }

  /**
   * torch's pixel_unshuffle as a grouped convolution: ONNX's SpaceToDepth orders channels
   * differently, and WebGPU has none.
   */
  spaceToDepth(x: Value, channels: number, factor: number): Value {
    if (factor === 1) return x;
    const outputs = channels * factor * factor;
    const kernel = new Float32Array(outputs * factor * factor);
    for (let out = 0; out < outputs; out++)
      kernel[out * factor * factor + (out % (factor * factor))] = 1;
    const weight = this.constant(
      `unshuffle_${channels}_${factor}`,
      [outputs, 1, factor, factor],
      kernel,
    );
    return this.op('Conv', [x, weight], {
      kernel_shape: [factor, factor],
      strides: [factor, factor],
      group: channels,
    });
  }

  /** Enlarges by repeating pixels. */
  nearest(x: Value, factor: number): Value {
    if (factor === 1) return x;
    // Scales are float32 in every precision.
    const scales = this.graph.shared(`nearest_${factor}`, [4], [1, 1, factor, factor]);
    return this.op('Resize', [x, '' as Value, scales], {
      mode: 'nearest',
      coordinate_transformation_mode: 'asymmetric',
      nearest_mode: 'floor',
    });
  }

  /** Repeats each channel `times` times, one after another. */
  repeatChannels(x: Value, channels: number, times: number): Value {
    if (times === 1) return x;
    const order = Array.from({ length: channels * times }, (_, i) => Math.floor(i / times));
    return this.op('Gather', [x, this.graph.int64(order)], { axis: 1 });
  }

  /** Mirrors pixels around a picture without repeating the edge: top, left, bottom, right. */
  mirror(x: Value, [top, left, bottom, right]: readonly [number, number, number, number]): Value {
    return this.op('Pad', [x, this.graph.int64([0, 0, top, left, 0, 0, bottom, right])], {
      mode: 'reflect',
    });
  }

  /** The size of a picture along an axis: an int64 vector of one. */
  sizeOf(x: Value, axis: number): Value {
    return this.op('Gather', [this.op('Shape', [x]), this.graph.int64([axis])], { axis: 0 });
  }

  private cast(value: Value): Value {
    return this.op('Cast', [value], { to: 10 });
  }
}
