import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ModelSummary } from '../../shared/engineProtocol';
import type { RpcError } from '../../shared/rpc';
import { changeSetting, engineError, systemCode } from '../errors';
import { readSmallText } from '../../files/readSmall';
import { isOneOf } from '../../shared/oneOf';
import { INSTALLABLE_MODELS, type InstallableModel } from '../../shared/installableModels';
import { MANIFEST_LIMIT } from '../../shared/modelProtocol';
import { FoundFiles } from './community/foundFiles';
import { freeId } from './community/modelId';
import { DiffusionModel } from './kinds/diffusion';
import { DiffusionPairModel } from './kinds/diffusionPair';
import { modelFrom } from './kinds/list';
import { OwnFileModel } from './kinds/ownFile';
import { PairModel } from './kinds/pair';
import { requireHere } from './kinds/serverModel';
import { TiledModel } from './kinds/tiled';
import { parseManifest } from './manifest';
import type { Model } from './model';
import { phrase } from '../../shared/phrase';
import { wordsOf } from '../../shared/rpc';

const MANIFEST = 'manifest.json';

/**
 * The models in a list of folders, each with one sub-folder a model. An earlier folder wins over a
 * later one.
 */
export class ModelRegistry {
  private readonly verified = new Set<string>();

  private readonly files: FoundFiles;

  /** What was read of each folder, and of which version of its manifest. */
  private readonly manifests = new Map<string, { key: string; model: Model | undefined }>();

  /** `store` keeps notes on files without a manifest. */
  constructor(
    private readonly folders: readonly string[],
    store?: string,
  ) {
    this.files = new FoundFiles(store);
  }

  /**
   * Every readable model. A folder with a broken manifest is left out; `find` says what is wrong
   * with it.
   */
  async list(): Promise<Model[]> {
    const models = new Map<string, Model>();
    const folders = await this.modelFolders();
    const read = await Promise.all(folders.map((folder) => this.known(folder)));
    for (const model of read) {
      if (model && !models.has(model.manifest.id)) models.set(model.manifest.id, model);
    }
    const added = new Set([...models.values()].flatMap(({ files }) => files.map((f) => f.sha256)));
    for (const root of this.folders) {
      const { manifests } = await this.files.in(root);
      for (const manifest of manifests) {
        if (added.has(manifest.file.sha256)) continue;
        added.add(manifest.file.sha256);
        const id = freeId(manifest.id, (one) => models.has(one));
        models.set(id, modelFrom({ ...manifest, id }, root));
      }
    }
    return [...models.values()];
  }

  /**
   * The model called `id`, its files checked against the manifest's size and SHA-256; those that
   * nobody else changes once in the life of the process. `p+s` is a pair of two models.
   */
  async find(id: string): Promise<Model> {
    const model = id.includes('+') ? await this.pair(id) : await this.single(id);
    if (!model.stable || !this.verified.has(model.folder)) {
      await model.check();
      this.verified.add(model.folder);
    }
    return model;
  }

  private async pair(id: string): Promise<Model> {
    const parts = id.split('+');
    const [first, second] = parts;
    if (parts.length !== 2 || first === undefined || second === undefined || first === second)
      throw engineError('bad-setting', {
        message: phrase`"${id}" is not a pair of models, which is two different ones joined by one "+".`,
        hint: phrase`Name the faithful model first and the one with more texture second.`,
        remedies: [changeSetting('model')],
      });
    const models = [await this.single(first), await this.single(second)] as const;
    for (const model of models) requireHere(model);
    const [fidelity, texture] = models;
    if (fidelity instanceof TiledModel && texture instanceof DiffusionModel)
      return new DiffusionPairModel(fidelity, texture);
    if (!(fidelity instanceof TiledModel) || !(texture instanceof TiledModel))
      throw engineError('bad-setting', {
        message: phrase`"${id}" can't be used: a diffusion model can only be the second of a pair.`,
        hint: phrase`Name a model first that works tile by tile.`,
        remedies: [changeSetting('model')],
      });
    return new PairModel(fidelity, texture);
  }

  private async single(id: string): Promise<Model> {
    const models = await this.list();
    const model = models.find((candidate) => candidate.manifest.id === id);
    if (model) return model;
    const broken = (await this.modelFolders()).find((folder) => path.basename(folder) === id);
    if (broken) await readModel(broken);
    if (isOneOf(INSTALLABLE_MODELS, id)) throw notInstalled(id);
    const known = models.map((candidate) => candidate.manifest.id).join(', ');
    throw engineError('model-missing', {
      message: phrase`There is no model called "${id}".`,
      hint:
        known === ''
          ? phrase`Build the embedded model with "npm run build".`
          : phrase`Choose one of: ${known}.`,
    });
  }

  /** The model in a folder, read again when its manifest has changed; undefined for a broken one. */
  private async known(folder: string): Promise<Model | undefined> {
    const info = await stat(path.join(folder, MANIFEST)).catch(() => undefined);
    if (info === undefined) return undefined;
    const key = [info.ino, info.size, info.mtimeMs, info.ctimeMs].join('|');
    const before = this.manifests.get(folder);
    if (before?.key === key) return before.model;
    const model = await readModel(folder).catch(() => undefined);
    this.manifests.set(folder, { key, model });
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

/** What a person is told of a model. */
export function summarize(model: Model): ModelSummary {
  const { id, name, description, scale, branches, licence } = model.manifest;
  return {
    id,
    name,
    description,
    scale,
    branches,
    licence: licence.spdx,
    precisions: model.cpuPrecisions,
    folder: model.folder,
    byTiles: model.byTiles,
    ...(model.prompts === 'none' ? {} : { prompts: model.prompts }),
    ...(model instanceof OwnFileModel ? { own: model.summary } : {}),
  };
}

function notInstalled(id: InstallableModel): RpcError {
  return engineError('model-not-installed', {
    message: phrase`The model "${id}" is not installed.`,
    remedies: [
      { kind: 'install-model', model: id },
      { kind: 'import-model', model: id },
    ],
  });
}

/** Reads the model in a folder. Rejects with `model-missing` or `model-damaged`. */
export async function readModel(folder: string): Promise<Model> {
  const file = path.join(folder, MANIFEST);
  try {
    const text = await readSmallText(file, { limit: MANIFEST_LIMIT, followLinks: true });
    return modelFrom(parseManifest(JSON.parse(text) as unknown), folder);
  } catch (error) {
    const missing = systemCode(error) === 'ENOENT';
    throw engineError(missing ? 'model-missing' : 'model-damaged', {
      message: missing
        ? phrase`${file} is missing.`
        : phrase`${file} can't be used: ${wordsOf(error)}.`,
      hint: phrase`Reinstall the model, or correct its manifest.`,
    });
  }
}
