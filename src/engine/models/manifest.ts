import type { SizeRule } from '../../shared/geometry';
import type { Branch } from '../../shared/guidance';

/** A file of a model: `bytes` and `sha256` are checked before the model is opened. */
export type ModelFile = { readonly path: string; readonly bytes: number; readonly sha256: string };

/**
 * A model's descriptor, read from its `manifest.json`.
 *
 * The graph takes `image` [1,3,H,W], RGB in [0,1], and yields `base` (bicubic enlargement) and one residual a branch,
 * `pixel` and perhaps `semantic`, each [1,3,scale·H,scale·W].
 */
export type ModelManifest = {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly scale: number;
  readonly branches: readonly Branch[];
  readonly sizeRule: SizeRule;
  /**
   * Input pixels that the engine mirrors around the picture. A network with zero padding darkens the picture's edge as far as it
   * effectively sees; with the margin that happens outside.
   */
  readonly margin: number;
  /** Input pixels around a tile that its result depends on: at least the receptive field's radius. */
  readonly halo: number;
  /** Largest number of input pixels in one tile that runs in about 1 GB. */
  readonly tilePixels: number;
  readonly licence: { readonly spdx: string; readonly source: string };
  readonly graph: ModelFile;
};

type Json = { readonly [key: string]: unknown };

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads a manifest from parsed JSON. Throws an error that names the first field that is wrong. */
export function parseManifest(json: unknown): ModelManifest {
  if (!isObject(json)) throw new Error('the manifest is not a JSON object');
  const sizeRule = object(json, 'sizeRule');
  const licence = object(json, 'licence');
  const graph = object(json, 'graph');
  const branches = list(json, 'branches').map((branch) => {
    if (branch !== 'pixel' && branch !== 'semantic') throw new Error(`unknown branch ${JSON.stringify(branch)}`);
    return branch;
  });
  if (!branches.includes('pixel')) throw new Error('a model needs the "pixel" branch');
  const id = text(json, 'id');
  if (!/^[a-z0-9][a-z0-9-]*$/.test(id)) throw new Error(`the id "${id}" must be lower-case letters, digits and "-"`);
  return {
    id,
    name: text(json, 'name'),
    description: text(json, 'description'),
    scale: whole(json, 'scale', 1),
    branches,
    sizeRule: { multipleOf: whole(sizeRule, 'multipleOf', 1), minimum: whole(sizeRule, 'minimum', 1) },
    margin: whole(json, 'margin', 0),
    halo: whole(json, 'halo', 0),
    tilePixels: whole(json, 'tilePixels', 1),
    licence: { spdx: text(licence, 'spdx'), source: text(licence, 'source') },
    graph: { path: text(graph, 'path'), bytes: whole(graph, 'bytes', 1), sha256: text(graph, 'sha256') },
  };
}

function object(json: Json, key: string): Json {
  const value = json[key];
  if (!isObject(value)) throw new Error(`"${key}" must be an object`);
  return value;
}

function list(json: Json, key: string): readonly unknown[] {
  const value = json[key];
  if (!Array.isArray(value)) throw new Error(`"${key}" must be a list`);
  return value as readonly unknown[];
}

function text(json: Json, key: string): string {
  const value = json[key];
  if (typeof value !== 'string' || value === '') throw new Error(`"${key}" must be text`);
  return value;
}

function whole(json: Json, key: string, minimum: number): number {
  const value = json[key];
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < minimum) {
    throw new Error(`"${key}" must be a whole number of at least ${minimum}`);
  }
  return value;
}
