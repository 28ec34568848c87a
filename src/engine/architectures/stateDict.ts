import { closeSync, openSync, readSync } from 'node:fs';
import { elementsOf, storedShape, type TensorInfo, type Tensors } from '../checkpoint/checkpoint';
import { fromHalf } from '../graph/half';
import { UnsupportedNetwork } from './unsupported';
import { phrase } from '../../shared/phrase';

/** Values that are read into memory to be combined; a network's kernels are far smaller. */
const LARGEST_READ = 256 * 2 ** 20;

/**
 * The tensors of one network by their names, with what detection asks of them. Plain numbers that
 * some checkpoints hold beside their tensors are in `numbers`.
 */
export class StateDict {
  constructor(
    readonly tensors: Tensors,
    readonly numbers: ReadonlyMap<string, number> = new Map(),
  ) {}

  has(name: string): boolean {
    return this.tensors.has(name);
  }

  hasAll(...names: readonly string[]): boolean {
    return names.every((name) => this.has(name));
  }

  keys(): IterableIterator<string> {
    return this.tensors.keys();
  }

  /** The shape of a tensor that must be there. */
  shape(name: string): readonly number[] {
    return this.info(name).shape;
  }

  /** One dimension of a tensor that must be there. */
  dim(name: string, axis: number): number {
    const shape = this.shape(name);
    const value = shape.at(axis);
    if (value === undefined || value < 1)
      throw new UnsupportedNetwork(phrase`its tensor ${name} has the shape [${shape.join(', ')}]`);
    return value;
  }

  /**
   * How many parts `prefix.0`, `prefix.1`, … there are: the highest number after `prefix` plus one.
   * A gap in the numbers is an error, and so is a part that claims a number beyond `most`.
   */
  count(prefix: string, suffix = '', most = 1000): number {
    const found = new Set<number>();
    for (const key of this.keys()) {
      if (!key.startsWith(prefix)) continue;
      const number = /^(\d{1,6})(?=\.|$)/.exec(key.slice(prefix.length))?.[1];
      if (number === undefined) continue;
      if (suffix === '' || key === `${prefix}${number}${suffix}`) found.add(Number(number));
    }
    const count = found.size === 0 ? 0 : Math.max(...found) + 1;
    if (count > most || (suffix !== '' && count !== found.size))
      throw new UnsupportedNetwork(phrase`its parts ${prefix}… are not numbered one after another`);
    return count;
  }

  /** The highest number after `prefix`; −1 when there is none. Gaps are allowed. */
  lastIndex(prefix: string): number {
    return this.count(prefix) - 1;
  }

  /** How many weights its kernels and matrices have. */
  get weights(): number {
    let sum = 0;
    for (const { shape } of this.tensors.values())
      if (shape.length === 2 || shape.length === 4) sum += elementsOf(shape);
    return sum;
  }

  /** A tensor's values as float32, read from its file. For what must be computed at build time. */
  values(name: string): Float32Array {
    const info = this.info(name);
    if (info.length > LARGEST_READ)
      throw new UnsupportedNetwork(phrase`its tensor ${name} is too large to be read`);
    const bytes = Buffer.alloc(info.length);
    const file = openSync(info.file, 'r');
    try {
      if (readSync(file, bytes, 0, info.length, info.offset) !== info.length)
        throw new UnsupportedNetwork(phrase`its tensor ${name} is cut off`);
    } finally {
      closeSync(file);
    }
    return inOwnOrder(floatsOf(bytes, info), info);
  }

  private info(name: string): TensorInfo {
    const info = this.tensors.get(name);
    if (!info) throw new UnsupportedNetwork(phrase`its tensor ${name} is missing`);
    return info;
  }
}

function floatsOf(bytes: Buffer, { dtype, shape }: TensorInfo): Float32Array {
  const values = new Float32Array(elementsOf(shape));
  const bits = new Uint32Array(values.buffer);
  for (let i = 0; i < values.length; i++) {
    if (dtype === 'F32') values[i] = bytes.readFloatLE(4 * i);
    else if (dtype === 'BF16') bits[i] = bytes.readUInt16LE(2 * i) << 16;
    else if (dtype === 'F16') values[i] = fromHalf(bytes.readUInt16LE(2 * i));
    else values[i] = Number(bytes.readBigInt64LE(8 * i));
  }
  return values;
}

/** The values of a transposed view, row by row. */
function inOwnOrder(stored: Float32Array, info: TensorInfo): Float32Array {
  const { shape, order } = info;
  if (!order) return stored;
  const sizes = storedShape(info);
  // How far apart two neighbours along each of the tensor's axes are in the file.
  const steps = new Array<number>(shape.length).fill(0);
  for (const [i, axis] of order.entries()) steps[axis] = elementsOf(sizes.slice(i + 1));
  const values = new Float32Array(stored.length);
  for (let i = 0; i < values.length; i++) {
    let [rest, from] = [i, 0];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const size = shape[axis] ?? 1;
      from += (rest % size) * (steps[axis] ?? 0);
      rest = Math.floor(rest / size);
    }
    values[i] = stored[from] ?? 0;
  }
  return values;
}
