import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ModelSummary } from '../../shared/engineProtocol';
import { engineError, messageOf, systemCode } from '../errors';
import { parseManifest, type ModelManifest } from './manifest';

/** A model found on disk. */
export type InstalledModel = {
  readonly manifest: ModelManifest;
  readonly folder: string;
  /** Absolute path of the graph. */
  readonly graph: string;
};

/** The models in a list of folders, each with one sub-folder a model. An earlier folder wins over a later one. */
export class ModelRegistry {
  private readonly verified = new Set<string>();

  constructor(private readonly folders: readonly string[]) {}

  /** Every readable model. A folder with a broken manifest is left out; `find` says what is wrong with it. */
  async list(): Promise<InstalledModel[]> {
    const models = new Map<string, InstalledModel>();
    for (const folder of await this.modelFolders()) {
      const model = await readModel(folder).catch(() => undefined);
      if (model && !models.has(model.manifest.id)) models.set(model.manifest.id, model);
    }
    return [...models.values()];
  }

  /** The model called `id`, its files checked against the manifest's size and SHA-256 (once in the life of the process). */
  async find(id: string): Promise<InstalledModel> {
    const models = await this.list();
    const model = models.find((candidate) => candidate.manifest.id === id);
    if (!model) {
      const broken = (await this.modelFolders()).find((folder) => path.basename(folder) === id);
      if (broken) await readModel(broken);
      const known = models.map((candidate) => candidate.manifest.id).join(', ');
      throw engineError('model-missing', {
        message: `There is no model called "${id}".`,
        hint: known === '' ? 'Build the embedded model with "npm run build".' : `Choose one of: ${known}.`,
      });
    }
    if (!this.verified.has(model.graph)) {
      await verifyModel(model);
      this.verified.add(model.graph);
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

/** Throws `model-damaged` unless the graph has the size and SHA-256 that the manifest gives. */
export async function verifyModel({ manifest, graph }: InstalledModel): Promise<void> {
  const fail = (what: string): never => {
    throw engineError('model-damaged', {
      message: `The model "${manifest.id}" can't be used: ${what}.`,
      hint: 'Reinstall the extension, or run "npm run build" in a checkout of the project.',
    });
  };
  const info = await stat(graph).catch(() => undefined);
  if (!info) return fail(`${graph} is missing`);
  if (info.size !== manifest.graph.bytes) return fail(`${graph} has ${info.size} bytes where ${manifest.graph.bytes} are expected`);
  const hash = createHash('sha256');
  await pipeline(createReadStream(graph), hash);
  if (hash.digest('hex') !== manifest.graph.sha256) return fail(`the SHA-256 of ${graph} is not the manifest's`);
}

async function readModel(folder: string): Promise<InstalledModel> {
  const file = path.join(folder, 'manifest.json');
  try {
    const manifest = parseManifest(JSON.parse(await readFile(file, 'utf8')) as unknown);
    return { manifest, folder, graph: path.join(folder, manifest.graph.path) };
  } catch (error) {
    const missing = systemCode(error) === 'ENOENT';
    throw engineError(missing ? 'model-missing' : 'model-damaged', {
      message: missing ? `${file} is missing.` : `${file} can't be used: ${messageOf(error)}.`,
      hint: 'Reinstall the model, or correct its manifest.',
    });
  }
}
