import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { ModelSummary } from '../../shared/engineProtocol';
import type { RpcError } from '../../shared/rpc';
import { engineError, messageOf, systemCode } from '../errors';
import { readSmallText } from '../../files/readSmall';
import { isOneOf } from '../../shared/oneOf';
import { INSTALLABLE_MODELS, MANIFEST_LIMIT } from '../../shared/modelProtocol';
import { modelFrom } from './kinds/list';
import { parseManifest } from './manifest';
import type { Model } from './model';

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
  async list(): Promise<Model[]> {
    const models = new Map<string, Model>();
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
  async find(id: string): Promise<Model> {
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
      await model.check();
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

export function summarize({ manifest, folder, byTiles }: Model): ModelSummary {
  const { id, name, description, scale, branches, licence } = manifest;
  return {
    id,
    name,
    description,
    scale,
    branches,
    licence: licence.spdx,
    folder,
    byTiles,
  };
}

function notInstalled(id: string): RpcError {
  return engineError('model-not-installed', {
    message: `The model "${id}" is not installed.`,
  });
}

/** Reads the model in a folder. Rejects with `model-missing` or `model-damaged`. */
export async function readModel(folder: string): Promise<Model> {
  const file = path.join(folder, 'manifest.json');
  try {
    const text = await readSmallText(file, { limit: MANIFEST_LIMIT, followLinks: true });
    return modelFrom(parseManifest(JSON.parse(text) as unknown), folder);
  } catch (error) {
    const missing = systemCode(error) === 'ENOENT';
    throw engineError(missing ? 'model-missing' : 'model-damaged', {
      message: missing ? `${file} is missing.` : `${file} can't be used: ${messageOf(error)}.`,
      hint: 'Reinstall the model, or correct its manifest.',
    });
  }
}
