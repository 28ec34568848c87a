import path from 'node:path';
import { EngineClient } from '../client/engineClient';
import { defaultModelStore } from '../client/modelStore';
import type { DevicesReport, ModelSummary, UpscaleResult } from '../shared/engineProtocol';
import { REMOTE_DEFAULTS, type RemoteSettings } from '../shared/remoteSettings';
import { errorFor } from './error';
import {
  callFor,
  progressFrom,
  type BufferResult,
  type FileResult,
  type Picture,
  type ResultFacts,
  type UpscaleOptions,
} from './options';
import { Places } from './places';

/** The library lies beside dist/engine.js; the embedded models in models/ of the package. */
const ENTRY = path.join(__dirname, 'engine.js');
const MODELS = path.join(path.dirname(__dirname), 'models');
const IDLE_SECONDS = 60;

type ToFile = UpscaleOptions & { readonly output: string | URL };
type ToBytes = UpscaleOptions & { readonly output?: undefined };

/** A server of the Open Inference Protocol; all but its address has a default. */
export type RemoteServer = Partial<RemoteSettings> & Pick<RemoteSettings, 'url'>;

export type UpscalerOptions = {
  /** More folders with models; relative ones start from the working folder. */
  readonly modelFolders?: readonly string[];
  /** Folder of installed models; the one that the command line uses unless given. */
  readonly modelStore?: string;
  /** The engine's process ends after so long without work, and starts again by itself; 60. */
  readonly idleSeconds?: number;
  /** The inference server that the device `remote` is. */
  readonly remote?: RemoteServer;
  /** Gets what the engine prints. */
  readonly onLog?: (line: string) => void;
};

/** An engine that stays warm for many pictures. Calls may overlap. */
export interface Upscaler {
  /** Writes the result to `output`. */
  upscale(picture: Picture, options: ToFile): Promise<FileResult>;
  /** Gives the result back as bytes. */
  upscale(picture: Picture, options?: ToBytes): Promise<BufferResult>;
  /** Either, when `output` may be missing. */
  upscale(picture: Picture, options: UpscaleOptions): Promise<FileResult | BufferResult>;
  /** The models that `model` may name. */
  models(): Promise<readonly ModelSummary[]>;
  /** Which devices work here and what `auto` means. Takes some seconds the first time. */
  devices(): Promise<DevicesReport>;
  /** Ends the engine. What still runs is rejected. */
  close(): Promise<void>;
}

class EngineUpscaler implements Upscaler {
  private readonly client: EngineClient;

  constructor({ modelFolders = [], modelStore, idleSeconds, remote, onLog }: UpscalerOptions) {
    this.client = new EngineClient({
      entry: ENTRY,
      modelFolders: [MODELS, ...modelFolders.map((folder) => path.resolve(folder))],
      store: modelStore === undefined ? defaultModelStore() : path.resolve(modelStore),
      idleSeconds: idleSeconds ?? IDLE_SECONDS,
      ...(remote ? { remote: () => Promise.resolve({ ...REMOTE_DEFAULTS, ...remote }) } : {}),
      log: (line) => onLog?.(line),
    });
  }

  upscale(picture: Picture, options: ToFile): Promise<FileResult>;
  upscale(picture: Picture, options?: ToBytes): Promise<BufferResult>;
  upscale(picture: Picture, options: UpscaleOptions): Promise<FileResult | BufferResult>;
  async upscale(
    picture: Picture,
    options: UpscaleOptions = {},
  ): Promise<FileResult | BufferResult> {
    const { output, signal, onProgress } = options;
    const places = new Places();
    try {
      const call = callFor(await places.source(picture), await places.target(output), options);
      const result = await this.client.upscale(call, {
        ...(signal ? { signal } : {}),
        onProgress: (progress) => onProgress?.(progressFrom(progress)),
      });
      return output === undefined
        ? { ...factsOf(result), ...(await places.bytes(result.output)) }
        : { ...factsOf(result), path: result.output, skipped: result.skipped };
    } catch (error) {
      throw errorFor(error, signal);
    } finally {
      await places.remove();
    }
  }

  models(): Promise<readonly ModelSummary[]> {
    return this.client.models();
  }

  devices(): Promise<DevicesReport> {
    return this.client.devices({ refresh: false });
  }

  close(): Promise<void> {
    return this.client.dispose();
  }
}

/** Starts nothing yet: the engine's process comes with the first call. Close it at the end. */
export function openUpscaler(options: UpscalerOptions = {}): Upscaler {
  return new EngineUpscaler(options);
}

/** What `upscale` calls that overlap have in common. */
let shared: { readonly upscaler: Upscaler; users: number } | undefined;

/**
 * Upscales one picture. Calls that overlap share an engine; it ends with the last of them, so for
 * many pictures one after another `openUpscaler` is faster.
 */
export function upscale(picture: Picture, options: ToFile): Promise<FileResult>;
export function upscale(picture: Picture, options?: ToBytes): Promise<BufferResult>;
export function upscale(
  picture: Picture,
  options: UpscaleOptions,
): Promise<FileResult | BufferResult>;
export async function upscale(
  picture: Picture,
  options: UpscaleOptions = {},
): Promise<FileResult | BufferResult> {
  const user = (shared ??= { upscaler: openUpscaler(), users: 0 });
  user.users++;
  try {
    return await user.upscaler.upscale(picture, options);
  } finally {
    if (--user.users === 0) {
      shared = undefined;
      await user.upscaler.close();
    }
  }
}

function factsOf({
  width,
  height,
  scale,
  model,
  device,
  server,
  unverified,
  precision,
  guidance,
  prompt,
  draft,
  seconds,
  notes,
}: UpscaleResult): ResultFacts {
  return {
    width,
    height,
    scale,
    model,
    device,
    ...(server === undefined ? {} : { server }),
    ...(unverified === true ? { unverified } : {}),
    ...(precision === undefined ? {} : { precision }),
    guidance,
    ...(prompt === undefined ? {} : { prompt }),
    ...(draft === undefined ? {} : { draft }),
    seconds: seconds.total,
    notes,
  };
}
