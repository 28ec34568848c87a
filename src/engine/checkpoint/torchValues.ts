import { elementsOf, isShape, type Dtype, type TensorInfo } from './checkpoint';
import { damaged, notWeights } from './damaged';
import { LIMITS, quoted } from './limits';
import { PickleObject, type PickleDict, type PickleHooks, type PickleValue } from './pickleMachine';
import { phrase, WordedError } from '../../shared/phrase';

/**
 * torch's storages by their class: bytes of an element, and the type where networks here use it.
 * Tensors of other types are left out.
 */
const STORAGES: Readonly<Record<string, { readonly bytes: number; readonly dtype?: Dtype }>> = {
  'torch.FloatStorage': { bytes: 4, dtype: 'F32' },
  'torch.HalfStorage': { bytes: 2, dtype: 'F16' },
  'torch.BFloat16Storage': { bytes: 2, dtype: 'BF16' },
  'torch.LongStorage': { bytes: 8, dtype: 'I64' },
  'torch.DoubleStorage': { bytes: 8 },
  'torch.IntStorage': { bytes: 4 },
  'torch.ShortStorage': { bytes: 2 },
  'torch.CharStorage': { bytes: 1 },
  'torch.ByteStorage': { bytes: 1 },
  'torch.BoolStorage': { bytes: 1 },
};
const REBUILD_TENSOR = 'torch._utils._rebuild_tensor_v2';
const REBUILD_PARAMETER = 'torch._utils._rebuild_parameter';
const ORDERED_DICT = 'collections.OrderedDict';
const SIZE = 'torch.Size';
const GLOBALS = new Set([
  REBUILD_TENSOR,
  REBUILD_PARAMETER,
  ORDERED_DICT,
  SIZE,
  ...Object.keys(STORAGES).filter((name) => STORAGES[name]?.dtype !== undefined),
]);

/** A storage as the pickle names it, before it is known where it lies. */
export type StorageName = {
  readonly key: string;
  readonly elements: number;
  readonly bytes: number;
};
/** Where a storage's bytes lie in the file. */
export type Place = { readonly offset: number; readonly length: number };
type Storage = Place & { readonly dtype: Dtype | undefined; readonly elementBytes: number };

/** What a pickle holds that no network needs: an optimizer's settings, a training's options. */
const OPAQUE = Symbol('opaque');

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
 * How a pickle of `torch.save` is read: tensors become the places of their bytes, which `place` tells
 * by a storage's name. `lenient`: objects of other classes are left out, unseen, instead of refused;
 * nothing of them is executed either way.
 */
export function torchHooks(
  file: string,
  place: (storage: StorageName) => Place,
  lenient = false,
): PickleHooks {
  return {
    allows: (name) => lenient || GLOBALS.has(name),
    call: (name, args) => callGlobal(name, args, file, lenient),
    persistent: (id) => new PickleObject(storageOf(id, place)),
    lenient,
  };
}

/**
 * A storage's persistent id: ('storage', class, key, device, number of elements, view). The device it
 * was on does not matter.
 */
function storageOf(id: PickleValue, place: (storage: StorageName) => Place): Storage {
  const [kind, type, key, , elements, view] = Array.isArray(id) ? (id as PickleValue[]) : [];
  const storage = STORAGES[typeName(type)];
  if (
    kind !== 'storage' ||
    !storage ||
    typeof key !== 'string' ||
    typeof elements !== 'number' ||
    !Number.isSafeInteger(elements) ||
    elements < 0
  )
    throw new WordedError(phrase`its pickle refers to an unknown storage`);
  if (view !== undefined && view !== null)
    throw new WordedError(
      phrase`the storage ${quoted(key)} is a part of another, which can't be used`,
    );
  const { bytes, dtype } = storage;
  return { ...place({ key, elements, bytes }), dtype, elementBytes: bytes };
}

const typeName = (value: PickleValue | undefined): string =>
  typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string'
    ? value.name
    : '';

function callGlobal(
  name: string,
  args: readonly PickleValue[],
  file: string,
  lenient: boolean,
): PickleValue {
  if (name === ORDERED_DICT) return orderedDict(args);
  if (name === REBUILD_PARAMETER) return args[0] ?? null;
  if (name === REBUILD_TENSOR) return new PickleObject(tensorFrom(args, file, lenient));
  if (name === SIZE) return Array.isArray(args[0]) ? (args[0] as PickleValue[]) : [];
  if (lenient && !GLOBALS.has(name)) return new PickleObject(OPAQUE);
  throw new WordedError(phrase`its pickle calls ${name}`);
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
 * `_rebuild_tensor_v2(storage, storage_offset, size, stride, …)`. Where `views` are wanted a
 * transposed one is told with its order of axes; any other that is not contiguous can't be used in
 * place.
 */
function tensorFrom(
  [storage, start, shape, strides]: readonly PickleValue[],
  file: string,
  views: boolean,
): Omit<TensorInfo, 'name'> | typeof OPAQUE {
  if (!(storage instanceof PickleObject) || !isStorage(storage.value))
    throw new WordedError(phrase`a tensor has no storage`);
  if (
    typeof start !== 'number' ||
    !Number.isSafeInteger(start) ||
    start < 0 ||
    !isShape(shape) ||
    !isShape(strides)
  )
    throw new WordedError(phrase`a tensor has no valid shape`);
  const order = orderOf(shape, strides);
  if (!order || (!views && order.some((axis, i) => axis !== i)))
    throw new WordedError(
      phrase`a tensor of shape [${shape.join(', ')}] is a view that is not contiguous`,
    );
  const { dtype, offset, length, elementBytes } = storage.value;
  const size = elementsOf(shape) * elementBytes;
  if (start * elementBytes + size > length)
    throw new WordedError(phrase`a tensor of shape [${shape.join(', ')}] lies outside its storage`);
  if (dtype === undefined) return OPAQUE;
  return {
    dtype,
    shape,
    file,
    offset: offset + start * elementBytes,
    length: size,
    ...(order.some((axis, i) => axis !== i) ? { order } : {}),
  };
}

function isStorage(value: unknown): value is Storage {
  return typeof value === 'object' && value !== null && 'elementBytes' in value;
}

/**
 * The order of the axes in which the elements lie one after another, the widest steps first;
 * undefined where there is none. Axes of one element may have any stride, and keep their places.
 */
function orderOf(shape: readonly number[], strides: readonly number[]): number[] | undefined {
  if (shape.length !== strides.length) return undefined;
  const moving = shape.flatMap((dim, axis) => (dim === 1 ? [] : [axis]));
  const sorted = moving.toSorted((a, b) => (strides[b] ?? 0) - (strides[a] ?? 0));
  const order = shape.map((dim, axis) => (dim === 1 ? axis : (sorted[moving.indexOf(axis)] ?? 0)));
  let expected = 1;
  for (const axis of order.toReversed()) {
    const dim = shape[axis] ?? 0;
    if (dim !== 1 && dim !== 0 && strides[axis] !== expected) return undefined;
    expected *= dim;
  }
  return order;
}

/** Values that are met twice are converted once, so the work is that of the pickle. */
type Seen = Map<PickleValue, CheckpointValue>;

/** What a pickle left, as a checkpoint's values. Rejects with `checkpoint-damaged`. */
export function checkpointDict(value: PickleValue, file: string): CheckpointDict {
  if (value instanceof PickleObject && value.value === OPAQUE)
    throw notWeights(
      file,
      phrase`it is an object of a Python program (a whole model, or a training's settings) instead of weights; save its state_dict() instead`,
    );
  if (!(value instanceof Map)) throw damaged(file, phrase`it holds no dictionary of weights`);
  return convertDict(value, file, new Map(), 0);
}

function convertDict(dict: PickleDict, file: string, seen: Seen, depth: number): CheckpointDict {
  if (depth > LIMITS.depth)
    throw damaged(file, phrase`its dictionaries lie in each other more than ${LIMITS.depth} deep`);
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
    if (value.value === OPAQUE) return null;
    if (isStorage(value.value)) throw damaged(file, phrase`it holds a bare storage`);
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
