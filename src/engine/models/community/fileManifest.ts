import path from 'node:path';
import { isOneOf } from '../../../shared/oneOf';
import { quoted } from '../../checkpoint/limits';
import { SPEED_CLASSES, type SpeedClass } from '../../../shared/speedClass';
import type { ModelFile, TiledDescriptor } from '../manifest';
import { hash, list, object, requireId, text, textIfAny, whole } from '../manifestFields';
import { parseServerContract, type ServerContract } from './serverContract';
import { phrase, WordedError } from '../../../shared/phrase';
import { isObject, type Json } from '../../../shared/json';

/**
 * What a person's own file is: weights of a network that is built here, a whole ONNX model, or the
 * description of one that only a server has.
 */
export const FILE_KINDS = ['checkpoint', 'onnx', 'server'] as const;
export type FileKind = (typeof FILE_KINDS)[number];

/** Where a person's own file lies, and what it was when it was added. `path` is absolute. */
export type OwnFile = ModelFile & {
  /** Time of the last change in milliseconds. */
  readonly modified: number;
};

/** How a graph that somebody else made takes pictures and gives them back. */
export type OnnxContract = {
  readonly input: string;
  readonly output: string;
  /** 1, 3 or 4. */
  readonly inputChannels: number;
  readonly outputChannels: number;
  readonly type: 'float32' | 'float16';
  /** What white is: 1 or 255. */
  readonly range: number;
};

/** A model in a file of the person's own, which stays where it is. */
export type FileManifest = TiledDescriptor & {
  readonly kind: FileKind;
  readonly file: OwnFile;
  /** Id of the family of networks, or "onnx". */
  readonly architecture: string;
  readonly architectureName: string;
  /** "64 features, 23 blocks" */
  readonly size: string;
  /** Whether a tile's result does not depend on what lies beyond the halo. */
  readonly exactHalo: boolean;
  readonly speed?: SpeedClass;
  readonly author?: string;
  readonly onnx?: OnnxContract;
  /** Of one that only a server has. */
  readonly served?: ServerContract;
  /** Further files that hold its weights. */
  readonly data?: readonly OwnFile[];
};

/** Reads the manifest of a model in somebody's own file. Throws as `parseManifest` does. */
export function parseFileManifest(json: Json, kind: FileKind): FileManifest {
  const sizeRule = object(json, 'sizeRule');
  const licence = object(json, 'licence');
  const author = textIfAny(json, 'author');
  const tile = json.tile === undefined ? undefined : object(json, 'tile');
  const data = json.data === undefined ? [] : list(json, 'data').map(dataFile);
  return {
    kind,
    id: requireId(text(json, 'id')),
    name: text(json, 'name'),
    description: text(json, 'description'),
    scale: whole(json, 'scale', 1),
    branches: ['pixel'],
    licence: { spdx: text(licence, 'spdx'), source: text(licence, 'source') },
    sizeRule: {
      multipleOf: whole(sizeRule, 'multipleOf', 1),
      minimum: whole(sizeRule, 'minimum', 1),
    },
    margin: whole(json, 'margin', 0),
    halo: whole(json, 'halo', 0),
    tilePixels: whole(json, 'tilePixels', 1),
    file: ownFile(object(json, 'file')),
    architecture: text(json, 'architecture'),
    architectureName: text(json, 'architectureName'),
    size: text(json, 'size'),
    exactHalo: json.exactHalo === true,
    feather: json.feather === undefined ? 0 : whole(json, 'feather', 0),
    ...(isOneOf(SPEED_CLASSES, json.speed) ? { speed: json.speed } : {}),
    ...(author === undefined ? {} : { author }),
    ...(tile ? { tile: { width: whole(tile, 'width', 1), height: whole(tile, 'height', 1) } } : {}),
    ...(data.length > 0 ? { data } : {}),
    ...(kind === 'onnx' ? { onnx: contractOf(object(json, 'onnx')) } : {}),
    ...(kind === 'server' ? { served: parseServerContract(object(json, 'served')) } : {}),
  };
}

function dataFile(value: unknown): OwnFile {
  if (!isObject(value)) throw new WordedError(phrase`"data" must be a list of files`);
  return ownFile(value);
}

function ownFile(json: Json): OwnFile {
  const place = text(json, 'path');
  if (!path.isAbsolute(place)) throw new WordedError(phrase`the path of its file must be absolute`);
  return {
    path: place,
    bytes: whole(json, 'bytes', 1),
    sha256: hash(json, 'sha256'),
    modified: modifiedOf(json),
  };
}

function modifiedOf(file: Json): number {
  const { modified } = file;
  if (typeof modified !== 'number' || !Number.isFinite(modified))
    throw new WordedError(phrase`"modified" must be a time`);
  return modified;
}

function contractOf(json: Json): OnnxContract {
  const type = text(json, 'type');
  if (!isOneOf(['float32', 'float16'] as const, type))
    throw new WordedError(phrase`the type "${quoted(type)}" is not known`);
  return {
    input: text(json, 'input'),
    output: text(json, 'output'),
    inputChannels: whole(json, 'inputChannels', 1),
    outputChannels: whole(json, 'outputChannels', 1),
    type,
    range: whole(json, 'range', 1),
  };
}
