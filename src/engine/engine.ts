import { rm } from 'node:fs/promises';
import type { CallContext } from '../shared/rpc';
import type { EngineApi, EngineVersions, ModelCheck, ModelSummary, UpscaleRequest, UpscaleResult } from '../shared/engineProtocol';
import { cancelled, messageOf } from './errors';
import { inspectSource } from './image/inspect';
import { loadSharp } from './image/sharpLoader';
import { ModelManager } from './models/install/modelManager';
import { checkModel, isTiled, ModelRegistry, summarize, type InstalledModel } from './models/registry';
import { readPisaCheckpoint } from './pisa/pisaCheckpoint';
import { PisaSessions } from './pisa/pisaSessions';
import { exactRegion } from './preview/exactRegion';
import { previewFile } from './preview/previewFile';
import { DeviceSelector } from './runtime/deviceSelector';
import { loadOnnxRuntime } from './runtime/onnxRuntime';
import { probeDevices } from './runtime/probe';
import { openTileSession, threadCount } from './runtime/session';
import { SessionPool } from './runtime/sessionPool';
import type { UpscaleServices } from './upscale/services';
import { upscaleFile } from './upscale/upscaleFile';

export type EngineOptions = {
  /** Folders with one sub-folder a model, the embedded ones first. */
  readonly modelFolders: readonly string[];
  /** The folder where models that a person installs live. */
  readonly store: string;
  /** The engine's own script, started again to probe devices. */
  readonly entry: string;
  readonly version: string;
};

/** The engine: everything the process offers, without a word about how it is reached. One picture at a time. */
export class Engine {
  private readonly models: ModelRegistry;
  private readonly manager: ModelManager;
  private readonly devices: DeviceSelector;
  private readonly sessions = new SessionPool();
  private readonly pisa = new PisaSessions();
  private queue: Promise<unknown> = Promise.resolve();
  private readonly services: UpscaleServices;

  constructor(private readonly options: EngineOptions) {
    this.models = new ModelRegistry([...options.modelFolders, options.store]);
    this.manager = new ModelManager(options.store, this.models, () => this.pisa.release());
    this.devices = new DeviceSelector(() => probeDevices(options.entry));
    this.services = {
      findModel: (id) => this.models.find(id),
      resolveDevice: (choice): ReturnType<DeviceSelector['resolve']> => this.devices.resolve(choice),
      acquireSession: async (model, device, tile, branches) => {
        await this.pisa.release();
        return this.sessions.acquire(model, device, tile, branches);
      },
      releaseSession: () => this.sessions.release(),
      pisa: this.pisa,
      version: options.version,
    };
  }

  /** The methods as the RPC endpoint serves them. */
  api(): EngineApi {
    return {
      upscale: (request, context) => this.upscale(request, context),
      preview: (request, { signal, progress }) => this.enqueue(signal, () => previewFile(request, this.services, { signal, progress })),
      exactRegion: (request, { signal }) => this.enqueue(signal, () => exactRegion(request, this.services, signal)),
      pictureSize: async ({ input, maxInputMegapixels }) => (await inspectSource(input, maxInputMegapixels)).size,
      devices: ({ refresh }) => this.devices.report(refresh),
      models: () => this.listModels(),
      checkModels: () => this.checkModels(),
      versions: () => this.versions(),
      ...this.manager.api(),
    };
  }

  private upscale(request: UpscaleRequest, { signal, progress }: CallContext): Promise<UpscaleResult> {
    const result = this.enqueue(signal, () => upscaleFile(request, this.services, { signal, progress }));
    // The client removes the scratch folder too; but it may be the client's death that cancelled the run.
    this.queue = this.queue.then(async () => {
      if (signal.aborted) await rm(request.scratchDirectory, { recursive: true, force: true }).catch(() => undefined);
    });
    return result;
  }

  /** Runs one piece of work after the other. What still waits obeys a cancel at once. */
  private enqueue<T>(signal: AbortSignal, run: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const leave = (): void => reject(cancelled());
      signal.addEventListener('abort', leave, { once: true });
      this.queue = this.queue.then(async () => {
        signal.removeEventListener('abort', leave);
        if (signal.aborted) leave();
        else await run().then(resolve, reject);
      });
    });
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
      const { id } = model.manifest;
      try {
        checks.push({ id, ok: true, message: await checkOpens(model) });
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

/** Checks a model's files and that they make networks; tells what was checked. */
async function checkOpens(model: InstalledModel): Promise<string> {
  await checkModel(model);
  if (isTiled(model)) {
    await (await openTileSession(model.graph, 'cpu', model.manifest.branches)).release();
    return 'files match their SHA-256, the graph opens';
  }
  await readPisaCheckpoint(model);
  return 'sizes and headers are right; "models verify" reads every byte';
}
