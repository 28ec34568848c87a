import type { FileHandle } from 'node:fs/promises';
import { openRegular } from '../../files/openRegular';
import { RpcError } from '../../shared/rpc';
import { damagedBy } from './damaged';
import { LIMITS, quoted } from './limits';
import type { PickleHooks, PickleValue } from './pickleMachine';
import {
  checkpointDict,
  torchHooks,
  type CheckpointDict,
  type Place,
  type StorageName,
} from './torchValues';
import { unpickle, unpickleFirst } from './unpickle';
import { phrase, WordedError } from '../../shared/phrase';

/** The first pickle: the number 0x1950a86a20f9469cfc6c, in protocol 2. */
export const LEGACY_MAGIC = Buffer.from('80028a0a6cfc9c46f9206aa850192e', 'hex');
const VERSION = 1001;
const COUNT_BYTES = 8;

/** For the pickles that hold plain values only. */
const PLAIN: PickleHooks = {
  allows: () => false,
  call: (name) => {
    throw new WordedError(phrase`its pickle calls ${name}`);
  },
  persistent: () => {
    throw new WordedError(phrase`its pickle refers to an unknown storage`);
  },
};

/**
 * Reads what `torch.save` wrote before torch 1.6: five pickles one after another (a magic number, a
 * version, facts about the machine, the object, the storages' keys in order), then each storage as
 * its number of elements (int64) and its bytes. Tensors are located, not loaded; nothing is executed.
 * `lenient`: objects of unknown classes are left out. Rejects with `checkpoint-damaged`.
 */
export async function readTorchLegacy(file: string, lenient = false): Promise<CheckpointDict> {
  const { handle, size } = await openRegular(file, { followLinks: true });
  try {
    const bytes = await readStart(handle, Math.min(size, LIMITS.pickleBytes));
    let at = LEGACY_MAGIC.length;
    const next = (hooks: PickleHooks): PickleValue => {
      const { value, end } = unpickleFirst(bytes.subarray(at), hooks);
      at += end;
      return value;
    };
    if (next(PLAIN) !== VERSION)
      throw new WordedError(phrase`it is of an unknown version of the format`);
    const machine = next(PLAIN);
    if (!(machine instanceof Map) || machine.get('little_endian') !== true)
      throw new WordedError(phrase`it was written on a big-endian machine`);
    // Where storages lie is only known after the object, which is therefore read twice.
    const names = new Map<string, StorageName>();
    const begin = at;
    next(torchHooks(file, (storage) => named(storage, names), lenient));
    const object = bytes.subarray(begin, at);
    const keys = next(PLAIN);
    const places = await locate(handle, keys, names, at, size);
    const placed = ({ key }: StorageName): Place => {
      const place = places.get(key);
      if (!place) throw new WordedError(phrase`the storage ${quoted(key)} is missing`);
      return place;
    };
    return checkpointDict(unpickle(object, torchHooks(file, placed, lenient)), file);
  } catch (error) {
    if (error instanceof RpcError) throw error;
    throw damagedBy(file, error);
  } finally {
    await handle.close();
  }
}

async function readStart(handle: FileHandle, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await handle.read(bytes, 0, length, 0);
  if (!bytes.subarray(0, LEGACY_MAGIC.length).equals(LEGACY_MAGIC))
    throw new WordedError(phrase`it is not a file of torch before version 1.6`);
  return bytes.subarray(0, bytesRead);
}

/** Notes a storage; a key that is met again must mean the same. Its place is not known yet. */
function named(storage: StorageName, names: Map<string, StorageName>): Place {
  const known = names.get(storage.key);
  if (known && (known.elements !== storage.elements || known.bytes !== storage.bytes))
    throw new WordedError(phrase`the storage ${quoted(storage.key)} is named with two sizes`);
  names.set(storage.key, storage);
  return { offset: 0, length: storage.elements * storage.bytes };
}

/** Walks the storages behind the pickles in the order of their keys. */
async function locate(
  handle: FileHandle,
  keys: PickleValue,
  names: ReadonlyMap<string, StorageName>,
  start: number,
  size: number,
): Promise<Map<string, Place>> {
  if (!Array.isArray(keys)) throw new WordedError(phrase`it holds no list of its storages`);
  const places = new Map<string, Place>();
  const count = Buffer.alloc(COUNT_BYTES);
  let at = start;
  for (const key of keys as PickleValue[]) {
    const storage = typeof key === 'string' ? names.get(key) : undefined;
    if (!storage || places.has(storage.key))
      throw new WordedError(phrase`its list of storages is not the one that its tensors need`);
    const length = storage.elements * storage.bytes;
    if (at + COUNT_BYTES + length > size)
      throw new WordedError(
        phrase`it ends inside the storage ${quoted(storage.key)}; the file is cut off`,
      );
    await handle.read(count, 0, COUNT_BYTES, at);
    if (count.readBigInt64LE() !== BigInt(storage.elements))
      throw new WordedError(
        phrase`the storage ${quoted(storage.key)} has another size than its tensors say`,
      );
    places.set(storage.key, { offset: at + COUNT_BYTES, length });
    at += COUNT_BYTES + length;
  }
  return places;
}

/** Whether a file begins as such a checkpoint does. */
export const isLegacyTorch = (start: Buffer): boolean =>
  start.subarray(0, LEGACY_MAGIC.length).equals(LEGACY_MAGIC);
