import { openRegular } from '../../files/openRegular';
import { RpcError } from '../../shared/rpc';
import { readDirectory, readEntry, type Entry } from './archive';
import { DTYPES, elementsOf, isShape, type Dtype, type TensorInfo } from './checkpoint';
import { damaged, damagedBy } from './damaged';
import { LIMITS, quoted } from './limits';
import { PickleObject, type PickleDict, type PickleValue } from './pickleMachine';
import { unpickle } from './unpickle';

/** Types of torch storages, by their class. */
const STORAGES: Readonly<Record<string, Dtype>> = {
  'torch.FloatStorage': 'F32',
  'torch.HalfStorage': 'F16',
  'torch.BFloat16Storage': 'BF16',
  'torch.LongStorage': 'I64',
};
const REBUILD_TENSOR = 'torch._utils._rebuild_tensor_v2';
const REBUILD_PARAMETER = 'torch._utils._rebuild_parameter';
const ORDERED_DICT = 'collections.OrderedDict';
const GLOBALS = new Set([
  REBUILD_TENSOR,
  REBUILD_PARAMETER,
  ORDERED_DICT,
  ...Object.keys(STORAGES),
]);

type Storage = { readonly dtype: Dtype; readonly offset: number; readonly length: number };

/**
 * A value of a checkpoint: what `torch.load` would give, with each tensor as the place where its
 * bytes lie.
 */
export type CheckpointValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly CheckpointValue[]
  | CheckpointDict
  | Omit<TensorInfo, 'name'>;
export type CheckpointDict = ReadonlyMap<string, CheckpointValue>;

/**
 * Reads a `.pkl` or `.pt` file that `torch.save` wrote (since torch 1.6 a zip archive of stored
 * entries: `data.pkl` and one file a storage). Tensors are not loaded but located. Nothing in the
 * file is executed; a pickle that names anything but tensors, storages and dictionaries is refused.
 * Rejects with `checkpoint-damaged` or `cancelled`.
 */
export async function readTorchZip(file: string, signal?: AbortSignal): Promise<CheckpointDict> {
  const { handle } = await openRegular(file, { followLinks: true });
  try {
    const { entries, root } = await readDirectory(handle, file, signal);
    const pickle = entries.get(`${root}data.pkl`);
    if (!pickle) throw damaged(file, 'the archive holds no data.pkl');
    if (pickle.length > LIMITS.pickleBytes)
      throw damaged(file, `its pickle claims ${pickle.length} bytes`);
    const byteOrder = entries.get(`${root}byteorder`);
    if (
      byteOrder &&
      byteOrder.length < 16 &&
      (await readEntry(handle, byteOrder)).toString().trim() === 'big'
    )
      throw damaged(file, 'it was written on a big-endian machine');
    const value = unpickle(await readEntry(handle, pickle), {
      allows: (name) => GLOBALS.has(name),
      call: (name, args) => callGlobal(name, args, file),
      persistent: (id) => new PickleObject(storageOf(id, entries, root)),
    });
    if (!(value instanceof Map)) throw damaged(file, 'it holds no dictionary');
    return convertDict(value, file, new Map(), 0);
  } catch (error) {
    if (error instanceof RpcError) throw error;
    throw damagedBy(file, error);
  } finally {
    await handle.close();
  }
}

/**
 * A storage's persistent id: ('storage', class, key, device, number of elements). The device it was
 * on does not matter.
 */
function storageOf(id: PickleValue, entries: ReadonlyMap<string, Entry>, root: string): Storage {
  const [kind, type, key, , count] = Array.isArray(id) ? (id as PickleValue[]) : [];
  const dtype = STORAGES[typeName(type)];
  if (kind !== 'storage' || !dtype || typeof key !== 'string' || typeof count !== 'number')
    throw new Error('its pickle refers to an unknown storage');
  const entry = entries.get(`${root}data/${key}`);
  if (!entry) throw new Error(`the storage ${quoted(key)} is missing`);
  if (count * DTYPES[dtype].bytes !== entry.length)
    throw new Error(
      `the storage ${quoted(key)} has ${entry.length} bytes where ${count} × ${dtype} are named`,
    );
  return { dtype, ...entry };
}

const typeName = (value: PickleValue | undefined): string =>
  typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string'
    ? value.name
    : '';

function callGlobal(name: string, args: readonly PickleValue[], file: string): PickleValue {
  if (name === ORDERED_DICT) return orderedDict(args);
  if (name === REBUILD_PARAMETER) return args[0] ?? null;
  if (name === REBUILD_TENSOR) return new PickleObject(tensorFrom(args, file));
  throw new Error(`its pickle calls ${name}`);
}

function orderedDict(args: readonly PickleValue[]): PickleDict {
  const dict: PickleDict = new Map();
  const pairs: readonly PickleValue[] = Array.isArray(args[0]) ? (args[0] as PickleValue[]) : [];
  for (const pair of pairs)
    if (Array.isArray(pair))
      dict.set(
        (pair[0] as PickleValue | undefined) ?? null,
        (pair[1] as PickleValue | undefined) ?? null,
      );
  return dict;
}

/**
 * `_rebuild_tensor_v2(storage, storage_offset, size, stride, …)`; a view that is not contiguous
 * can't be used in place.
 */
function tensorFrom(
  [storage, start, shape, strides]: readonly PickleValue[],
  file: string,
): Omit<TensorInfo, 'name'> {
  if (!(storage instanceof PickleObject) || !isStorage(storage.value))
    throw new Error('a tensor has no storage');
  if (
    typeof start !== 'number' ||
    !Number.isSafeInteger(start) ||
    start < 0 ||
    !isShape(shape) ||
    !isShape(strides)
  )
    throw new Error('a tensor has no valid shape');
  if (!isContiguous(shape, strides))
    throw new Error(`a tensor of shape [${shape.join(', ')}] is a view that is not contiguous`);
  const { dtype, offset, length } = storage.value;
  const { bytes } = DTYPES[dtype];
  const size = elementsOf(shape) * bytes;
  if (start * bytes + size > length)
    throw new Error(`a tensor of shape [${shape.join(', ')}] lies outside its storage`);
  return { dtype, shape, file, offset: offset + start * bytes, length: size };
}

function isStorage(value: unknown): value is Storage {
  return (
    typeof value === 'object' &&
    value !== null &&
    'offset' in value &&
    'length' in value &&
    'dtype' in value &&
    !('shape' in value)
  );
}

function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    const dim = shape[i] ?? 0;
    if (dim !== 1 && strides[i] !== expected) return false;
    expected *= dim;
  }
  return shape.length === strides.length;
}

/** Values that are met twice are converted once, so the work is that of the pickle. */
type Seen = Map<PickleValue, CheckpointValue>;

function convertDict(dict: PickleDict, file: string, seen: Seen, depth: number): CheckpointDict {
  if (depth > LIMITS.depth)
    throw damaged(file, `its dictionaries lie in each other more than ${LIMITS.depth} deep`);
  const known = seen.get(dict);
  if (isDict(known)) return known;
  const result = new Map<string, CheckpointValue>();
  seen.set(dict, result);
  for (const [key, value] of dict)
    if (typeof key === 'string') result.set(key, convert(value, file, seen, depth + 1));
  return result;
}

function convert(value: PickleValue, file: string, seen: Seen, depth: number): CheckpointValue {
  if (value instanceof Map) return convertDict(value, file, seen, depth);
  if (value instanceof PickleObject) {
    if (isStorage(value.value)) throw damaged(file, 'it holds a bare storage');
    return value.value as Omit<TensorInfo, 'name'>;
  }
  if (Array.isArray(value)) return convertList(value as PickleValue[], seen);
  if (typeof value === 'object' && value !== null) return null;
  return value;
}

function convertList(list: readonly PickleValue[], seen: Seen): CheckpointValue {
  const known = seen.get(list);
  if (known !== undefined) return known;
  const result = list.map((item) => (typeof item === 'object' && item !== null ? null : item));
  seen.set(list, result);
  return result;
}

/** Whether a value of a checkpoint is a tensor. */
export function isTensor(value: CheckpointValue | undefined): value is Omit<TensorInfo, 'name'> {
  return typeof value === 'object' && value !== null && 'shape' in value;
}

/** Whether a value of a checkpoint is a dictionary. */
export const isDict = (value: CheckpointValue | undefined): value is CheckpointDict =>
  value instanceof Map;
