import { randomUUID } from 'node:crypto';
import type {
  DevicesReport,
  EngineApi,
  EngineVersions,
  JudgedCall,
  Judgement,
  ModelCheck,
  ModelSummary,
  PictureFacts,
  PictureHeader,
  UpscaleProgress,
  UpscaleRequest,
  UpscaleResult,
} from '../shared/engineProtocol';
import type {
  AddedModel,
  ExportedModel,
  AddServedRequest,
  FoundModel,
  ImportResult,
  InstallPlan,
  InstallResult,
  ListedModelReport,
  LookResult,
  ModelApi,
  ModelFileFacts,
  ModelProgress,
  ModelStateReport,
  RemovedModel,
  ServerModelsReport,
  VerifyResult,
} from '../shared/modelProtocol';
import type {
  EncodedSizeRequest,
  ExactRegionRequest,
  ExactRegionResult,
  PreviewProgress,
  PreviewRequest,
  PreviewResult,
} from '../shared/previewProtocol';
import type { CpuPrecision } from '../shared/settings';
import { type RpcErrorValue, RpcError, type CallOptions } from '../shared/rpc';
import type { EngineClientOptions } from './engineClientOptions';
import { EngineLife } from './engineLife';
import { createPreviewFolder, JobFiles, type PreviewFolder } from './jobFiles';
import { sweepStaleScratch } from './scratch';
import { inWords, phrase, spoken, type Words } from '../shared/phrase';

export type UpscaleCall = Omit<UpscaleRequest, 'jobId' | 'scratchDirectory'>;
/**
 * `scratchDirectory` is a preview folder's; its files are complete when the progress that names
 * them arrives, and stay until the folder is removed.
 */
export type PreviewCall = Omit<PreviewRequest, 'jobId'>;
export type ExactRegionCall = Omit<ExactRegionRequest, 'jobId'>;

/** Longest that the end waits for the tidying up after processes that were killed. */
const SWEEP_GRACE_MS = 1000;

/**
 * What front ends ask of the engine, one method a call: in the person's language, with the front
 * end's advice, and tidied up after every job.
 */
export class EngineClient {
  private readonly life: EngineLife;
  private swept: Promise<void> | undefined;
  private readonly sweeping = new AbortController();

  constructor(private readonly options: EngineClientOptions) {
    this.life = new EngineLife(options);
  }

  /** Process id of the running engine. */
  get processId(): number | undefined {
    return this.life.processId;
  }

  async upscale(
    call: UpscaleCall,
    options: CallOptions<UpscaleProgress> = {},
  ): Promise<UpscaleResult> {
    this.sweep();
    await this.requireConsent(call);
    const files = await JobFiles.create().catch((error: unknown) => {
      throw this.worded(RpcError.from(error));
    });
    try {
      const request: UpscaleRequest = {
        ...call,
        jobId: files.jobId,
        scratchDirectory: files.scratchDirectory,
      };
      const result = await this.call<'upscale', UpscaleProgress>('upscale', request, {
        ...options,
        onProgress: (progress) => {
          if (progress.temporaryFile !== undefined) files.note(progress.temporaryFile);
          options.onProgress?.(progress);
        },
      });
      const words = result.remedies.map((remedy) => this.options.words?.note(remedy));
      return {
        ...result,
        notes: [...result.notes.map(inWords), ...words.filter((word) => word !== undefined)],
      };
    } finally {
      await files.remove();
    }
  }

  /** A folder for `preview` and `exactRegion`; the caller removes it when its panel is closed. */
  async createPreviewFolder(): Promise<PreviewFolder> {
    this.sweep();
    return createPreviewFolder().catch((error: unknown) => {
      throw this.worded(RpcError.from(error));
    });
  }

  /**
   * Computes the layers of which every guidance is a blend. Rejects like `upscale`; a cancel keeps
   * the tiles that are done. `graceMs`: how long the engine may take to obey one.
   */
  async preview(
    call: PreviewCall,
    options: CallOptions<PreviewProgress> & { readonly graceMs?: number | undefined } = {},
  ): Promise<PreviewResult> {
    await this.requireConsent(call);
    return spoken(
      await this.call<'preview', PreviewProgress>(
        'preview',
        { ...call, jobId: randomUUID() },
        options,
        options.graceMs,
      ),
    );
  }

  /** A part of the result as the export would make it. */
  async exactRegion(
    call: ExactRegionCall,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<ExactRegionResult> {
    await this.requireConsent(call);
    return this.call('exactRegion', { ...call, jobId: randomUUID() }, options);
  }

  /** See `EngineApi`. */
  encodedSize(params: EncodedSizeRequest): Promise<number | undefined> {
    return this.call('encodedSize', params);
  }

  /** What a picture's header says. */
  pictureHeader(params: Parameters<EngineApi['pictureHeader']>[0]): Promise<PictureHeader> {
    return this.call('pictureHeader', params);
  }

  /** What the headers of many pictures say, in their order. */
  async inspect(
    params: Parameters<EngineApi['inspect']>[0],
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<readonly PictureFacts[]> {
    const facts = await this.call('inspect', params, options);
    return facts.map((fact) => (fact.ok ? fact : this.refused(fact)));
  }

  /** What runs of these calls would say before any work. */
  async judge(
    calls: readonly JudgedCall[],
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<readonly Judgement[]> {
    const judgements = await this.call('judge', { calls }, options);
    return judgements.map((one) => (one.ok ? spoken(one) : this.refused(one)));
  }

  /** How long the network takes for a pixel, by a short trial. */
  pace(
    params: Parameters<EngineApi['pace']>[0],
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<Awaited<ReturnType<EngineApi['pace']>>> {
    return this.call('pace', params, options);
  }

  /** What a run with these settings would compute the model in. */
  precision(
    params: Parameters<EngineApi['precision']>[0],
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<CpuPrecision> {
    return this.call('precision', params, options);
  }

  async devices(
    params: Parameters<EngineApi['devices']>[0],
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<DevicesReport> {
    return spoken(await this.call('devices', params, options));
  }

  models(): Promise<readonly ModelSummary[]> {
    return this.call('models', undefined);
  }

  async checkModels(): Promise<readonly ModelCheck[]> {
    return spoken(await this.call('checkModels', undefined));
  }

  modelStates(): Promise<readonly ModelStateReport[]> {
    return this.call('modelStates', undefined);
  }

  planInstall(
    params: Parameters<ModelApi['planInstall']>[0],
    options: CallOptions<never> = {},
  ): Promise<InstallPlan> {
    return this.call('planInstall', params, options);
  }

  /** What is cancelled or breaks off is kept; the next call goes on from it. */
  async installModel(
    params: Parameters<ModelApi['installModel']>[0],
    options: CallOptions<ModelProgress> = {},
  ): Promise<InstallResult> {
    return spoken(
      await this.call<'installModel', ModelProgress<Words>>(
        'installModel',
        params,
        inTheLanguage(options),
      ),
    );
  }

  async importModel(
    params: Parameters<ModelApi['importModel']>[0],
    options: CallOptions<ModelProgress> = {},
  ): Promise<ImportResult> {
    return spoken(
      await this.call<'importModel', ModelProgress<Words>>(
        'importModel',
        params,
        inTheLanguage(options),
      ),
    );
  }

  async verifyModels(
    params: Parameters<ModelApi['verifyModels']>[0],
    options: CallOptions<ModelProgress> = {},
  ): Promise<readonly VerifyResult[]> {
    return spoken(
      await this.call<'verifyModels', ModelProgress<Words>>(
        'verifyModels',
        params,
        inTheLanguage(options),
      ),
    );
  }

  /** Writes a model as an inference server takes it. */
  exportModel(
    params: Parameters<ModelApi['exportModel']>[0],
    options: CallOptions<never> = {},
  ): Promise<ExportedModel> {
    return this.call('exportModel', params, options);
  }

  removeModel(params: Parameters<ModelApi['removeModel']>[0]): Promise<RemovedModel> {
    return this.call('removeModel', params);
  }

  /** What a file is, or the files of a folder. */
  async lookAtModels(
    params: Parameters<ModelApi['lookAtModels']>[0],
    options: CallOptions<never> = {},
  ): Promise<LookResult> {
    return spoken(await this.call('lookAtModels', params, options));
  }

  listedModels(): Promise<readonly ListedModelReport[]> {
    return this.call('listedModels', undefined);
  }

  /** What is cancelled or breaks off is kept; the next call goes on from it. */
  installListed(
    params: Parameters<ModelApi['installListed']>[0],
    options: CallOptions<ModelProgress> = {},
  ): Promise<readonly AddedModel[]> {
    return this.call<'installListed', ModelProgress<Words>>(
      'installListed',
      params,
      inTheLanguage(options),
    );
  }

  probeModelFile(
    params: Parameters<ModelApi['probeModelFile']>[0],
    options: CallOptions<never> = {},
  ): Promise<ModelFileFacts> {
    return this.call('probeModelFile', params, options);
  }

  fetchModelFile(
    params: Parameters<ModelApi['fetchModelFile']>[0],
    options: CallOptions<ModelProgress> = {},
  ): Promise<FoundModel> {
    return this.call<'fetchModelFile', ModelProgress<Words>>(
      'fetchModelFile',
      params,
      inTheLanguage(options),
    );
  }

  dropModelFile(url: string): Promise<void> {
    return this.call('dropModelFile', { url });
  }

  /** What the inference server's index names. */
  async serverModels(options: CallOptions<never> = {}): Promise<ServerModelsReport> {
    return spoken(await this.call('serverModels', undefined, options));
  }

  addServed(params: AddServedRequest, options: CallOptions<never> = {}): Promise<AddedModel> {
    return this.call('addServed', params, options);
  }

  addModel(
    params: Parameters<ModelApi['addModel']>[0],
    options: CallOptions<never> = {},
  ): Promise<AddedModel> {
    return this.call('addModel', params, options);
  }

  versions(): Promise<EngineVersions> {
    return this.call('versions', undefined);
  }

  /** Ends the engine. Pending calls are rejected as cancelled. */
  async dispose(): Promise<void> {
    const late = setTimeout(() => this.sweeping.abort(), SWEEP_GRACE_MS);
    await Promise.all([this.life.dispose(), this.swept]);
    clearTimeout(late);
  }

  /** Rejects with `device-unavailable` when a picture may not be sent to the inference server. */
  private async requireConsent({ device }: Pick<UpscaleCall, 'device'>): Promise<void> {
    const { mayUseServer } = this.options;
    if (device !== 'remote' || !mayUseServer || (await mayUseServer())) return;
    throw this.worded(
      new RpcError({
        code: 'device-unavailable',
        message: phrase`The inference server was not used: sending pictures there was not agreed to.`,
      }),
    );
  }

  /** Tidies up after processes that were killed. No job waits for it. */
  private sweep(): void {
    this.swept ??= sweepStaleScratch(this.sweeping.signal);
  }

  private async call<M extends keyof EngineApi, P = never>(
    method: M,
    params: Parameters<EngineApi[M]>[0],
    options: CallOptions<P> = {},
    graceMs?: number,
  ): Promise<Awaited<ReturnType<EngineApi[M]>>> {
    try {
      return await this.life.ask(method, params, options, graceMs);
    } catch (caught) {
      const error = RpcError.from(caught);
      throw error.code === 'cancelled' ? error : this.worded(error);
    }
  }

  private refused(error: RpcErrorValue): { ok: false } & RpcErrorValue {
    return { ok: false, ...this.worded(new RpcError(error)).toValue() };
  }

  /** The same error with the front end's advice. */
  private worded(error: RpcError): RpcError {
    const { words } = this.options;
    if (!words) return error;
    const { code, message, list, remedies, detail } = error.toValue();
    const hint = words.advice(error);
    return new RpcError({
      code,
      message,
      ...(list ? { list } : {}),
      ...(hint === undefined ? {} : { hint }),
      ...(remedies ? { remedies } : {}),
      ...(detail === undefined ? {} : { detail }),
    });
  }
}

/** The options of a call whose progress comes in no language yet. */
const inTheLanguage = ({
  onProgress,
  ...options
}: CallOptions<ModelProgress>): CallOptions<ModelProgress<Words>> => ({
  ...options,
  ...(onProgress ? { onProgress: (progress) => onProgress(spoken(progress)) } : {}),
});
