import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { readSmallText } from '../../files/readSmall';
import { MANIFEST_LIMIT } from '../../shared/modelProtocol';
import type { Tensors } from '../checkpoint/checkpoint';
import { damagedBy } from '../checkpoint/damaged';
import { jsonProblem } from '../checkpoint/jsonLimits';
import { readSafetensors } from '../checkpoint/safetensors';
import { readTorchZip } from '../checkpoint/torchZip';
import {
  parseUNetConfig,
  parseVaeConfig,
  type UNetConfig,
  type VaeConfig,
} from '../graph/sd21/config';
import type { AdapterFile } from '../graph/sd21/adapterFiles';
import { METHODS, type Method } from './method';
import type { DiffusionModel } from '../models/kinds/diffusion';
import { phrase, WordedError } from '../../shared/phrase';

/**
 * Everything that the graphs are built from: names, shapes and places of all weights, but none of
 * their bytes.
 */
export type PisaCheckpoint = {
  /** Folder that the graphs' external weights are relative to. */
  readonly folder: string;
  readonly unetConfig: UNetConfig;
  readonly vaeConfig: VaeConfig;
  readonly unet: Tensors;
  readonly vae: Tensors;
  readonly method: Method;
  readonly adapters: AdapterFile;
  /** The text encoder's output for the prompt, [tokens, crossAttentionDim]. */
  readonly context: Float32Array;
  /** The tiny decoder that drafts are made with, where it is installed. */
  readonly draft: Tensors | undefined;
};

/**
 * Reads an installed model's headers and configurations (about a megabyte, whatever the weights'
 * size). `context` is that of a prompt; the empty one's unless given.
 */
export async function readPisaCheckpoint(
  { manifest, folder }: DiffusionModel,
  context?: Float32Array,
): Promise<PisaCheckpoint> {
  const { parts, draft } = manifest;
  const method = METHODS[manifest.kind];
  const at = (place: string): string => path.join(folder, ...place.split('/'));
  const file = (part: keyof typeof parts): string => at(parts[part].path);
  const [unetConfig, vaeConfig] = await Promise.all([
    readConfig(file('unetConfig'), parseUNetConfig),
    readConfig(file('vaeConfig'), parseVaeConfig),
  ]);
  const [unet, vae, adapters] = await Promise.all([
    readSafetensors(file('unet')),
    readSafetensors(file('vae')),
    readAdapters(file('loras'), method),
  ]);
  return {
    folder,
    unetConfig,
    vaeConfig,
    unet,
    vae,
    method,
    adapters,
    context: context ?? (await readContext(file('context'), unetConfig)),
    draft: draft && (await readSafetensors(at(draft.path))),
  };
}

export async function readConfig<T>(file: string, parse: (json: unknown) => T): Promise<T> {
  try {
    const text = await readSmallText(file, { limit: MANIFEST_LIMIT, followLinks: true });
    const problem = jsonProblem(Buffer.from(text));
    if (problem !== undefined) throw new WordedError(phrase`it ${problem}`);
    return parse(JSON.parse(text) as unknown);
  } catch (error) {
    throw damagedBy(file, error);
  }
}

async function readAdapters(file: string, method: Method): Promise<AdapterFile> {
  const checkpoint = await readTorchZip(file);
  try {
    return method.read(checkpoint);
  } catch (error) {
    throw damagedBy(file, error);
  }
}

const BYTES = 4;

async function readContext(file: string, { crossAttentionDim }: UNetConfig): Promise<Float32Array> {
  const bytes = await readFile(file);
  if (bytes.length === 0 || bytes.length % (BYTES * crossAttentionDim) !== 0)
    throw damagedBy(
      file,
      new WordedError(
        phrase`it has ${bytes.length} bytes, no multiple of ${BYTES} × ${crossAttentionDim}`,
      ),
    );
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}
