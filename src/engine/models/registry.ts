import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ModelSummary } from '../../shared/engineProtocol';
import type { RpcError } from '../../shared/rpc';
import { engineError, messageOf, systemCode } from '../errors';
import { readSmallText } from '../../files/readSmall';
import { isOneOf } from '../../shared/oneOf';
import { INSTALLABLE_MODELS, MANIFEST_LIMIT } from '../../shared/modelProtocol';
import { hasExternalData } from '../graph/externalData';
import {
  parseManifest,
  PISA_PARTS,
  type ModelFile,
  type PisaManifest,
  type TiledManifest,
} from './manifest';

/** A tiled model found on disk; `graph` is the absolute path of its ONNX file. */
export type TiledModel = {
  readonly manifest: TiledManifest;
  readonly folder: string;
  readonly graph: string;
};
/** PiSA-SR, found on disk. */
export type PisaModel = { readonly manifest: PisaManifest; readonly folder: string };
export type InstalledModel = TiledModel | PisaModel;

export const isTiled = (model: InstalledModel): model is TiledModel =>
  model.manifest.kind === 'tiled';

/**
 * The models in a list of folders, each with one sub-folder a model. An earlier folder wins over a
 * later one.
 */
export class ModelRegistry {
  private readonly verified = new Set<string>();

  constructor(private readonly folders: readonly string[]) {}

  /**
   * Every readable model. A folder with a broken manifest is left out; `find` says what is wrong
   * with it.
   */
  async list(): Promise<InstalledModel[]> {
    const models = new Map<string, InstalledModel>();
    for (const folder of await this.modelFolders()) {
      const model = await readModel(folder).catch(() => undefined);
      if (model && !models.has(model.manifest.id)) models.set(model.manifest.id, model);
    }
    return [...models.values()];
  }

  /**
   * The model called `id`, its files checked against the manifest's size and SHA-256 (once in the
   * life of the process).
   */
  async find(id: string): Promise<InstalledModel> {
    const models = await this.list();
    const model = models.find((candidate) => candidate.manifest.id === id);
    if (!model) {
      const broken = (await this.modelFolders()).find((folder) => path.basename(folder) === id);
      if (broken) await readModel(broken);
      if (isOneOf(INSTALLABLE_MODELS, id)) throw notInstalled(id);
      const known = models.map((candidate) => candidate.manifest.id).join(', ');
      throw engineError('model-missing', {
        message: `There is no model called "${id}".`,
        hint:
          known === ''
            ? 'Build the embedded model with "npm run build".'
            : `Choose one of: ${known}.`,
      });
    }
    if (!this.verified.has(model.folder)) {
      await checkModel(model);
      this.verified.add(model.folder);
    }
    return model;
  }

  private async modelFolders(): Promise<string[]> {
    const folders: string[] = [];
    for (const root of this.folders) {
      const entries = await readdir(root, { withFileTypes: true }).catch(() => []);
      const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
      folders.push(...names.sort().map((name) => path.join(root, name)));
    }
    return folders;
  }
}

export function summarize({ manifest, folder }: InstalledModel): ModelSummary {
  const { id, name, description, scale, branches, licence } = manifest;
  return { id, name, description, scale, branches, licence: licence.spdx, folder };
}

/** The files of a model, relative to its folder. */
export function filesOf({ manifest }: InstalledModel): readonly ModelFile[] {
  return manifest.kind === 'tiled'
    ? [manifest.graph]
    : PISA_PARTS.map((part) => manifest.parts[part]);
}

/**
 * Throws `model-damaged` unless the model's files have the sizes that the manifest gives, and, when
 * they are small or `thorough` is set, the SHA-256. Gigabytes are not read before every run;
 * "models verify" does it.
 */
export async function checkModel(model: InstalledModel, thorough = false): Promise<void> {
  for (const file of filesOf(model)) {
    const what = await fileProblem(model.folder, file, thorough || file.bytes <= ALWAYS_HASHED);
    if (what !== undefined) throw modelDamaged(model.manifest.id, what, isTiled(model));
  }
  if (isTiled(model)) {
    const what = await graphProblem(model.graph);
    if (what !== undefined) throw modelDamaged(model.manifest.id, what, true);
  }
}

/**
 * The manifest vouches for the graph's file alone: weights in another one could change with nobody
 * noticing.
 */
async function graphProblem(graph: string): Promise<string | undefined> {
  try {
    return hasExternalData(await readFile(graph))
      ? `weights of ${graph} lie in other files, which the manifest does not name; save it as one file`
      : undefined;
  } catch {
    return `${graph} is no ONNX model`;
  }
}

const ALWAYS_HASHED = 64 * 2 ** 20;

function modelDamaged(id: string, what: string, embedded: boolean): RpcError {
  return engineError('model-damaged', {
    message: `The model "${id}" can't be used: ${what}.`,
    hint: embedded
      ? 'It belongs to the program itself.'
      : 'Remove the model, then install or import it again.',
    remedies: [{ kind: embedded ? 'reinstall' : 'manage-models' }],
  });
}

function notInstalled(id: string): RpcError {
  return engineError('model-not-installed', {
    message: `The model "${id}" is not installed.`,
  });
}

/** What is wrong with a file of a model; undefined when it is as the manifest says. */
export async function fileProblem(
  folder: string,
  { path: name, bytes, sha256 }: ModelFile,
  hash: boolean,
  onBytes: (bytes: number) => void = () => undefined,
): Promise<string | undefined> {
  const file = path.join(folder, ...name.split('/'));
  const info = await stat(file).catch(() => undefined);
  if (!info) return `${file} is missing`;
  if (info.size !== bytes) return `${file} has ${info.size} bytes where ${bytes} are expected`;
  if (hash && (await sha256Of(file, onBytes)) !== sha256)
    return `the SHA-256 of ${file} is not the manifest's`;
  return undefined;
}

/** SHA-256 of a file in hexadecimal. `onBytes` learns of every piece that was read. */
export async function sha256Of(
  file: string,
  onBytes: (bytes: number) => void = () => undefined,
  signal?: AbortSignal,
): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, {
    highWaterMark: 2 ** 20,
    ...(signal ? { signal } : {}),
  })) {
    hash.update(chunk as Buffer);
    onBytes((chunk as Buffer).length);
  }
  return hash.digest('hex');
}

/** Reads the model in a folder. Rejects with `model-missing` or `model-damaged`. */
export async function readModel(folder: string): Promise<InstalledModel> {
  const file = path.join(folder, 'manifest.json');
  try {
    const text = await readSmallText(file, { limit: MANIFEST_LIMIT, followLinks: true });
    const manifest = parseManifest(JSON.parse(text) as unknown);
    return manifest.kind === 'tiled'
      ? { manifest, folder, graph: path.join(folder, manifest.graph.path) }
      : { manifest, folder };
  } catch (error) {
    const missing = systemCode(error) === 'ENOENT';
    throw engineError(missing ? 'model-missing' : 'model-damaged', {
      message: missing ? `${file} is missing.` : `${file} can't be used: ${messageOf(error)}.`,
      hint: 'Reinstall the model, or correct its manifest.',
    });
  }
}
