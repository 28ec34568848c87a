import { create, type MessageInitShape } from '@bufbuild/protobuf';
import {
  TensorProto_DataLocation,
  TensorProto_DataType,
  TensorProtoSchema,
  type TensorProto,
} from './proto/onnx_pb';

/** Element types that the graphs of this project use. */
export const ELEMENT_TYPES = {
  float32: TensorProto_DataType.FLOAT,
  float16: TensorProto_DataType.FLOAT16,
  bfloat16: TensorProto_DataType.BFLOAT16,
  int32: TensorProto_DataType.INT32,
  int64: TensorProto_DataType.INT64,
  int8: TensorProto_DataType.INT8,
  uint8: TensorProto_DataType.UINT8,
} as const;
export type ElementType = keyof typeof ELEMENT_TYPES;

const BYTES: Record<ElementType, number> = {
  float32: 4,
  float16: 2,
  bfloat16: 2,
  int32: 4,
  int64: 8,
  int8: 1,
  uint8: 1,
};

/**
 * Weights that stay in a file of their own: `offset` and `length` in bytes, `location` relative to
 * the model's folder.
 */
export type ExternalData = {
  readonly location: string;
  readonly offset: number;
  readonly length: number;
};

const elementCount = (dims: readonly number[]): number =>
  dims.reduce((product, dim) => product * dim, 1);

function tensor(
  name: string,
  type: ElementType,
  dims: readonly number[],
  init: MessageInitShape<typeof TensorProtoSchema>,
): TensorProto {
  return create(TensorProtoSchema, {
    name,
    dataType: ELEMENT_TYPES[type],
    dims: dims.map(BigInt),
    ...init,
  });
}

/** A float32 tensor stored inside the model. Throws when the values do not fill `dims`. */
export function float32Tensor(
  name: string,
  dims: readonly number[],
  values: Float32Array | readonly number[],
): TensorProto {
  const data = values instanceof Float32Array ? values : Float32Array.from(values);
  if (data.length !== elementCount(dims)) {
    throw new Error(`Tensor ${name}: ${data.length} values do not fill [${dims.join(', ')}].`);
  }
  // ONNX raw_data is little-endian, as is every platform ONNX Runtime ships for.
  return tensor(name, 'float32', dims, {
    rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  });
}

/** A tensor of bytes stored inside the model, as quantized networks have them. */
export const byteTensor = (
  name: string,
  dims: readonly number[],
  values: Int8Array | Uint8Array,
): TensorProto =>
  tensor(name, values instanceof Int8Array ? 'int8' : 'uint8', dims, {
    rawData: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
  });

/** A vector of 32-bit whole numbers, as quantized networks have their biases. */
export const int32Tensor = (name: string, values: Int32Array): TensorProto =>
  tensor(name, 'int32', [values.length], {
    rawData: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
  });

/** A one-dimensional int64 tensor, as ONNX wants shapes, axes and sizes. */
export function int64Tensor(name: string, values: readonly number[]): TensorProto {
  const data = BigInt64Array.from(values.map(BigInt));
  return tensor(name, 'int64', [values.length], { rawData: new Uint8Array(data.buffer) });
}

/** An int64 tensor without dimensions. */
export const int64Scalar = (name: string, value: number): TensorProto =>
  tensor(name, 'int64', [], {
    rawData: new Uint8Array(BigInt64Array.of(BigInt(value)).buffer),
  });

/**
 * A tensor whose bytes stay in another file (ONNX external data). Throws when `length` does not fit
 * type and `dims`.
 */
export function externalTensor(
  name: string,
  type: ElementType,
  dims: readonly number[],
  data: ExternalData,
): TensorProto {
  const expected = elementCount(dims) * BYTES[type];
  if (data.length !== expected) {
    throw new Error(
      `Tensor ${name}: ${data.length} bytes at ${data.location} where [${dims.join(', ')}] ` +
        `${type} needs ${expected}.`,
    );
  }
  return tensor(name, type, dims, {
    dataLocation: TensorProto_DataLocation.EXTERNAL,
    externalData: [
      { key: 'location', value: data.location },
      { key: 'offset', value: String(data.offset) },
      { key: 'length', value: String(data.length) },
    ],
  });
}
