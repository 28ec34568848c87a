import { allFinite } from '../../runtime/finite';
import { RemoteFailure } from '../failure';
import { fromHalves, toHalves } from './halves';
import { phrase, type Words } from '../../../shared/phrase';

/** The protocol's names of the two kinds of numbers. */
export type DataType = 'FP32' | 'FP16';
export const BYTES_OF: Readonly<Record<DataType, number>> = { FP32: 4, FP16: 2 };

/** What is asked of a model: an image [1,3,height,width], and outputs by name. */
export type TensorQuestion = {
  /** Name of the image there. */
  readonly input: string;
  readonly image: Float32Array;
  readonly width: number;
  readonly height: number;
  readonly outputs: readonly string[];
  readonly datatype: DataType;
  /** All outputs have no more bytes than that. */
  readonly maxBytes: number;
};

/** A question of which it is known that each output is [1,3,scale·height,scale·width]. */
export type InferQuestion = Omit<TensorQuestion, 'maxBytes'> & { readonly scale: number };

export type Layers = ReadonlyMap<string, Float32Array>;

/** An output of an answer as it came, wherever its bytes lie. */
export type RawOutput = {
  readonly name: string;
  readonly datatype: unknown;
  readonly shape: unknown;
  readonly bytes: Uint8Array;
};

/** Numbers as they travel: row-major, little-endian, no padding. */
export function toBytes(image: Float32Array, datatype: DataType): Uint8Array {
  const { buffer, byteOffset, byteLength } = datatype === 'FP16' ? toHalves(image) : image;
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Bytes of what is asked for. */
export const answerBytes = ({ width, height, outputs, scale, datatype }: InferQuestion): number =>
  outputs.length * 3 * width * height * scale * scale * BYTES_OF[datatype];

/**
 * The layers that were asked for, by name: servers answer in an order of their own. Throws a
 * `RemoteFailure` unless each is there once, of the right kind, shape and size, and finite.
 */
export function readLayers(question: InferQuestion, raw: readonly RawOutput[]): Layers {
  const { width, height, outputs, scale, datatype } = question;
  const shape = [1, 3, scale * height, scale * width];
  const layers = new Map<string, Float32Array>();
  for (const name of outputs) {
    const [found, second] = raw.filter((output) => output.name === name);
    if (!found) throw nonsense(phrase`lacks the output "${name}"`);
    if (second) throw nonsense(phrase`holds the output "${name}" twice`);
    if (found.datatype !== datatype)
      throw nonsense(phrase`holds "${name}" in ${words(found.datatype)} instead of ${datatype}`);
    if (!isSame(found.shape, shape))
      throw nonsense(phrase`holds "${name}" as ${words(found.shape)} instead of ${words(shape)}`);
    const wanted = shape.reduce((a, b) => a * b) * BYTES_OF[datatype];
    if (found.bytes.byteLength !== wanted)
      throw nonsense(
        phrase`holds ${found.bytes.byteLength} bytes of "${name}" instead of ${wanted}`,
      );
    const layer = numbersOf(found.bytes, datatype);
    if (!allFinite(layer)) throw nonsense(phrase`holds NaN or infinite values in "${name}"`);
    layers.set(name, layer);
  }
  return layers;
}

/** The numbers where they lie, or a copy where they do not begin at a multiple of their size. */
export function numbersOf(bytes: Uint8Array, datatype: DataType): Float32Array {
  const size = BYTES_OF[datatype];
  const { buffer, byteOffset, byteLength } =
    bytes.byteOffset % size === 0 ? bytes : new Uint8Array(bytes);
  const count = byteLength / size;
  return datatype === 'FP16'
    ? fromHalves(new Uint16Array(buffer, byteOffset, count))
    : new Float32Array(buffer, byteOffset, count);
}

function isSame(shape: unknown, wanted: readonly number[]): boolean {
  return (
    Array.isArray(shape) &&
    shape.length === wanted.length &&
    wanted.every((dim, i) => Number(shape[i]) === dim)
  );
}

const words = (value: unknown): string =>
  value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 60);

/** `what` completes "its answer …". */
export const nonsense = (what: Words): RemoteFailure =>
  new RemoteFailure('nonsense', phrase`its answer ${what}`);
