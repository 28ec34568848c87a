import type { EngineApi } from '../../../shared/engineProtocol';
import { INSTALLABLE_MODELS } from '../../../shared/installableModels';
import { type ImportResult, type ModelApi, type VerifyResult } from '../../../shared/modelProtocol';
import { isOneOf } from '../../../shared/oneOf';
import { engineError, throwIfCancelled } from '../../errors';
import { installListed, listedModels } from '../community/installListed';
import { dropFetched, fetchModelFile, probeModelFile } from '../community/fetchedFile';
import { OwnFiles } from '../community/ownFiles';
import { exportModel } from '../export/exportModel';
import { removeDamagedInt8 } from '../../pisa/int8/int8File';
import { fileProblem } from '../fileChecks';
import { DiffusionModel } from '../kinds/diffusion';
import type { Model } from '../model';
import type { ModelRegistry } from '../registry';
import { forModel } from './aboutModel';
import { whileLocked } from './modelLock';
import { importDiffusion } from './importDiffusion';
import { installDiffusion, planDiffusionInstall } from './installDiffusion';
import { ModelStore } from './modelStore';
import { phrase, type Words, joined } from '../../../shared/phrase';

/**
 * Gets, checks and removes models: the engine's `ModelApi`. `beforeChange` closes whatever holds a
 * model's files open.
 */
export class ModelManager {
  private readonly store: ModelStore;
  private readonly own: OwnFiles;

  constructor(
    store: string,
    private readonly registry: ModelRegistry,
    private readonly beforeChange: () => Promise<void>,
  ) {
    this.store = new ModelStore(store);
    this.own = new OwnFiles(store, registry);
  }

  api(): Omit<Pick<EngineApi, keyof ModelApi>, 'serverModels' | 'addServed'> {
    const { store } = this;
    return {
      modelStates: () => store.states(INSTALLABLE_MODELS),
      planInstall: (params, { signal }) => {
        checkId(params.id);
        return forModel(params.id, () => planDiffusionInstall(params, store, signal));
      },
      installModel: async (params, { signal, progress }) => {
        checkId(params.id);
        await this.beforeChange();
        return forModel(params.id, () =>
          whileLocked(store.root, params.id, () =>
            installDiffusion(params, { store, signal, progress }),
          ),
        );
      },
      importModel: async (params, { signal, progress }) => {
        const { id, folder, weights, precision, prompts = false, draft = false } = params;
        const { acceptUnverified: accepted = [] } = params;
        checkId(id);
        await this.beforeChange();
        const work = (): Promise<ImportResult<Words>> =>
          importDiffusion({
            id,
            folder,
            weights,
            precision,
            prompts,
            draft,
            extend: prompts || draft,
            baseIsVerified: false,
            accepted,
            store,
            signal,
            progress,
          });
        return forModel(id, () => whileLocked(store.root, id, work));
      },
      verifyModels: ({ id }, { signal, progress }) => this.verify(id, signal, progress),
      exportModel: async (params, { signal }) =>
        exportModel(params, await this.registry.find(params.id), signal),
      removeModel: async ({ id }) => {
        await this.beforeChange();
        if (!isOneOf(INSTALLABLE_MODELS, id)) return this.own.remove(id);
        return store.remove(id);
      },
      lookAtModels: ({ path }, { signal }) => this.own.look(path, signal),
      listedModels: async () => {
        const there = new Set((await this.registry.list()).map(({ manifest }) => manifest.id));
        return listedModels((id) => there.has(id));
      },
      installListed: async (params, { signal, progress }) => {
        await this.beforeChange();
        return installListed(params, { store: store.root, signal, progress });
      },
      probeModelFile: (params, { signal }) => probeModelFile(params, signal),
      fetchModelFile: async (params, { signal, progress }) => {
        const file = await fetchModelFile(params, { store: store.root, signal, progress });
        return this.own.identify(file, signal);
      },
      dropModelFile: ({ url }) => dropFetched(store.root, url),
      addModel: (params, { signal }) => this.own.add(params, signal),
    };
  }

  /** Reads every byte of the files of one model, or of all. */
  private async verify(
    id: string | undefined,
    signal: AbortSignal,
    progress: (value: unknown) => void,
  ): Promise<VerifyResult<Words>[]> {
    const all = await this.registry.list();
    const chosen = id === undefined ? all : all.filter(({ manifest }) => manifest.id === id);
    if (id !== undefined && chosen.length === 0) {
      throw engineError(isOneOf(INSTALLABLE_MODELS, id) ? 'model-not-installed' : 'model-missing', {
        message: phrase`The model "${id}" is not installed.`,
        hint: phrase`Installed: ${all.map(({ manifest }) => manifest.id).join(', ')}.`,
      });
    }
    const totalBytes = chosen
      .flatMap(({ files }) => files)
      .reduce((sum, file) => sum + file.bytes, 0);
    let bytes = 0;
    const results: VerifyResult<Words>[] = [];
    for (const model of chosen) {
      results.push(
        await verifyFiles(model, signal, (file, count) => {
          bytes += count;
          progress({ phase: 'hash', file, bytes, totalBytes });
        }),
      );
    }
    return results;
  }
}

async function verifyFiles(
  model: Model,
  signal: AbortSignal,
  onBytes: (file: string, bytes: number) => void,
): Promise<VerifyResult<Words>> {
  const files: VerifyResult<Words>['files'][number][] = [];
  for (const file of model.files) {
    throwIfCancelled(signal);
    const problem = await fileProblem(model.folder, file, true, (bytes) =>
      onBytes(file.path, bytes),
    );
    files.push({
      ...file,
      ok: problem === undefined,
      message: problem === undefined ? model.advice.matches(file) : problem,
    });
  }
  if (model instanceof DiffusionModel) await removeDamagedInt8(model.folder);
  const bad = files.filter(({ ok }) => !ok);
  return {
    id: model.manifest.id,
    ok: bad.length === 0,
    message:
      bad.length === 0
        ? files.length === 1
          ? phrase`its file matches its SHA-256`
          : phrase`${files.length} files match their SHA-256`
        : phrase`${joined(
            bad.map(({ message }) => message),
            '; ',
          )}: ${model.advice.repair}`,
    files,
  };
}

function checkId(id: string): void {
  if (!isOneOf(INSTALLABLE_MODELS, id)) {
    throw engineError('model-missing', {
      message: phrase`"${id}" is not a model that can be installed.`,
      hint: phrase`Models that can: ${INSTALLABLE_MODELS.join(', ')}.`,
    });
  }
}
