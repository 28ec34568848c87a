import type { InstallableModel } from './installableModels';
import type { CallContext } from './rpc';
import type { SpeedClass } from './speedClass';
import { type Words } from './phrase';

/** Most bytes of a manifest, and of a network's configuration. */
export const MANIFEST_LIMIT = 2 ** 20;

/**
 * Which variant of the checkpoint files: float32 for the CPU, float16 (half the size) for a GPU.
 */
export const PRECISIONS = ['fp32', 'fp16'] as const;
export type Precision = (typeof PRECISIONS)[number];

/** What a person needs to know of an installable model before anything else. */
export type ModelState =
  | { readonly state: 'unsupported'; readonly reason: Words }
  | {
      readonly state: 'not-installed';
      /** Bytes that an interrupted installation left, with which the next one goes on. */
      readonly downloadedBytes: number;
    }
  | {
      readonly state: 'ready';
      readonly folder: string;
      readonly bytes: number;
      readonly precision: Precision;
      /** It takes prompts, whose text encoder is there. */
      readonly prompts?: true;
      /** It makes drafts, whose decoder is there. */
      readonly draft?: true;
    };

export type ModelStateReport = {
  readonly id: InstallableModel;
  readonly name: string;
  readonly description: string;
  /** The names of its licenses. */
  readonly licence: string;
  readonly status: ModelState;
};

export type Licence = {
  /** What it covers, e.g. "Stable Diffusion 2.1 base". */
  readonly component: string;
  readonly name: string;
  readonly url: string;
  /** Whether the person must accept it before anything is fetched. */
  readonly mustAccept: boolean;
  readonly note: string;
};

export type DownloadSource = {
  /**
   * Addresses of the model's folder, tried in order. `{path}` stands for a file's path
   * (`unet/config.json`); without it the path is appended.
   */
  readonly mirrors: readonly string[];
  /**
   * Address of an HTTP(S) proxy; without it the environment's HTTPS_PROXY, HTTP_PROXY and NO_PROXY
   * count.
   */
  readonly proxy?: string;
  /** Whether the person agreed to ask mirrors over plain http. */
  readonly allowHttp?: boolean;
};

/**
 * Which files that could not be verified the person agreed to, by their SHA-256 (the detail of a
 * `weights-unverified` error names them), or all of them.
 */
export type Consent = { readonly acceptUnverified?: readonly string[] | 'all' };

/** What an installation would do. Nothing was fetched yet but the files' sizes. */
export type InstallPlan = {
  readonly id: InstallableModel;
  readonly name: string;
  readonly licences: readonly Licence[];
  /** The mirror that answered, as it may be shown; undefined where nothing is needed of one. */
  readonly mirror: string | undefined;
  /** The installed model whose Stable Diffusion is shared, by its name. */
  readonly sharedWith?: string;
  readonly files: readonly {
    readonly path: string;
    /** undefined when the mirror does not tell. */
    readonly bytes: number | undefined;
    /** Bytes that are here already. */
    readonly done: number;
    /** Needed only while installing. */
    readonly temporary: boolean;
    /** The address that has it, as it may be shown, where that is not the mirror. */
    readonly from?: string;
  }[];
  readonly bytesToFetch: number;
  readonly bytesFree: number;
  /** The file that no server offers to programs; undefined where there is none. */
  readonly weights?: {
    readonly name: string;
    readonly note: string;
    readonly pages: readonly string[];
    /** Whether an earlier, interrupted installation has it already. */
    readonly present: boolean;
  };
  readonly folder: string;
};

export type InstallRequest = DownloadSource & {
  readonly id: InstallableModel;
  readonly precision: Precision;
  /** Whether the text encoder stays, so that the model takes prompts. */
  readonly prompts?: boolean;
  /** Whether the tiny decoder comes with it, where it can be had, so that it makes drafts. */
  readonly draft?: boolean;
  /**
   * Whether a model that is installed already keeps its files and gets what it lacks, instead of
   * all of them anew; by default where prompts or drafts are asked for.
   */
  readonly extend?: boolean;
};

export const extendsInstalled = ({ extend, prompts, draft }: InstallRequest): boolean =>
  extend ?? (prompts === true || draft === true);

export type InstallResult<W extends Words = string> =
  | { readonly state: 'ready'; readonly imported: ImportResult<W> }
  /** All that can be downloaded is here; `weights` is missing. */
  | { readonly state: 'waiting-for-weights'; readonly weights: string };

/** `W`: words as the engine sends them, or texts in the language of who asked it. */
export type ImportResult<W extends Words = string> = {
  readonly id: InstallableModel;
  readonly folder: string;
  readonly bytes: number;
  readonly files: readonly {
    readonly path: string;
    readonly bytes: number;
    readonly how: 'linked' | 'copied' | 'computed';
  }[];
  readonly notes: readonly W[];
};

export type ModelProgress<W extends Words = string> = {
  readonly phase: 'download' | 'check' | 'copy' | 'compute' | 'hash';
  /** File that is worked on, relative to the model's folder. */
  readonly file: string;
  /** Bytes done and in all over every file of this phase; 0 of 0 when not counted. */
  readonly bytes: number;
  readonly totalBytes: number;
  /** Of a download, measured over the last seconds. */
  readonly bytesPerSecond?: number;
  readonly secondsLeft?: number;
  /** What happened that the person should know: a retry, another mirror. */
  readonly note?: W;
};

/** Servers that a model is written for. */
export const EXPORT_TARGETS = ['triton', 'kserve'] as const;
export type ExportTarget = (typeof EXPORT_TARGETS)[number];

export type ExportRequest = {
  /** A model, or a pair joined by "+". */
  readonly id: string;
  readonly target: ExportTarget;
  /** Absolute: the model repository; for KServe the folder that holds it. */
  readonly folder: string;
};

export type ExportedModel = {
  readonly id: string;
  /** Under which it is served. */
  readonly name: string;
  /** What the server's configuration says of its weights. */
  readonly checksum: string;
  readonly folder: string;
  /** Absolute. */
  readonly files: readonly string[];
};

export type VerifyResult<W extends Words = string> = {
  readonly id: string;
  readonly ok: boolean;
  readonly message: W;
  readonly files: readonly {
    readonly path: string;
    readonly bytes: number;
    readonly sha256: string;
    readonly ok: boolean;
    readonly message: W;
  }[];
};

/** What a licence allows whoever uses the pictures. */
export type LicenceTerms = 'permissive' | 'copyleft' | 'non-commercial' | 'unknown';

/** What is known of a model in a file of the person's own. */
export type FoundModel = {
  /** What it is or will be called. */
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** Absolute path. */
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  /** The family of its network, such as "ESRGAN". */
  readonly architecture: string;
  /** "64 features, 23 blocks" */
  readonly size: string;
  /** Undefined where it is not known. */
  readonly speed?: SpeedClass;
  /** 1 for a network that restores at the same size. */
  readonly scale: number;
  readonly licence: {
    /** SPDX name, or "licence unknown". */
    readonly name: string;
    readonly terms: LicenceTerms;
    /** Who says so; undefined where nobody does. */
    readonly source: string | undefined;
  };
  readonly author?: string;
  /** Only an inference server has it, so nobody here can tell what it computes. */
  readonly unverified?: boolean;
};

/** A model that an inference server names. */
export type ServerModelReport<W extends Words = string> = {
  /** Its name there. */
  readonly name: string;
  /** Of the model here that has that name there: one of this machine's, or one that was added. */
  readonly id?: string;
  /** The only size that it takes. */
  readonly tile?: { readonly width: number; readonly height: number };
  /** Where its metadata tell it; else a trial does. */
  readonly scale?: number;
  readonly precision?: 'float32' | 'float16';
  /** Why it can't be used; undefined where it may be. */
  readonly unfit?: W;
};

export type ServerModelsReport<W extends Words = string> = {
  /** Name, version and host. */
  readonly server: string;
  readonly models: readonly ServerModelReport<W>[];
  /** So many more are in its index. */
  readonly more: number;
  readonly hasIndex: boolean;
};

/** A model of the inference server. */
export type AddServedRequest = { readonly name: string; readonly version?: string };

export type LookResult<W extends Words = string> = {
  readonly found: readonly FoundModel[];
  /** Files that are no upscaler, and why. */
  readonly refused: readonly { readonly file: string; readonly message: W }[];
};

export type AddModelRequest = {
  /** Absolute path of the file, which stays where it is. */
  readonly file: string;
  /** Whether the person accepts a licence that restricts what may be done with the pictures. */
  readonly licenceAccepted: boolean;
};

/** A model's file at an address. */
export type FetchModelRequest = {
  /** Of the file itself, https. */
  readonly url: string;
  readonly proxy?: string;
  readonly allowHttp?: boolean;
};

export type ModelFileFacts = {
  readonly name: string;
  readonly host: string;
  /** Undefined where the server does not tell. */
  readonly bytes?: number;
};

/** `folder` is where its manifest lies. */
export type AddedModel = FoundModel & { readonly folder: string };

/** A published model that can be installed. */
export type ListedModelReport = {
  /** `p+s` for a pair. */
  readonly id: string;
  readonly name: string;
  readonly author: string;
  readonly licence: { readonly name: string; readonly terms: LicenceTerms };
  /** The network, as its author calls it. */
  readonly network: string;
  readonly speed: SpeedClass;
  readonly scale: number;
  readonly bytes: number;
  readonly sha256: string;
  /** Where it is fetched from. */
  readonly host: string;
  readonly purpose: string;
  readonly installed: boolean;
};

export type InstallListedRequest = {
  /** Of one model of the list, or `p+s` for two of them. */
  readonly id: string;
  readonly licenceAccepted: boolean;
  /** Addresses of a folder that has the file, instead of its author's. */
  readonly mirrors?: readonly string[];
  readonly proxy?: string;
  readonly allowHttp?: boolean;
};

export type RemovedModel = {
  readonly bytesFreed: number;
  readonly folder: string;
  /** The person's own file, which stays where it is. */
  readonly kept?: string;
};

/** The part of the engine that gets, checks and removes models. */
export type ModelApi = {
  modelStates(params: undefined, context: CallContext): Promise<readonly ModelStateReport[]>;
  planInstall(params: InstallRequest, context: CallContext): Promise<InstallPlan>;
  /**
   * `licencesAccepted` must be true; `weights` is the absolute path of the model's own file. Reports
   * `ModelProgress`.
   */
  installModel(
    params: InstallRequest &
      Consent & { readonly licencesAccepted: boolean; readonly weights?: string },
    context: CallContext,
  ): Promise<InstallResult<Words>>;
  /**
   * Takes files that are on this machine. `precision` chooses when a folder holds both. Reports
   * `ModelProgress`.
   */
  importModel(
    params: Consent & {
      readonly id: InstallableModel;
      readonly folder: string;
      readonly weights?: string;
      readonly precision?: Precision;
      readonly prompts?: boolean;
      readonly draft?: boolean;
    },
    context: CallContext,
  ): Promise<ImportResult<Words>>;
  /** Reads every byte of a model's files. Without `id`, of all models. Reports `ModelProgress`. */
  verifyModels(
    params: { readonly id?: string },
    context: CallContext,
  ): Promise<readonly VerifyResult<Words>[]>;
  exportModel(params: ExportRequest, context: CallContext): Promise<ExportedModel>;
  removeModel(params: { readonly id: string }, context: CallContext): Promise<RemovedModel>;
  /** What a file is, or the files of a folder; changes nothing. */
  lookAtModels(params: { readonly path: string }, context: CallContext): Promise<LookResult<Words>>;
  /** Published models that can be installed. */
  listedModels(params: undefined, context: CallContext): Promise<readonly ListedModelReport[]>;
  /** Fetches one of them, or both of a pair. Reports `ModelProgress`. */
  installListed(params: InstallListedRequest, context: CallContext): Promise<readonly AddedModel[]>;
  /** Asks for the size of a model's file. */
  probeModelFile(params: FetchModelRequest, context: CallContext): Promise<ModelFileFacts>;
  /**
   * Fetches it and says what it is, under the path that `addModel` takes: then it moves to its
   * model. Reports `ModelProgress`.
   */
  fetchModelFile(params: FetchModelRequest, context: CallContext): Promise<FoundModel>;
  /** Removes what `fetchModelFile` fetched and nobody added. */
  dropModelFile(params: Pick<FetchModelRequest, 'url'>, context: CallContext): Promise<void>;
  /** What the inference server's index names. */
  serverModels(params: undefined, context: CallContext): Promise<ServerModelsReport<Words>>;
  /** Adds a model that only the inference server has, after a trial there. */
  addServed(params: AddServedRequest, context: CallContext): Promise<AddedModel>;
  /** Adds a model that lies in a file, without a copy of it. */
  addModel(params: AddModelRequest, context: CallContext): Promise<AddedModel>;
};
