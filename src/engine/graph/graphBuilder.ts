import { create, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType as AttributeType,
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  ValueInfoProtoSchema,
  type AttributeProto,
  type GraphProto,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from './proto/onnx_pb';
import {
  ELEMENT_TYPES,
  externalTensor,
  float32Tensor,
  int64Scalar,
  int64Tensor,
  type ElementType,
  type ExternalData,
} from './tensor';

/**
 * ONNX opset 17 with IR version 8: LayerNormalization is in it, and every execution provider knows
 * it.
 */
const OPSET = 17;
const IR_VERSION = 8;
const MICROSOFT_DOMAIN = 'com.microsoft';

/** The name of a value in the graph: what a node yields and another takes. */
export type Value = string & { readonly __value: unique symbol };

/**
 * A whole number is an ONNX int, a `{ float }` an ONNX float, an array of whole numbers ONNX ints.
 */
export type Attribute = number | string | { readonly float: number } | readonly number[];
export type Attributes = { readonly [name: string]: Attribute };

/** A dimension: a fixed size, or the name of a free one. */
export type Dimension = number | string;

type NodeOptions = { readonly name?: string; readonly domain?: 'com.microsoft' };

/**
 * Writes an ONNX graph node by node: `const y = g.conv(x, ...)`. Nodes carry the names they are
 * given, so that the graph reads well in Netron; a name used twice is an error, since ONNX values
 * are assigned once.
 */
export class GraphBuilder {
  private readonly nodes: NodeProto[] = [];
  private readonly initializers = new Map<string, TensorProto>();
  private readonly inputs: ValueInfoProto[] = [];
  private readonly outputs: ValueInfoProto[] = [];
  private readonly names = new Set<string>();
  private counter = 0;
  private usesMicrosoftOps = false;

  constructor(private readonly graphName: string) {}

  /**
   * Declares a graph input. Free dimensions are given by name, e.g. `[1, 3, 'height', 'width']`.
   */
  input(name: string, dims: readonly Dimension[], type: ElementType = 'float32'): Value {
    this.inputs.push(valueInfo(name, dims, type));
    return this.claim(name);
  }

  /** Makes `value` a graph output called `name`. */
  output(
    name: string,
    value: Value,
    dims: readonly Dimension[],
    type: ElementType = 'float32',
  ): void {
    this.node('Identity', [value], {}, { name });
    this.outputs.push(valueInfo(name, dims, type));
  }

  /** A float32 constant stored in the model. */
  float32(name: string, dims: readonly number[], values: Float32Array | readonly number[]): Value {
    return this.initializer(float32Tensor(name, dims, values));
  }

  /**
   * A float32 constant that is made once and used in many places: the same name must mean the same
   * values. A function is called for them only once.
   */
  shared(
    name: string,
    dims: readonly number[],
    values: Float32Array | readonly number[] | (() => Float32Array),
  ): Value {
    if (this.initializers.has(name)) return name as Value;
    return this.float32(name, dims, typeof values === 'function' ? values() : values);
  }

  /** An int64 vector; equal vectors share one initializer. */
  int64(values: readonly number[]): Value {
    const name = `int64_${values.join('_').replaceAll('-', 'm')}`;
    if (this.initializers.has(name)) return name as Value;
    return this.initializer(int64Tensor(name, values));
  }

  /** A long int64 vector that is made once: the same name must mean the same values. */
  sharedInt64(name: string, values: readonly number[]): Value {
    return this.initializers.has(name)
      ? (name as Value)
      : this.initializer(int64Tensor(name, values));
  }

  /** A single whole number, such as the bounds that Range wants. */
  scalarInt64(value: number): Value {
    const name = `int64_scalar_${value < 0 ? 'm' : ''}${Math.abs(value)}`;
    if (this.initializers.has(name)) return name as Value;
    return this.initializer(int64Scalar(name, value));
  }

  /** A weight whose bytes stay in another file under the model's folder. */
  external(name: string, type: ElementType, dims: readonly number[], data: ExternalData): Value {
    return this.initializer(externalTensor(name, type, dims, data));
  }

  /**
   * Adds a node with one output. The node and its output are called `options.name` (made up when
   * missing).
   */
  node(
    opType: string,
    inputs: readonly Value[],
    attributes: Attributes = {},
    options: NodeOptions = {},
  ): Value {
    const [output] = this.nodeWithOutputs(opType, inputs, 1, attributes, options);
    return output as Value;
  }

  /** Adds a node with several outputs. */
  nodeWithOutputs(
    opType: string,
    inputs: readonly Value[],
    count: number,
    attributes: Attributes = {},
    options: NodeOptions = {},
  ): Value[] {
    const name = options.name ?? `${opType}_${this.counter++}`;
    const outputs = Array.from({ length: count }, (_, i) =>
      this.claim(count === 1 ? name : `${name}.${i}`),
    );
    if (options.domain === MICROSOFT_DOMAIN) this.usesMicrosoftOps = true;
    this.nodes.push(
      create(NodeProtoSchema, {
        name,
        opType,
        domain: options.domain ?? '',
        input: [...inputs],
        output: outputs,
        attribute: Object.entries(attributes).map(([key, value]) => attribute(key, value)),
      }),
    );
    return outputs;
  }

  /**
   * Two-dimensional convolution of `x` [N,Cin,H,W] with `weight` [Cout,Cin,k,k]: zero padding, size
   * kept at stride 1.
   */
  conv(x: Value, weight: Value, bias: Value, kernel: number, options: NodeOptions = {}): Value {
    const pad = (kernel - 1) / 2;
    return this.node(
      'Conv',
      [x, weight, bias],
      { kernel_shape: [kernel, kernel], pads: [pad, pad, pad, pad] },
      options,
    );
  }

  /** The finished graph, to become a part of another. */
  toGraph(): GraphProto {
    return create(GraphProtoSchema, {
      name: this.graphName,
      node: this.nodes,
      initializer: [...this.initializers.values()],
      input: this.inputs,
      output: this.outputs,
    });
  }

  /** The finished model, serialized. */
  toBytes(producer: string): Uint8Array {
    const opsetImport: MessageInitShape<typeof ModelProtoSchema>['opsetImport'] = [
      { domain: '', version: BigInt(OPSET) },
    ];
    if (this.usesMicrosoftOps) opsetImport.push({ domain: MICROSOFT_DOMAIN, version: 1n });
    return toBinary(
      ModelProtoSchema,
      create(ModelProtoSchema, {
        irVersion: BigInt(IR_VERSION),
        producerName: producer,
        opsetImport,
        graph: this.toGraph(),
      }),
    );
  }

  /** A constant of any type. */
  initializer(tensor: TensorProto): Value {
    const value = this.claim(tensor.name);
    this.initializers.set(tensor.name, tensor);
    return value;
  }

  private claim(name: string): Value {
    if (this.names.has(name))
      throw new Error(`Graph ${this.graphName}: the name "${name}" is used twice.`);
    this.names.add(name);
    return name as Value;
  }
}

function attribute(name: string, value: Attribute): AttributeProto {
  if (typeof value === 'string') {
    return create(AttributeProtoSchema, {
      name,
      type: AttributeType.STRING,
      s: new TextEncoder().encode(value),
    });
  }
  if (typeof value === 'number') {
    if (!Number.isInteger(value))
      throw new Error(`Attribute ${name}: write { float: ${value} } for a fraction.`);
    return create(AttributeProtoSchema, { name, type: AttributeType.INT, i: BigInt(value) });
  }
  if ('float' in value)
    return create(AttributeProtoSchema, { name, type: AttributeType.FLOAT, f: value.float });
  return create(AttributeProtoSchema, { name, type: AttributeType.INTS, ints: value.map(BigInt) });
}

function valueInfo(name: string, dims: readonly Dimension[], type: ElementType): ValueInfoProto {
  return create(ValueInfoProtoSchema, {
    name,
    type: {
      value: {
        case: 'tensorType',
        value: {
          elemType: ELEMENT_TYPES[type],
          shape: {
            dim: dims.map((dim) => ({
              value:
                typeof dim === 'number'
                  ? { case: 'dimValue' as const, value: BigInt(dim) }
                  : { case: 'dimParam' as const, value: dim },
            })),
          },
        },
      },
    },
  });
}
