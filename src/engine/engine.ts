import { removeTree } from '../files/removeTree';
import type { RemoteSettings } from '../shared/remoteSettings';
import { wordsOf, type CallContext } from '../shared/rpc';
import type {
  DevicesReport,
  EngineApi,
  EngineVersions,
  ModelCheck,
  ModelSummary,
  UpscaleRequest,
  UpscaleResult,
} from '../shared/engineProtocol';
import { inspectSource } from './image/inspect';
import { headerOf, inspectAll } from './image/inspectAll';
import { isWebAssembly, loadSharp } from './image/sharpLoader';
import { ModelManager } from './models/install/modelManager';
import { requireHere } from './models/kinds/serverModel';
import type { Model } from './models/model';
import { ModelRegistry, summarize } from './models/registry';
import { PisaSessions } from './pisa/pisaSessions';
import { encodedSize } from './preview/encodedSize';
import { exactRegion } from './preview/exactRegion';
import { previewFile } from './preview/previewFile';
import type { RemoteDevice } from './remote/remoteDevice';
import { noServer, openRemoteDevice, reportRemote, resolveRemote } from './remote/remoteDevices';
import { openRemoteSession } from './remote/remoteSession';
import { ServerModels } from './remote/serverModels';
import { loadOnnxRuntime } from './runtime/onnxRuntime';
import { openTileSession } from './runtime/session';
import { threadCount } from './runtime/threads';
import { SessionPool } from './runtime/sessionPool';
import { Line } from './line';
import { deviceChecks } from './trust/deviceChecks';
import { DeviceTrust } from './trust/deviceTrust';
import { defaultTrustFile, TrustFile } from './trust/trustFile';
import { judgeAll } from './upscale/judge';
import { measurePace } from './upscale/measurePace';
import { precisionFor } from './upscale/placeModel';
import type { Watchdog } from './watchdog/watchdog';
import type { UpscaleServices } from './upscale/services';
import { upscaleFile } from './upscale/upscaleFile';
import type { Words } from '../shared/phrase';

export type EngineOptions = {
  /** Folders with one sub-folder a model, the embedded ones first. */
  readonly modelFolders: readonly string[];
  /** The folder where models that a person installs live. */
  readonly store: string;
  /** The engine's own script, started again to try devices. */
  readonly entry: string;
  readonly version: string;
  /** Learns which scratch folders are to go with the process. */
  readonly watchdog: Pick<Watchdog, 'hold' | 'release'>;
};

/**
 * The engine: everything the process offers, without a word about how it is reached. One network
 * runs at a time.
 */
export class Engine {
  private readonly models: ModelRegistry;
  private readonly manager: ModelManager;
  private readonly devices: DeviceTrust;
  private readonly sessions = new SessionPool((model, device, branches) =>
    device === 'remote'
      ? openRemoteSession(this.requireRemote(), model, branches)
      : openTileSession(model.graph, device, branches),
  );
  private readonly pisa = new PisaSessions();
  /** Whoever runs a network, or works with a session, stands in this line. */
  private readonly line = new Line();
  private readonly unfinished = new Set<Promise<unknown>>();
  private readonly services: UpscaleServices;
  /** The person's inference server, or what is wrong with how they named it. */
  private remote: { readonly device: RemoteDevice } | { readonly problem: Error } | undefined;

  constructor(private readonly options: EngineOptions) {
    const folders = [...options.modelFolders, options.store];
    this.models = new ModelRegistry(folders, options.store);
    this.manager = new ModelManager(options.store, this.models, async () => {
      await this.sessions.release();
      await this.pisa.release();
    });
    this.devices = new DeviceTrust(
      deviceChecks({ ...options, folders }),
      new TrustFile(defaultTrustFile()),
    );
    const remote = (): RemoteDevice | undefined =>
      this.remote && 'device' in this.remote ? this.remote.device : undefined;
    this.services = {
      get remote() {
        return remote();
      },
      findModel: (id) => this.models.find(id),
      checkDevice: (choice, model) => {
        if (choice === 'remote') this.requireRemote();
        else requireHere(model);
      },
      resolveDevice: async (choice, model, context) => {
        if (choice === 'remote') return resolveRemote(this.requireRemote(), model, context);
        requireHere(model);
        return this.devices.resolve(choice, model, context);
      },
      cpuPrecision: (model, signal) => this.devices.precision(model, signal),
      refusal: (model, device, precision) => this.devices.refusal(model, device, precision),
      acquireSession: async (model, device, tile, branches) => {
        await this.pisa.release();
        return this.sessions.acquire(model, device, tile, branches);
      },
      releaseSession: () => this.sessions.release(),
      pisa: this.pisa,
      inTurn: (signal, work) => this.line.run(signal, work),
      version: options.version,
    };
  }

  /** The methods as the RPC endpoint serves them. */
  api(): EngineApi {
    return {
      upscale: (request, context) => this.upscale(request, context),
      preview: (request, { signal, progress }) =>
        this.line.run(signal, () => previewFile(request, this.services, { signal, progress })),
      exactRegion: (request, { signal }) =>
        this.line.run(signal, () => exactRegion(request, this.services, signal)),
      encodedSize: (request, { signal }) => encodedSize(request, signal),
      pictureHeader: async ({ input, maxInputMegapixels }) =>
        headerOf(await inspectSource(input, maxInputMegapixels, undefined, 'head')),
      inspect: ({ inputs, maxInputMegapixels }, { signal }) =>
        inspectAll(inputs, maxInputMegapixels, signal),
      judge: ({ calls }, { signal }) => judgeAll(calls, this.services, signal),
      pace: (params, { signal }) =>
        this.line.run(signal, () => measurePace(params, this.services, signal)),
      precision: (params, { signal }) => precisionFor(params, this.services, signal),
      devices: ({ refresh, models }, { signal }) =>
        this.reportDevices(refresh, models === true, signal),
      useRemote: async (settings) => this.useRemote(settings),
      serverModels: async (_params, { signal }) => this.serverModels().list(signal),
      addServed: async (model, { signal }) => this.serverModels().add(model, signal),
      models: () => this.listModels(),
      checkModels: () => this.checkModels(),
      versions: () => this.versions(),
      ...this.manager.api(),
    };
  }

  /**
   * Several pictures may be on their way at once: each stands in line for the network only, so that
   * others are decoded and encoded meanwhile.
   */
  private async upscale(
    request: UpscaleRequest,
    { signal, progress }: CallContext,
  ): Promise<UpscaleResult<Words>> {
    const { watchdog } = this.options;
    watchdog.hold(request.scratchDirectory);
    const work = upscaleFile(request, this.services, { signal, progress });
    const settled = work.then(
      () => undefined,
      () => undefined,
    );
    // The client removes the scratch folder too; but it may be the client's death that cancelled
    // the run.
    const over = settled.then(async () => {
      if (signal.aborted) await removeTree(request.scratchDirectory).catch(() => undefined);
      watchdog.release(request.scratchDirectory);
    });
    this.unfinished.add(over);
    void over.then(() => this.unfinished.delete(over));
    return work;
  }

  /** What is wrong with the settings is told to whoever uses the server. */
  private useRemote(settings: RemoteSettings): void {
    if (this.remote && 'device' in this.remote) this.remote.device.close();
    try {
      this.remote = { device: openRemoteDevice(settings) };
    } catch (error) {
      this.remote = { problem: error instanceof Error ? error : new Error(String(error)) };
    }
  }

  private requireRemote(): RemoteDevice {
    if (!this.remote) throw noServer();
    if ('problem' in this.remote) throw this.remote.problem;
    return this.remote.device;
  }

  private serverModels(): ServerModels {
    return new ServerModels(this.requireRemote(), this.models, this.options.store);
  }

  private async reportDevices(
    refresh: boolean,
    withModels: boolean,
    signal: AbortSignal,
  ): Promise<DevicesReport<Words>> {
    const models = withModels ? await this.models.list() : [];
    const here = models.filter(({ contract }) => !contract);
    const report = await this.devices.report({ refresh, models: here });
    if (!this.remote) return report;
    const { device, models: trusts } = await reportRemote(
      () => this.requireRemote(),
      models,
      signal,
    );
    return {
      ...report,
      devices: [...report.devices, device],
      models: [...report.models, ...trusts],
    };
  }

  /** Resolves when nothing runs any more. */
  async settled(): Promise<void> {
    while (this.unfinished.size > 0) await Promise.all(this.unfinished);
    await this.line.empty();
  }

  private async listModels(): Promise<ModelSummary[]> {
    return (await this.models.list()).map(summarize);
  }

  /** Checks every model's files and opens its graph on the CPU. */
  private async checkModels(): Promise<ModelCheck<Words>[]> {
    const checks: ModelCheck<Words>[] = [];
    for (const model of await this.models.list()) {
      const { id } = model.manifest;
      try {
        checks.push({ id, ok: true, message: await checkOpens(model) });
      } catch (error) {
        checks.push({ id, ok: false, message: wordsOf(error) });
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
      sharp: isWebAssembly({ versions }) ? `${versions.sharp} (WebAssembly)` : versions.sharp,
      libvips: versions.vips,
      platform: `${process.platform}-${process.arch}`,
      threads: threadCount(),
    };
  }
}

/** Checks a model's files and that they make networks; tells what was checked. */
async function checkOpens(model: Model): Promise<Words> {
  await model.check();
  return model.open();
}
