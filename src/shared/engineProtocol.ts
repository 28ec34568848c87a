import type { AssetOptions } from './assetOptions';
import type { Rect, Size } from './geometry';
import type { Branch, Guidance } from './guidance';
import type { FoundModel, ModelApi } from './modelProtocol';
import type { OutputOptions } from './outputOptions';
import type { SizeLimit, SizeTarget } from './outputSize';
import type {
  EncodedSizeRequest,
  ExactRegionRequest,
  ExactRegionResult,
  PreviewRequest,
  PreviewResult,
} from './previewProtocol';
import type { Remedy } from './remedies';
import type { RemoteSettings } from './remoteSettings';
import type { CallContext, RpcErrorValue } from './rpc';
import type {
  ColourFix,
  CpuPrecision,
  Device,
  DeviceChoice,
  OutputFormat,
  OutputFormatChoice,
  OverwritePolicy,
  PrecisionChoice,
} from './settings';
import type { Words } from './phrase';

/** Where an output goes. */
export type OutputTarget =
  | {
      readonly kind: 'pattern';
      /** Absolute folder; the pattern is relative to it. */
      readonly directory: string;
      readonly pattern: string;
      /** What `{folder}` stands for in the pattern, with "/". */
      readonly folder?: string;
      /** See `WantedPlace`; missing for the directory alone. */
      readonly within?: string;
    }
  | {
      readonly kind: 'file';
      /**
       * Absolute path that the person named. Its extension decides the format when `format` is
       * `source`.
       */
      readonly path: string;
      /** For a path that follows from a plan or from the source's own; see `WantedPlace`. */
      readonly within?: string;
    };

export type UpscaleRequest = {
  /** Chosen by the client; names every temporary file of this job. Letters, digits and `-` only. */
  readonly jobId: string;
  /** Absolute path of the source. */
  readonly input: string;
  readonly target: OutputTarget;
  /**
   * Folder for raw intermediates, made by the client and removed by it when the job ends in any
   * way.
   */
  readonly scratchDirectory: string;
  readonly model: string;
  /** A model that restores at the same size and runs before the other. */
  readonly restore?: string;
  readonly device: DeviceChoice;
  /** `auto` unless given. */
  readonly precision?: PrecisionChoice;
  readonly scale: number;
  /** Instead of the scale. */
  readonly size?: SizeTarget;
  readonly notBeyond?: SizeLimit;
  readonly guidance: Guidance;
  /** For diffusion models; others ignore it. */
  readonly colourFix: ColourFix;
  /** Words that say what the picture shows, for models that take them. */
  readonly prompt?: string;
  /** Whether a tiny decoder makes the picture, quickly and roughly, of models that have one. */
  readonly draft?: boolean;
  /** They were not given for this picture, so who takes none need not say so. */
  readonly promptIsUsual?: true;
  /**
   * Only this part of the result, in pixels of the whole result; the file then holds that part
   * alone.
   */
  readonly region?: Rect;
  readonly format: OutputFormatChoice;
  readonly quality: number;
  readonly output?: OutputOptions;
  readonly asset?: AssetOptions;
  readonly overwrite: OverwritePolicy;
  readonly maxInputMegapixels: number;
  /** Those of `DEFAULT_SETTINGS` unless given. */
  readonly maxOutputMegapixels?: number;
  readonly maxFrames?: number;
  /** Largest side of a tile's input in pixels; undefined lets the engine choose. */
  readonly tile?: number;
};

export type UpscaleProgress = {
  readonly phase: 'prepare' | 'infer' | 'encode';
  /** Tiles done so far, and all. 0 of 0 before the plan is made. */
  readonly tile: number;
  readonly tiles: number;
  readonly device?: Device;
  /** The inference server, where that is the device: its name, version and host. */
  readonly server?: string;
  /** Estimated seconds until the inference ends; missing until the first tile is done. */
  readonly secondsLeft?: number;
  /** The part of the picture that this step finished, in output pixels of the model. */
  readonly rect?: Rect;
  /**
   * A temporary file beside the target that exists from now on; the client removes it if the engine
   * dies.
   */
  readonly temporaryFile?: string;
};

/** `W`: words as the engine sends them, or texts in the language of who asked it. */
export type UpscaleResult<W extends Words = string> = {
  readonly input: string;
  /** Absolute path written; when skipped, the one that exists, or empty. */
  readonly output: string;
  readonly skipped: boolean;
  readonly sourceWidth: number;
  readonly sourceHeight: number;
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
  readonly model: string;
  readonly device: Device;
  /** The inference server, where that is the device: its name, version and host. */
  readonly server?: string;
  /** A model took part that only a server has, so that nobody can tell what it computes. */
  readonly unverified?: boolean;
  /** `int8` where the model was computed in 8 bits. */
  readonly precision?: 'int8';
  readonly scale: number;
  readonly guidance: Guidance;
  /** The words that the model was given. */
  readonly prompt?: string;
  /** It is a draft. */
  readonly draft?: true;
  readonly branches: readonly Branch[];
  readonly tiles: number;
  readonly seconds: { readonly total: number; readonly inference: number };
  readonly peakRssMB: number;
  /** Things the person should know: a fallback that was taken, a first frame, a dropped alpha. */
  readonly notes: readonly W[];
  /** What can be done about what the notes say. */
  readonly remedies: readonly Remedy[];
};

/** What a picture's first bytes say of it, whatever the file is called. */
export type PictureHeader = {
  /** Upright, of one frame. */
  readonly size: Size;
  /** Missing for what is drawn anew, as an SVG: a result of it is PNG unless another format is asked for. */
  readonly format?: OutputFormat;
};

/** What a picture's header says, or why it can't be upscaled. */
export type PictureFacts =
  | (PictureHeader & {
      readonly ok: true;
      readonly frames: number;
      /** Of its sides, pixels that are not enlarged: a nine-patch's frame. */
      readonly border: number;
    })
  | ({ readonly ok: false } & RpcErrorValue);

/** A call that is planned, and what is known of its picture. */
export type JudgedCall = {
  readonly call: Omit<UpscaleRequest, 'jobId' | 'scratchDirectory'>;
  readonly facts: PictureFacts & { readonly ok: true };
};

/** What a run would make of a picture, or why it would refuse; `W` as of a result. */
export type Judgement<W extends Words = string> =
  | {
      readonly ok: true;
      /** Of one frame, or of the region. */
      readonly size: Size;
      /** Why nothing is made: it is the larger picture of a set, or its result is there. */
      readonly leftAlone?: { readonly kind: 'in-set' | 'exists'; readonly why: W };
    }
  | ({ readonly ok: false } & RpcErrorValue);

/** How close to the CPU a device computed one thing. `W` as of a result. */
export type Agreement<W extends Words = string> = {
  /** The operator, or the network of a model. */
  readonly what: W;
  /** What the device computed in; the CPU's result is float32. */
  readonly precision: 'float32' | 'float16';
  /** Relative L2 distance from the CPU's result; missing when there is none. */
  readonly difference?: number;
  /** The largest difference that is allowed. */
  readonly bound: number;
  readonly agrees: boolean;
  /** The difference and its bound in words, or why there is none. */
  readonly reason: W;
};

/** Whether a device may run a model, and by what that was decided. */
export type ModelTrust<W extends Words = string> = {
  readonly model: string;
  readonly device: Device;
  readonly precision: 'float32' | 'float16';
  readonly trusted: boolean;
  readonly reason: W;
  /** Each of the model's networks, on a small picture. */
  readonly checks: readonly Agreement<W>[];
  /** On an inference server. */
  readonly timing?: RemoteTiming;
};

/** How long a tile of that size takes on a server, and how much of that is the way there and back. */
export type RemoteTiming = {
  readonly width: number;
  readonly height: number;
  readonly milliseconds: number;
  readonly networkMs: number;
};

/** What `auto` computes a model in on the CPU, of a model that has a form in 8 bits, and why. */
export type PrecisionFinding<W extends Words = string> = {
  readonly model: string;
  readonly precision: CpuPrecision;
  /** Whether 8 bits are right here; else they are refused. */
  readonly agrees: boolean;
  readonly reason: W;
  /** How far the two forms are apart, in levels of 255: a single value, and in root mean square. */
  readonly largest?: number;
  readonly deviation?: number;
  /** Time in 8 bits as a share of that in floats. */
  readonly ratio?: number;
};

export type DeviceReport<W extends Words = string> = {
  readonly device: Device;
  readonly usable: boolean;
  /** Why the device was refused, or how it did in the check. */
  readonly reason: W;
  /** What drives it, as far as the system tells: what is known of a device holds for this. */
  readonly driver?: string;
  /** Largest relative difference from the CPU of an operator in float32. */
  readonly maxDifference?: number;
  /** Best time for a small network in ms, after warm-up. */
  readonly milliseconds?: number;
  /** Every operator that models use. */
  readonly operators?: readonly Agreement<W>[];
};

export type DevicesReport<W extends Words = string> = {
  readonly devices: readonly DeviceReport<W>[];
  /** What `auto` means on this machine, for models that the device may run. */
  readonly auto: Device;
  /** The models that were asked for, on each usable device but the CPU, which is the reference. */
  readonly models: readonly ModelTrust<W>[];
  /** What the CPU computes those of them in that have a form in 8 bits. */
  readonly precisions: readonly PrecisionFinding<W>[];
};

export type ModelSummary = {
  /** Whether any part of a result can be computed by itself. */
  readonly byTiles: boolean;
  /** Of models that take words: whether what reads them is installed. */
  readonly prompts?: 'missing' | 'ready';
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly scale: number;
  readonly branches: readonly Branch[];
  readonly licence: string;
  /** What a CPU may compute it in. */
  readonly precisions: readonly CpuPrecision[];
  readonly folder: string;
  /** Of a model in a file of the person's own. */
  readonly own?: FoundModel & {
    /** Whether it was added; else it was found in a folder that is searched. */
    readonly added: boolean;
  };
};

export type ModelCheck<W extends Words = string> = {
  readonly id: string;
  readonly ok: boolean;
  readonly message: W;
};

export type EngineVersions = {
  readonly engine: string;
  readonly node: string;
  readonly onnxruntime: string;
  readonly sharp: string;
  readonly libvips: string;
  readonly platform: string;
  readonly threads: number;
};

/** What the engine process offers. */
export type EngineApi = ModelApi & {
  /** Tells the engine which server the device `remote` is; before all else, or never. */
  useRemote(params: RemoteSettings, context: CallContext): Promise<void>;
  upscale(params: UpscaleRequest, context: CallContext): Promise<UpscaleResult<Words>>;
  /** Progress is `PreviewProgress`. */
  preview(params: PreviewRequest, context: CallContext): Promise<PreviewResult<Words>>;
  exactRegion(params: ExactRegionRequest, context: CallContext): Promise<ExactRegionResult>;
  /** Bytes that a pixel of a preview's result takes in a file; undefined where no tile is left. */
  encodedSize(params: EncodedSizeRequest, context: CallContext): Promise<number | undefined>;
  /** What a picture's header says; the same refusals as an upscaling. */
  pictureHeader(
    params: { readonly input: string; readonly maxInputMegapixels: number },
    context: CallContext,
  ): Promise<PictureHeader>;
  /** The same for many pictures, in their order; what can't be upscaled is an answer, too. */
  inspect(
    params: { readonly inputs: readonly string[]; readonly maxInputMegapixels: number },
    context: CallContext,
  ): Promise<readonly PictureFacts[]>;
  /**
   * What a run would say of many calls before it decodes or writes anything, in their order. What only
   * the pixels, the device or the disk tell is left to the run.
   */
  judge(
    params: { readonly calls: readonly JudgedCall[] },
    context: CallContext,
  ): Promise<readonly Judgement<Words>[]>;
  /**
   * Seconds for one input pixel on a device, by a short trial; undefined for models whose trial
   * would take long.
   */
  pace(
    params: { readonly model: string } & Pick<UpscaleRequest, 'device' | 'precision'>,
    context: CallContext,
  ): Promise<{ readonly secondsPerPixel: number | undefined; readonly device: Device }>;
  /**
   * What a run with these settings would compute the model in; floats for a model that has no other
   * form. Rejects like `upscale` where that can't be.
   */
  precision(
    params: { readonly model: string } & Pick<UpscaleRequest, 'device' | 'precision'>,
    context: CallContext,
  ): Promise<CpuPrecision>;
  /**
   * Tries devices, unless it is known how they do; with `models` also each installed model on each
   * usable device. `refresh` forgets what is known.
   */
  devices(
    params: { readonly refresh: boolean; readonly models?: boolean },
    context: CallContext,
  ): Promise<DevicesReport<Words>>;
  models(params: undefined, context: CallContext): Promise<readonly ModelSummary[]>;
  checkModels(params: undefined, context: CallContext): Promise<readonly ModelCheck<Words>[]>;
  versions(params: undefined, context: CallContext): Promise<EngineVersions>;
};
