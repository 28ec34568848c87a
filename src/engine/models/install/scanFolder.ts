import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Tensors } from '../../checkpoint/checkpoint';
import { readSafetensors } from '../../checkpoint/safetensors';
import type { AdapterFile } from '../../graph/sd21/adapterFiles';
import type { Method } from '../../pisa/method';
import { readTorchZip } from '../../checkpoint/torchZip';
import { throwIfCancelled } from '../../errors';
import { wordsOf } from '../../../shared/rpc';
import type { Precision } from '../../../shared/modelProtocol';
import { phrase, type Words } from '../../../shared/phrase';

/** What a checkpoint file is, told by the tensors in it and not by its name. */
export type NetworkRole = 'unet' | 'vae' | 'textEncoder' | 'draft';

export type NetworkFile = {
  readonly role: NetworkRole;
  readonly file: string;
  readonly tensors: Tensors;
  readonly precision: Precision;
};
export type LoraFile = { readonly file: string; readonly adapters: AdapterFile };

/** A file that looks like a checkpoint and can't be read. */
export type UnreadableFile = { readonly file: string; readonly reason: Words };

export type ScannedFolder = {
  readonly networks: readonly NetworkFile[];
  readonly loras: readonly LoraFile[];
  readonly unreadable: readonly UnreadableFile[];
  /** A file with the text encoder's output, where an installed model has it. */
  readonly context?: string | undefined;
  /** The tokenizer's merges. */
  readonly merges?: string | undefined;
};

const MOST_FILES = 5000;
const DEEPEST = 4;
/** A tensor that only one kind of network has. */
const MARKS: readonly (readonly [NetworkRole, RegExp])[] = [
  ['unet', /^down_blocks\.0\.attentions\.0\.transformer_blocks\.0\.attn2\.to_k\.weight$/],
  ['vae', /^decoder\.conv_in\.weight$/],
  ['draft', /^decoder\.layers\.0\.weight$/],
  ['textEncoder', /^(text_model\.)?embeddings\.token_embedding\.weight$/],
];

/**
 * Finds a pipeline's checkpoints in a folder, whatever their layout: Hugging Face's sub-folders,
 * its cache of links, or all files flat. `method` says whose LoRAs are meant.
 */
export async function scanFolder(
  folder: string,
  method: Method,
  signal: AbortSignal,
): Promise<ScannedFolder> {
  const networks: NetworkFile[] = [];
  const loras: LoraFile[] = [];
  const unreadable: UnreadableFile[] = [];
  let merges: string | undefined;
  for (const found of await listFiles(folder)) {
    throwIfCancelled(signal);
    if (path.basename(found).toLowerCase() === 'merges.txt') merges ??= found;
    const extension = path.extname(found).toLowerCase();
    try {
      if (extension === '.safetensors') {
        const network = await readNetwork(found);
        if (network) networks.push(network);
      } else if (['.pkl', '.pt', '.pth'].includes(extension)) {
        const checkpoint = await readTorchZip(found, signal);
        if (method.isFile(checkpoint))
          loras.push({ file: found, adapters: method.read(checkpoint) });
      }
    } catch (error) {
      throwIfCancelled(signal);
      const inside = path.relative(folder, path.dirname(found));
      const reason = wordsOf(error);
      unreadable.push({
        file: found,
        reason: inside === '' ? reason : phrase`in ${inside}: ${reason}`,
      });
    }
  }
  return { networks, loras, unreadable, merges };
}

/** Undefined for a file that is none of the pipeline's networks. */
export async function readNetwork(found: string): Promise<NetworkFile | undefined> {
  const tensors = await readSafetensors(found);
  const role = MARKS.find(([, mark]) => [...tensors.keys()].some((name) => mark.test(name)))?.[0];
  if (!role) return undefined;
  const halves = [...tensors.values()].filter(
    ({ dtype }) => dtype === 'F16' || dtype === 'BF16',
  ).length;
  return { role, file: found, tensors, precision: halves > tensors.size / 2 ? 'fp16' : 'fp32' };
}

/**
 * Every file below a folder, as the person sees it (links are followed by whoever reads them), in a
 * fixed order.
 */
async function listFiles(folder: string): Promise<string[]> {
  const files: string[] = [];
  const seen = new Set<string>();
  const visit = async (at: string, depth: number): Promise<void> => {
    const real = await realpath(at);
    if (seen.has(real) || depth > DEEPEST) return;
    seen.add(real);
    for (const name of (await readdir(at)).sort()) {
      if (files.length >= MOST_FILES) return;
      const child = path.join(at, name);
      const info = await stat(child).catch(() => undefined);
      if (info?.isDirectory()) await visit(child, depth + 1);
      else if (info?.isFile()) files.push(child);
    }
  };
  await visit(folder, 0);
  return files;
}
