import { openRegular } from '../../files/openRegular';
import type { TensorInfo } from '../checkpoint/checkpoint';
import { damaged, notWeights } from '../checkpoint/damaged';
import { readSafetensors } from '../checkpoint/safetensors';
import { isLegacyTorch, readTorchLegacy } from '../checkpoint/torchLegacy';
import { isDict, isTensor, type CheckpointDict } from '../checkpoint/torchValues';
import { readTorchZip } from '../checkpoint/torchZip';
import { StateDict } from './stateDict';
import { withoutWeights, wrongStart } from './wrongFiles';
import { phrase } from '../../shared/phrase';

/** More than any magic number, and the beginning of a web page. */
const START_BYTES = 64;
/** Where trainers put the weights beside other things; averaged ones before the last step's. */
const WRAPPERS = [
  'model_state_dict',
  'state_dict',
  'params_ema',
  'params-ema',
  'params',
  'model',
  'net',
];
/** What parallel training and wrapping modules put before every name. */
const PREFIXES = ['module.', 'netG.', 'generator.'];
/** Buffers that can be computed anew, and counters of profilers. */
const IGNORED =
  /(^|\.)(total_ops|total_params|num_batches_tracked|attn_mask|attn_mask_[01]|relative_position_index)$/;

/**
 * The weights of one network in a file that a trainer saved: torch's zip archives, its older format,
 * or safetensors, told apart by the first bytes. Rejects with `checkpoint-damaged`.
 */
export async function openStateDict(file: string, signal?: AbortSignal): Promise<StateDict> {
  const start = await firstBytes(file);
  if (start.subarray(0, 4).equals(Buffer.from('PK\x03\x04', 'latin1')))
    return fromCheckpoint(await readTorchZip(file, signal, true), file);
  if (isLegacyTorch(start)) return fromCheckpoint(await readTorchLegacy(file, true), file);
  if (start.readUInt8(8) === '{'.charCodeAt(0))
    return named(new Map([...(await readSafetensors(file))]), new Map(), file);
  throw damaged(
    file,
    wrongStart(start) ??
      phrase`it is neither a checkpoint of torch nor a safetensors file, whatever its name ends in`,
  );
}

async function firstBytes(file: string): Promise<Buffer> {
  const { handle } = await openRegular(file, { followLinks: true });
  try {
    const bytes = Buffer.alloc(START_BYTES);
    await handle.read(bytes, 0, bytes.length, 0);
    return bytes;
  } finally {
    await handle.close();
  }
}

function fromCheckpoint(root: CheckpointDict, file: string): StateDict {
  const dict = unwrapped(root);
  const tensors = new Map<string, TensorInfo>();
  const numbers = new Map<string, number>();
  for (const [name, value] of dict) {
    if (isTensor(value)) tensors.set(name, { name, ...value });
    else if (typeof value === 'number') numbers.set(name, value);
  }
  if (tensors.size === 0) throw notWeights(file, withoutWeights([...dict.keys()]));
  return named(tensors, numbers, file);
}

/** The dictionary of tensors inside what a trainer saved. */
function unwrapped(root: CheckpointDict): CheckpointDict {
  for (const name of WRAPPERS) {
    const inner = root.get(name);
    if (isDict(inner)) return inner;
  }
  const [only] = [...root.values()];
  return root.size === 1 && isDict(only) ? only : root;
}

function named(
  tensors: ReadonlyMap<string, TensorInfo>,
  numbers: ReadonlyMap<string, number>,
  file: string,
): StateDict {
  let kept = [...tensors].filter(([name]) => !IGNORED.test(name));
  if (kept.length === 0) throw damaged(file, phrase`it holds no weights of a network`);
  for (const prefix of PREFIXES)
    if (kept.every(([name]) => name.startsWith(prefix)))
      kept = kept.map(([name, info]) => [name.slice(prefix.length), info]);
  return new StateDict(new Map(kept.map(([name, info]) => [name, { ...info, name }])), numbers);
}
