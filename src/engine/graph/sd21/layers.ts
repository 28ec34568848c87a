import type { GraphBuilder, Value } from '../graphBuilder';
import { plainAttention } from './plainAttention';
import { ONNX_TYPE, type ComputeType, type Weights } from './weights';
import { winogradConv, type Blocks, type ConvolutionKind } from './winogradConv';

/** An optional input that is not given. */
export const NONE = '' as Value;

/**
 * How attention is written: as ONNX Runtime's fused operator, which is right and fast on the CPU, or
 * as plain operators.
 */
export type AttentionKind = 'fused' | 'plain';

/** Adds what an adapter contributes to a layer's output; without adapters the layer is as it is. */
export type Adapters = {
  conv(layers: Layers, x: Value, y: Value, module: string, shape: ConvShape): Value;
  linear(layers: Layers, x: Value, y: Value, module: string, from: number, to: number): Value;
};

export type ConvShape = {
  readonly from: number;
  readonly to: number;
  readonly kernel: number;
  readonly stride?: number;
  /** Whether it has one; true unless given. */
  readonly bias?: boolean;
  /** Zero padding: top, left, bottom, right. Default: the size is kept at stride 1. */
  readonly pads?: readonly number[];
  /** How it is cut up if it may be computed by minimal filtering: 3×3, stride 1, zero padding. */
  readonly blocks?: Blocks | undefined;
};

/**
 * Another way to compute a layer's product; undefined for a layer that is left as it is written here.
 */
export type Products = {
  conv(
    layers: Layers,
    x: Value,
    module: string,
    shape: ConvShape,
    bias: Value | undefined,
  ): Value | undefined;
  linear(
    layers: Layers,
    x: Value,
    module: string,
    shape: { readonly from: number; readonly to: number },
    bias: Value | undefined,
  ): Value | undefined;
};

/**
 * The layers that Stable Diffusion's networks are made of, written as ONNX operators that every
 * execution provider has. Pictures are [1,C,H,W], sequences [S,C]. Nodes are called
 * `module/Operator`, as diffusers names the module.
 */
export class Layers {
  constructor(
    readonly graph: GraphBuilder,
    readonly weights: Weights,
    readonly type: ComputeType,
    private readonly adapters?: Adapters,
    private readonly attentionKind: AttentionKind = 'fused',
    readonly convolutions: ConvolutionKind = 'direct',
    private readonly products?: Products,
  ) {}

  private readonly casts = new Map<string, Value>();

  weight(name: string, shape: readonly number[], type: ComputeType = this.type): Value {
    return this.weights.value(this.graph, name, shape, type);
  }

  conv(x: Value, module: string, shape: ConvShape): Value {
    const y = this.plainConv(x, module, shape);
    return this.adapters ? this.adapters.conv(this, x, y, module, shape) : y;
  }

  private plainConv(x: Value, module: string, shape: ConvShape): Value {
    const { from, to, kernel, bias = true, blocks } = shape;
    const added = bias ? this.weight(`${module}.bias`, [to]) : undefined;
    const other = this.products?.conv(this, x, module, shape, added);
    if (other) return other;
    if (blocks && this.convolutions === 'winograd')
      return winogradConv(this, x, { name: module, from, to }, blocks);
    const inputs = [
      x,
      this.weight(`${module}.weight`, [to, from, kernel, kernel]),
      ...(added ? [added] : []),
    ];
    return this.graph.node('Conv', inputs, convAttributes(shape), { name: `${module}/Conv` });
  }

  /**
   * `x` [S,from] → [S,to]. Gemm takes PyTorch's [to,from] weights as they are. `stored` is the name
   * that the file has for the module, where that is another.
   */
  linear(
    x: Value,
    module: string,
    from: number,
    to: number,
    { bias = true, stored = module }: { readonly bias?: boolean; readonly stored?: string } = {},
  ): Value {
    const added = bias ? this.weight(`${stored}.bias`, [to]) : undefined;
    const y =
      this.products?.linear(this, x, stored, { from, to }, added) ??
      this.graph.node(
        'Gemm',
        [x, this.weight(`${stored}.weight`, [to, from]), ...(added ? [added] : [])],
        { transB: 1 },
        { name: `${module}/Gemm` },
      );
    return this.adapters ? this.adapters.linear(this, x, y, module, from, to) : y;
  }

  silu(x: Value, name: string): Value {
    return this.graph.node(
      'Mul',
      [x, this.graph.node('Sigmoid', [x], {}, { name: `${name}/Sigmoid` })],
      {},
      { name: `${name}/SiLU` },
    );
  }

  add(a: Value, b: Value, name: string): Value {
    return this.graph.node('Add', [a, b], {}, { name });
  }

  reshape(x: Value, shape: readonly number[], name: string): Value {
    return this.graph.node('Reshape', [x, this.graph.int64(shape)], {}, { name });
  }

  /** Gives `x` the shape that `like` has. */
  reshapeLike(x: Value, like: Value, name: string): Value {
    return this.graph.node(
      'Reshape',
      [x, this.graph.node('Shape', [like], {}, { name: `${name}/Shape` })],
      {},
      { name },
    );
  }

  cast(x: Value, type: ComputeType, name: string): Value {
    return this.graph.node('Cast', [x], { to: ONNX_TYPE[type] }, { name });
  }

  /** A constant in the network's type, cast once however often it is asked for. */
  castOnce(x: Value, name: string): Value {
    const known = this.casts.get(name) ?? this.cast(x, this.type, `${name}/Cast`);
    this.casts.set(name, known);
    return known;
  }

  /** To float32 and back around what must not be computed in float16. */
  inFloat32(x: Value, name: string, compute: (x: Value) => Value): Value {
    if (this.type === 'float32') return compute(x);
    return this.cast(
      compute(this.cast(x, 'float32', `${name}/ToFloat32`)),
      this.type,
      `${name}/FromFloat32`,
    );
  }

  layerNorm(x: Value, module: string, channels: number, epsilon: number): Value {
    const inputs = [
      x,
      this.weight(`${module}.weight`, [channels]),
      this.weight(`${module}.bias`, [channels]),
    ];
    return this.graph.node(
      'LayerNormalization',
      inputs,
      { axis: -1, epsilon: { float: epsilon }, stash_type: 1 },
      { name: `${module}/LayerNorm` },
    );
  }

  /**
   * Attention of sequences [S,channels]. The fused operator never holds the S×S matrix; plain
   * operators hold a part in `chunks` of it, and know no `mask`, which is added to the scores.
   * Returns [S,channels].
   */
  attention(
    q: Value,
    k: Value,
    v: Value,
    channels: number,
    heads: number,
    name: string,
    { mask, chunks = 1 }: { readonly mask?: Value; readonly chunks?: number } = {},
  ): Value {
    if (this.attentionKind === 'plain' && !mask)
      return plainAttention(this, { q, k, v }, { channels, heads, chunks }, name);
    const batched = (x: Value, which: string): Value =>
      this.reshape(x, [1, -1, channels], `${name}/${which}`);
    const inputs = [
      batched(q, 'Query'),
      batched(k, 'Key'),
      batched(v, 'Value'),
      ...(mask ? [NONE, NONE, mask] : []),
    ];
    const y = this.graph.node(
      'MultiHeadAttention',
      inputs,
      { num_heads: heads },
      { name: `${name}/MultiHeadAttention`, domain: 'com.microsoft' },
    );
    return this.reshape(y, [-1, channels], `${name}/Sequence`);
  }

  /** [1,C,H,W] → [H·W,C]. */
  toSequence(x: Value, channels: number, name: string): Value {
    const flat = this.reshape(x, [channels, -1], `${name}/Flatten`);
    return this.graph.node('Transpose', [flat], { perm: [1, 0] }, { name: `${name}/ToSequence` });
  }

  /** [H·W,C] → the shape of `like`. */
  toPicture(x: Value, like: Value, name: string): Value {
    const flat = this.graph.node('Transpose', [x], { perm: [1, 0] }, { name: `${name}/ToPicture` });
    return this.reshapeLike(flat, like, `${name}/Unflatten`);
  }

  /** Nearest-neighbour enlargement: to the height and width of `like`, else twofold. */
  upsample(x: Value, name: string, like?: Value): Value {
    const attributes = {
      mode: 'nearest',
      coordinate_transformation_mode: 'asymmetric',
      nearest_mode: 'floor',
    };
    if (!like)
      return this.graph.node(
        'Resize',
        [x, NONE, this.graph.shared('twofold', [4], [1, 1, 2, 2])],
        attributes,
        { name: `${name}/Resize` },
      );
    const channels = this.graph.node(
      'Shape',
      [x],
      { start: 0, end: 2 },
      { name: `${name}/Channels` },
    );
    const size = this.graph.node('Shape', [like], { start: 2, end: 4 }, { name: `${name}/Size` });
    const sizes = this.graph.node(
      'Concat',
      [channels, size],
      { axis: 0 },
      { name: `${name}/Sizes` },
    );
    return this.graph.node('Resize', [x, NONE, NONE, sizes], attributes, {
      name: `${name}/Resize`,
    });
  }
}

export function convAttributes({ kernel, stride = 1, pads }: ConvShape): {
  kernel_shape: number[];
  strides: number[];
  pads: readonly number[];
} {
  const pad = (kernel - 1) / 2;
  return {
    kernel_shape: [kernel, kernel],
    strides: [stride, stride],
    pads: pads ?? [pad, pad, pad, pad],
  };
}
