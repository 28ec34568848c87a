import { TensorProto_DataType as DataType, type TensorProto } from './proto/onnx_pb';
import { phrase, WordedError } from '../../shared/phrase';

type Integers = Int8Array | Uint8Array | Int32Array;

const READERS: ReadonlyMap<number, (bytes: ArrayBuffer) => Integers> = new Map<
  number,
  (bytes: ArrayBuffer) => Integers
>([
  [DataType.INT8, (bytes) => new Int8Array(bytes)],
  [DataType.UINT8, (bytes) => new Uint8Array(bytes)],
  [DataType.INT32, (bytes) => new Int32Array(bytes)],
]);
const FLOAT: number = DataType.FLOAT;

/**
 * The whole numbers of a tensor of 8 or 32 bits that lies inside its model. Throws for other types,
 * and for one that does not fill its dimensions.
 */
export function integersOf(tensor: TensorProto): Integers {
  const { dataType, rawData, int32Data } = tensor;
  const bytes = new Uint8Array(rawData).buffer;
  const open = READERS.get(dataType);
  if (!open) throw new WordedError(phrase`${tensor.name} holds no whole numbers of 8 or 32 bits`);
  return filled(tensor, rawData.length === 0 ? Int32Array.from(int32Data) : open(bytes));
}

/** The scales of a quantization: float32. Throws for another type. */
export function scalesOf(tensor: TensorProto): Float32Array {
  const { dataType, rawData, floatData } = tensor;
  if (dataType !== FLOAT) throw new WordedError(phrase`${tensor.name} is not a scale in float32`);
  const values =
    rawData.length === 0
      ? Float32Array.from(floatData)
      : new Float32Array(new Uint8Array(rawData).buffer);
  return filled(tensor, values);
}

function filled<T extends { readonly length: number }>({ name, dims }: TensorProto, values: T): T {
  const count = dims.reduce((product, dim) => product * Number(dim), 1);
  if (values.length !== count)
    throw new WordedError(
      phrase`${name} has ${values.length} values where its dimensions need ${count}`,
    );
  return values;
}
