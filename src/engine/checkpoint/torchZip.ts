import { openRegular } from '../../files/openRegular';
import { RpcError } from '../../shared/rpc';
import { readDirectory, readEntry, TORCHSCRIPT, type Entry } from './archive';
import { damaged, damagedBy, notWeights } from './damaged';
import { LIMITS, quoted } from './limits';
import { checkpointDict, torchHooks, type CheckpointDict, type StorageName } from './torchValues';
import { unpickle } from './unpickle';
import { phrase, WordedError } from '../../shared/phrase';

/**
 * Reads a `.pkl` or `.pt` file that `torch.save` wrote (since torch 1.6 a zip archive of stored
 * entries: `data.pkl` and one file a storage). Tensors are not loaded but located. Nothing in the
 * file is executed; a pickle that names anything but tensors, storages and dictionaries is refused,
 * or, when `lenient`, what it names is left out. Rejects with `checkpoint-damaged` or `cancelled`.
 */
export async function readTorchZip(
  file: string,
  signal?: AbortSignal,
  lenient = false,
): Promise<CheckpointDict> {
  const { handle } = await openRegular(file, { followLinks: true });
  try {
    const { entries, root } = await readDirectory(handle, file, signal);
    if (
      entries.has(`${root}constants.pkl`) &&
      [...entries.keys()].some((name) => name.startsWith(`${root}code/`))
    )
      throw notWeights(file, TORCHSCRIPT);
    const pickle = entries.get(`${root}data.pkl`);
    if (!pickle) throw damaged(file, phrase`the archive holds no data.pkl`);
    if (pickle.length > LIMITS.pickleBytes)
      throw damaged(file, phrase`its pickle claims ${pickle.length} bytes`);
    const byteOrder = entries.get(`${root}byteorder`);
    if (
      byteOrder &&
      byteOrder.length < 16 &&
      (await readEntry(handle, byteOrder)).toString().trim() === 'big'
    )
      throw damaged(file, phrase`it was written on a big-endian machine`);
    const value = unpickle(
      await readEntry(handle, pickle),
      torchHooks(file, (storage) => entryOf(storage, entries, root), lenient),
    );
    return checkpointDict(value, file);
  } catch (error) {
    if (error instanceof RpcError) throw error;
    throw damagedBy(file, error);
  } finally {
    await handle.close();
  }
}

function entryOf(
  { key, elements, bytes }: StorageName,
  entries: ReadonlyMap<string, Entry>,
  root: string,
): Entry {
  const entry = entries.get(`${root}data/${key}`);
  if (!entry) throw new WordedError(phrase`the storage ${quoted(key)} is missing`);
  if (elements * bytes !== entry.length)
    throw new WordedError(
      phrase`the storage ${quoted(key)} has ${entry.length} bytes where ${elements} × ${bytes} are named`,
    );
  return entry;
}
