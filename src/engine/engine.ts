import { rm } from 'node:fs/promises';
import type { CallContext } from '../shared/rpc';
import type { EngineApi, EngineVersions, ModelCheck, ModelSummary, UpscaleRequest, UpscaleResult } from '../shared/engineProtocol';
import { messageOf } from './errors';
import { loadSharp } from './image/sharpLoader';
import { ModelRegistry, summarize, verifyModel } from './models/registry';
import { DeviceSelector } from './runtime/deviceSelector';
import { loadOnnxRuntime } from './runtime/onnxRuntime';
import { probeDevices } from './runtime/probe';
import { openTileSession, threadCount } from './runtime/session';
import { SessionPool } from './runtime/sessionPool';
import { upscaleFile } from './upscale/upscaleFile';

export type EngineOptions = {
  /** Folders with one sub-folder a model, the embedded ones first. */
  readonly modelFolders: readonly string[];
  /** The engine's own script, started again to probe devices. */
  readonly entry: string;
  readonly version: string;
};

/** The engine: everything the process offers, without a word about how it is reached. One picture at a time. */
export class Engine {
  private readonly models: ModelRegistry;
  private readonly devices: DeviceSelector;
  private readonly sessions = new SessionPool();
  private queue: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: EngineOptions) {
    this.models = new ModelRegistry(options.modelFolders);
    this.devices = new DeviceSelector(() => probeDevices(options.entry));
  }

  /** The methods as the RPC endpoint serves them. */
  api(): EngineApi {
    return {
      upscale: (request, context) => this.upscale(request, context),
      devices: ({ refresh }) => this.devices.report(refresh),
      models: () => this.listModels(),
      checkModels: () => this.checkModels(),
      versions: () => this.versions(),
    };
  }

  private upscale(request: UpscaleRequest, { signal, progress }: CallContext): Promise<UpscaleResult> {
    const run = (): Promise<UpscaleResult> =>
      upscaleFile(
        request,
        {
          findModel: (id) => this.models.find(id),
          resolveDevice: (choice): ReturnType<DeviceSelector['resolve']> => this.devices.resolve(choice),
          acquireSession: (model, device, tile) => this.sessions.acquire(model, device, tile),
          releaseSession: () => this.sessions.release(),
        },
        { signal, progress },
      );
    const result = this.queue.then(run, run);
    // The client removes the scratch folder too; but it may be the client's death that cancelled the run.
    this.queue = result.catch(() => (signal.aborted ? rm(request.scratchDirectory, { recursive: true, force: true }) : undefined));
    return result;
  }

  /** Resolves when nothing runs any more. */
  async settled(): Promise<void> {
    await this.queue;
  }

  private async listModels(): Promise<ModelSummary[]> {
    return (await this.models.list()).map(summarize);
  }

  /** Checks every model's files and opens its graph on the CPU. */
  private async checkModels(): Promise<ModelCheck[]> {
    const checks: ModelCheck[] = [];
    for (const model of await this.models.list()) {
      const { id, branches } = model.manifest;
      try {
        await verifyModel(model);
        await (await openTileSession(model.graph, 'cpu', branches)).release();
        checks.push({ id, ok: true, message: 'files match their SHA-256, the graph opens' });
      } catch (error) {
        checks.push({ id, ok: false, message: messageOf(error) });
      }
    }
    return checks;
  }

  private async versions(): Promise<EngineVersions> {
    const ort = await loadOnnxRuntime();
    const { versions } = loadSharp();
    return {
      engine: this.options.version,
      node: process.version,
      onnxruntime: ort.env.versions.common,
      sharp: versions.sharp,
      libvips: versions.vips,
      platform: `${process.platform}-${process.arch}`,
      threads: threadCount(),
    };
  }

}
