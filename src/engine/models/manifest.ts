import type { Size, SizeRule } from '../../shared/geometry';
import type { Branch } from '../../shared/guidance';
import { INSTALLABLE_MODELS, type InstallableModel } from '../../shared/installableModels';
import { PRECISIONS, type Precision } from '../../shared/modelProtocol';
import { quoted, quotedJson } from '../checkpoint/limits';
import { isOneOf } from '../../shared/oneOf';
import { CPU_PRECISIONS, type CpuPrecision } from '../../shared/settings';
import { FILE_KINDS, parseFileManifest, type FileManifest } from './community/fileManifest';
import { list, object, requireId, text, whole } from './manifestFields';
import { phrase, WordedError } from '../../shared/phrase';
import { isObject, type Json } from '../../shared/json';

/** A file of a model: `bytes` and `sha256` are checked before the model is opened. */
export type ModelFile = { readonly path: string; readonly bytes: number; readonly sha256: string };

/** What every model's manifest says. */
export type Descriptor = {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly scale: number;
  readonly branches: readonly Branch[];
  readonly licence: { readonly spdx: string; readonly source: string };
};

/**
 * A network that runs on tiles of the picture.
 *
 * The graph takes `image` [1,3,H,W], RGB in [0,1], and yields `base` (bicubic enlargement) and one
 * residual a branch, `pixel` and perhaps `semantic`, each [1,3,scale·H,scale·W].
 */
export type TiledDescriptor = Descriptor & {
  readonly sizeRule: SizeRule;
  /**
   * Input pixels that the engine mirrors around the picture. A network with zero padding darkens
   * the picture's edge as far as it effectively sees; with the margin that happens outside.
   */
  readonly margin: number;
  /**
   * Input pixels around a tile that its result depends on: at least the receptive field's radius.
   */
  readonly halo: number;
  /** Largest number of input pixels in one tile that runs in about 1 GB. */
  readonly tilePixels: number;
  /** The only size that a tile can have, where there is only one. */
  readonly tile?: Size;
  /** Input pixels over which neighbouring tiles pass into each other; less than the halo. */
  readonly feather?: number;
};

/**
 * A tiled network in one ONNX file. With `int8` among its precisions that is the form for 8 bits
 * (QDQ), from which the one in floats is made; see `floatForm`.
 */
export type TiledManifest = TiledDescriptor & {
  readonly kind: 'tiled';
  readonly precisions: readonly CpuPrecision[];
  readonly graph: ModelFile;
};

/**
 * The files of a model on Stable Diffusion: its checkpoints, the model's own LoRAs, and the text
 * encoder's output for the empty prompt.
 */
export const DIFFUSION_PARTS = [
  'unet',
  'unetConfig',
  'vae',
  'vaeConfig',
  'loras',
  'context',
] as const;
export type DiffusionPart = (typeof DIFFUSION_PARTS)[number];

/** What prompts need besides: the text encoder, and the merges that its vocabulary follows from. */
export const PROMPT_PARTS = ['textEncoder', 'textConfig', 'merges'] as const;
export type PromptPart = (typeof PROMPT_PARTS)[number];
export type PromptFiles = { readonly [part in PromptPart]: ModelFile };

/** Those models, each a kind of its own. */
export type DiffusionKind = InstallableModel;

/**
 * A model whose graphs the engine writes itself over the checkpoint files. It enlarges before its
 * networks run, so any scale is its own.
 */
export type DiffusionManifest = Descriptor & {
  readonly kind: DiffusionKind;
  readonly precision: Precision;
  /** Results smaller than this are computed at this size and reduced. */
  readonly processSize: number;
  readonly parts: { readonly [part in DiffusionPart]: ModelFile };
  /** SHA-256 of the files that could not be verified and that the person agreed to. */
  readonly accepted: readonly string[];
  /** Undefined where it is installed for the empty prompt alone. */
  readonly prompts?: PromptFiles;
  /** The tiny decoder that drafts are made with. What may be added later comes last; see `modelHash`. */
  readonly draft?: ModelFile;
};

/** A model's descriptor, read from its `manifest.json`. */
export type ModelManifest = TiledManifest | DiffusionManifest | FileManifest;

/** Reads a manifest from parsed JSON. Throws an error that names the first field that is wrong. */
export function parseManifest(json: unknown): ModelManifest {
  if (!isObject(json)) throw new WordedError(phrase`the manifest is not a JSON object`);
  if (isOneOf(INSTALLABLE_MODELS, json.kind)) return parseDiffusion(json, json.kind);
  if (isOneOf(FILE_KINDS, json.kind)) return parseFileManifest(json, json.kind);
  if (json.kind !== undefined && json.kind !== 'tiled')
    throw new WordedError(phrase`the kind ${quotedJson(json.kind)} is not known`);
  return parseTiled(json);
}

function parseTiled(json: Json): TiledManifest {
  const sizeRule = object(json, 'sizeRule');
  return {
    kind: 'tiled',
    ...withPixel(descriptor(json)),
    sizeRule: {
      multipleOf: whole(sizeRule, 'multipleOf', 1),
      minimum: whole(sizeRule, 'minimum', 1),
    },
    margin: whole(json, 'margin', 0),
    halo: whole(json, 'halo', 0),
    tilePixels: whole(json, 'tilePixels', 1),
    precisions: precisionsOf(json),
    graph: modelFile(json, 'graph'),
  };
}

/** `fp32` alone unless the manifest says more. */
function precisionsOf(json: Json): readonly CpuPrecision[] {
  if (json.precisions === undefined) return ['fp32'];
  const precisions = list(json, 'precisions').map((precision) => {
    if (!isOneOf(CPU_PRECISIONS, precision))
      throw new WordedError(phrase`the precision ${quotedJson(precision)} is not known`);
    return precision;
  });
  if (!precisions.includes('fp32'))
    throw new WordedError(phrase`a model needs the precision "fp32"`);
  return precisions;
}

function parseDiffusion(json: Json, kind: DiffusionKind): DiffusionManifest {
  const files = object(json, 'parts');
  const precision = text(json, 'precision');
  if (!isOneOf(PRECISIONS, precision))
    throw new WordedError(phrase`the precision ${quotedJson(precision)} is not known`);
  const parts = modelFiles(files, DIFFUSION_PARTS);
  return {
    kind,
    ...descriptor(json),
    precision,
    processSize: whole(json, 'processSize', 8),
    parts,
    accepted: json.accepted === undefined ? [] : hashes(json, 'accepted'),
    ...(json.prompts === undefined
      ? {}
      : { prompts: modelFiles(object(json, 'prompts'), PROMPT_PARTS) }),
    ...(json.draft === undefined ? {} : { draft: modelFile(json, 'draft') }),
  };
}

function descriptor(json: Json): Descriptor {
  const licence = object(json, 'licence');
  const branches = list(json, 'branches').map((branch) => {
    if (branch !== 'pixel' && branch !== 'semantic')
      throw new WordedError(phrase`the branch ${quotedJson(branch)} is not known`);
    return branch;
  });
  if (branches.length === 0) throw new WordedError(phrase`a model needs a branch`);
  return {
    id: requireId(text(json, 'id')),
    name: text(json, 'name'),
    description: text(json, 'description'),
    scale: whole(json, 'scale', 1),
    branches,
    licence: { spdx: text(licence, 'spdx'), source: text(licence, 'source') },
  };
}

/** The graph of a tiled network always yields `pixel`. */
function withPixel<T extends Descriptor>(found: T): T {
  if (!found.branches.includes('pixel'))
    throw new WordedError(phrase`a model needs the "pixel" branch`);
  return found;
}

const modelFiles = <T extends string>(json: Json, parts: readonly T[]): Record<T, ModelFile> =>
  Object.fromEntries(parts.map((part) => [part, modelFile(json, part)])) as Record<T, ModelFile>;

function modelFile(json: Json, key: string): ModelFile {
  const file = object(json, key);
  const path = text(file, 'path');
  if (
    path.includes('\\') ||
    path.split('/').some((part) => part === '' || part === '..') ||
    /^[A-Za-z]:/.test(path)
  )
    throw new WordedError(phrase`the path "${quoted(path)}" must lie in the model's folder`);
  return { path, bytes: whole(file, 'bytes', 1), sha256: text(file, 'sha256') };
}

function hashes(json: Json, key: string): readonly string[] {
  return list(json, key).map((value) => {
    if (typeof value !== 'string' || !/^[0-9a-f]{64}$/.test(value))
      throw new WordedError(phrase`"${key}" must be a list of SHA-256`);
    return value;
  });
}
