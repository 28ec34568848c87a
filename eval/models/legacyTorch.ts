import { readFile } from 'node:fs/promises';
import { elementsOf, isShape } from '../../src/engine/checkpoint/checkpoint';
import { PickleObject, type PickleValue } from '../../src/engine/checkpoint/pickleMachine';
import { unpickle } from '../../src/engine/checkpoint/unpickle';

export type FloatTensor = { readonly shape: readonly number[]; readonly values: Float32Array };

/** A pickle of protocol 2 begins with these bytes, and the one before it ends with a full stop. */
const BOUNDARY = Buffer.from([0x2e, 0x80, 0x02]);
const GLOBALS = new Set([
  'torch._utils._rebuild_tensor_v2',
  'collections.OrderedDict',
  'torch.FloatStorage',
]);

type Storage = { readonly key: string; readonly length: number };
type Located = {
  readonly storage: Storage;
  readonly start: number;
  readonly shape: readonly number[];
};

/**
 * Reads a state dictionary of 32-bit floats that `torch.save` wrote before torch 1.6: five pickles
 * (a magic number, a version, facts about the machine, the dictionary, the keys of the storages in
 * order), then every storage as its length (int64) and its bytes. Nothing is executed.
 */
export async function readLegacyTorch(file: string | Buffer): Promise<Map<string, FloatTensor>> {
  const bytes = typeof file === 'string' ? await readFile(file) : file;
  const starts = [0];
  while (starts.length < 5) {
    const boundary = bytes.indexOf(BOUNDARY, starts.at(-1));
    if (boundary < 0) throw new Error('This is no checkpoint in the format of torch before 1.6.');
    starts.push(boundary + 1);
  }
  const [, , , dictAt, keysAt] = starts;
  const storages = new Map<string, Storage>();
  const hooks = {
    allows: (name: string): boolean => GLOBALS.has(name),
    call: (name: string, args: readonly PickleValue[]): PickleValue =>
      name === 'collections.OrderedDict'
        ? new Map<PickleValue, PickleValue>()
        : new PickleObject(locate(args)),
    persistent: (id: PickleValue): PickleValue => {
      const [, , key, , length] = Array.isArray(id) ? (id as PickleValue[]) : [];
      if (typeof key !== 'string' || typeof length !== 'number')
        throw new Error('The checkpoint refers to an unknown storage.');
      const storage = { key, length };
      storages.set(key, storage);
      return new PickleObject(storage);
    },
  };
  const dict = unpickle(bytes.subarray(dictAt, keysAt), hooks);
  const keys = unpickle(bytes.subarray(keysAt), hooks);
  if (!(dict instanceof Map) || !Array.isArray(keys))
    throw new Error('The checkpoint holds no dictionary.');

  const total = [...storages.values()].reduce((sum, { length }) => sum + 8 + 4 * length, 0);
  const offsets = new Map<string, number>();
  let at = bytes.length - total;
  for (const key of keys as PickleValue[]) {
    const storage = typeof key === 'string' ? storages.get(key) : undefined;
    if (!storage || Number(bytes.readBigInt64LE(at)) !== storage.length)
      throw new Error('The storages of the checkpoint are not where they should be.');
    offsets.set(storage.key, at + 8);
    at += 8 + 4 * storage.length;
  }
  const tensors = new Map<string, FloatTensor>();
  for (const [name, value] of dict) {
    if (typeof name !== 'string' || !(value instanceof PickleObject)) continue;
    const { storage, start, shape } = value.value as Located;
    const from = (offsets.get(storage.key) ?? 0) + 4 * start;
    tensors.set(name, {
      shape,
      values: Float32Array.from({ length: elementsOf(shape) }, (_, i) =>
        bytes.readFloatLE(from + 4 * i),
      ),
    });
  }
  return tensors;
}

/** `_rebuild_tensor_v2(storage, offset, shape, strides, …)` of a contiguous tensor. */
function locate([storage, start, shape, strides]: readonly PickleValue[]): Located {
  if (
    !(storage instanceof PickleObject) ||
    typeof start !== 'number' ||
    !isShape(shape) ||
    !isShape(strides)
  )
    throw new Error('A tensor of the checkpoint has no valid shape.');
  let expected = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    if (shape[i] !== 1 && strides[i] !== expected)
      throw new Error('A tensor of the checkpoint is not contiguous.');
    expected *= shape[i] ?? 0;
  }
  return { storage: storage.value as Storage, start, shape };
}
