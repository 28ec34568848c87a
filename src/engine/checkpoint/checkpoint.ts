import type { ElementType } from '../graph/tensor';

/** Element types that a checkpoint may hold, by the name that safetensors gives them. */
export const DTYPES = {
  F32: { bytes: 4, element: 'float32' },
  F16: { bytes: 2, element: 'float16' },
  BF16: { bytes: 2, element: 'bfloat16' },
  I64: { bytes: 8, element: 'int64' },
} as const satisfies Record<string, { bytes: number; element: ElementType }>;
export type Dtype = keyof typeof DTYPES;

/** Where a tensor's bytes lie: contiguous, row-major, little-endian, uncompressed. */
export type TensorInfo = {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** Absolute path of the file. */
  readonly file: string;
  /** First byte and number of bytes in the file. */
  readonly offset: number;
  readonly length: number;
  /**
   * The axes in the order in which the file has them, of a transposed view such as torch's
   * channels-last kernels; undefined where that is their own order. Only readers that say so tell
   * such tensors; the others refuse them.
   */
  readonly order?: readonly number[];
};

/** The shape that the file has. */
export const storedShape = ({ shape, order }: Pick<TensorInfo, 'shape' | 'order'>): number[] =>
  order ? order.map((axis) => shape[axis] ?? 0) : [...shape];

export type Tensors = ReadonlyMap<string, TensorInfo>;

/** No tensor of a network has more dimensions. */
const MOST_DIMENSIONS = 8;

/** Whether a value from a file is a shape: whole numbers whose product is a safe integer. */
export function isShape(value: unknown): value is number[] {
  if (!Array.isArray(value) || value.length > MOST_DIMENSIONS) return false;
  return (
    value.every((dim) => Number.isSafeInteger(dim) && (dim as number) >= 0) &&
    Number.isSafeInteger(elementsOf(value as number[]))
  );
}

export const elementsOf = (shape: readonly number[]): number =>
  shape.reduce((product, dim) => product * dim, 1);

export const isDtype = (value: unknown): value is Dtype =>
  typeof value === 'string' && Object.hasOwn(DTYPES, value);
