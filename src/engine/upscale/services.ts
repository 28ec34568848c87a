import type {
  PrecisionFinding,
  UpscaleProgress,
  UpscaleRequest,
} from '../../shared/engineProtocol';
import type { Rect, Size } from '../../shared/geometry';
import type { Branch, Guidance } from '../../shared/guidance';
import type { Device } from '../../shared/settings';
import type { ComputeType } from '../graph/sd21/weights';
import type { DecodedSource } from '../image/decode';
import type { PixelFile } from '../image/pixelFile';
import type { TiledModel } from '../models/kinds/tiled';
import type { Model } from '../models/model';
import type { PisaSessions } from '../pisa/pisaSessions';
import type { RemoteDevice } from '../remote/remoteDevice';
import type { TileSession } from '../runtime/session';
import type { Words } from '../../shared/phrase';

/** What an upscaling needs from the rest of the engine. */
export type UpscaleServices = {
  findModel(id: string): Promise<Model>;
  /**
   * The device to run a model on, which is trusted to it. Why a faster one is not is added to
   * `notes`. Rejects with `device-unavailable` when a named device can't be used for the model.
   */
  resolveDevice(
    choice: UpscaleRequest['device'],
    model: Model,
    context: { readonly signal: AbortSignal; readonly notes: Words[] },
  ): Promise<Device>;
  /** Throws where a device can't be had for a model whatever the machine, before any is tried. */
  checkDevice(choice: UpscaleRequest['device'], model: Model): void;
  /** What the CPU should compute a model in that has a form in 8 bits. */
  cpuPrecision(model: Model, signal: AbortSignal): Promise<PrecisionFinding<Words>>;
  /** Why a model may not run on a device in a precision; undefined when it may. */
  refusal(model: Model, device: Device, precision: ComputeType): Promise<Words | undefined>;
  /** A session that yields at least `branches`. */
  acquireSession(
    model: TiledModel,
    device: Device,
    tile: Size,
    branches: readonly Branch[],
  ): Promise<TileSession>;
  releaseSession(): Promise<void>;
  /** Waits until nobody else works with a session, then runs `work`. */
  inTurn<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T>;
  /** The inference server that the person named, if any. */
  readonly remote?: Pick<RemoteDevice, 'label' | 'fallback' | 'descriptor'> | undefined;
  readonly pisa: PisaSessions;
  /** Of the engine, for the record in a result. */
  readonly version: string;
};

export type UpscaleContext = {
  readonly signal: AbortSignal;
  readonly progress: (progress: UpscaleProgress) => void;
};

/** What of a request concerns the models. */
export type InferRequest = Pick<
  UpscaleRequest,
  'input' | 'restore' | 'prompt' | 'draft' | 'colourFix' | 'scratchDirectory' | 'tile'
>;

/** What every kind of model is given. */
export type InferInput = {
  readonly device: Device;
  readonly decoded: DecodedSource;
  /** Size of the source. */
  readonly size: Size;
  readonly guidance: Guidance;
  /** The true factor of the result. Models of a fixed scale have their own. */
  readonly scale: number;
  /** Only this part of the result is wanted; models that compute the whole at once ignore it. */
  readonly region: Rect | undefined;
  /** 0 for the whole picture, else the number of a part of it. */
  readonly part: number;
  /** What the person should know is added here. */
  readonly notes: Words[];
};

export type InferResult = {
  /**
   * The result at the model's own scale, or already the region that was asked for. The caller
   * closes it.
   */
  readonly raw: PixelFile;
  readonly isRegion: boolean;
  readonly tiles: number;
  readonly device: Device;
  readonly inferenceSeconds: number;
};
