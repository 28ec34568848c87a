import { readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { InstallableModel } from '../../../shared/installableModels';
import type { ModelState, ModelStateReport } from '../../../shared/modelProtocol';
import { engineError } from '../../errors';
import { unsupportedReason } from '../diffusionSupport';
import { DiffusionModel } from '../kinds/diffusion';
import { readModel } from '../registry';
import { whileLocked } from './modelLock';
import { DIFFUSION_MODELS } from './diffusionModels';
import { phrase } from '../../../shared/phrase';

/**
 * The folder where installed models live, one sub-folder each, and what an interrupted installation
 * left.
 */
export class ModelStore {
  constructor(readonly root: string) {}

  folder(id: InstallableModel): string {
    return path.join(this.root, id);
  }

  /**
   * Downloads are kept here until they are imported, so that a later installation goes on from
   * them.
   */
  downloads(id: InstallableModel): string {
    return path.join(this.root, `.${id}.download`);
  }

  /** A folder to build a model in before it gets its name. */
  building(id: InstallableModel): string {
    return path.join(this.root, `.${id}.building-${process.pid}`);
  }

  async states(ids: readonly InstallableModel[]): Promise<readonly ModelStateReport[]> {
    return Promise.all(
      ids.map(async (id) => {
        const { name, description, licences } = DIFFUSION_MODELS[id];
        const licence = licences.map((one) => one.name).join(' + ');
        return { id, name, description, licence, status: await this.state(id) };
      }),
    );
  }

  private async state(id: InstallableModel): Promise<ModelState> {
    const reason = unsupportedReason();
    if (reason !== undefined) return { state: 'unsupported', reason };
    const model = await readModel(this.folder(id)).catch(() => undefined);
    if (model instanceof DiffusionModel) {
      return {
        state: 'ready',
        folder: model.folder,
        bytes: model.files.reduce((sum, file) => sum + file.bytes, 0),
        precision: model.manifest.precision,
        ...(model.manifest.prompts ? { prompts: true } : {}),
        ...(model.manifest.draft ? { draft: true } : {}),
      };
    }
    return { state: 'not-installed', downloadedBytes: await bytesBelow(this.downloads(id)) };
  }

  /** Puts a finished folder in the model's place, in one step. */
  async publish(id: InstallableModel, finished: string): Promise<void> {
    const old = `${finished}.old`;
    const existed = await rename(this.folder(id), old).then(
      () => true,
      () => false,
    );
    await rename(finished, this.folder(id));
    if (existed) await rm(old, { recursive: true, force: true });
  }

  /**
   * Removes a model and whatever an interrupted installation of it left. Files that it shares by
   * hard links stay where they came from.
   */
  async remove(id: InstallableModel): Promise<{ bytesFreed: number; folder: string }> {
    if ((await this.placesOf(id)).length === 0) {
      throw engineError('model-not-installed', {
        message: phrase`The model "${id}" is not installed in ${this.root}.`,
        hint: phrase`There is nothing to remove.`,
      });
    }
    return whileLocked(this.root, id, async () => {
      let bytesFreed = 0;
      for (const place of await this.placesOf(id)) {
        bytesFreed += await bytesBelow(place);
        await rm(place, { recursive: true, force: true, maxRetries: 3 });
      }
      return { bytesFreed, folder: this.folder(id) };
    });
  }

  private async placesOf(id: InstallableModel): Promise<string[]> {
    const entries = await readdir(this.root).catch(() => []);
    return entries
      .filter(
        (name) => name === id || (name.startsWith(`.${id}.`) && !name.startsWith(`.${id}.lock`)),
      )
      .map((name) => path.join(this.root, name));
  }
}

/** Bytes of files below a folder that no other name refers to. */
async function bytesBelow(folder: string): Promise<number> {
  let sum = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }).catch(
    () => [],
  )) {
    if (!entry.isFile()) continue;
    const info = await stat(path.join(entry.parentPath, entry.name)).catch(() => undefined);
    if (info && info.nlink === 1) sum += info.size;
  }
  return sum;
}
