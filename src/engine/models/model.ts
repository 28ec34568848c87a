import type { ExactRegionRequest, PreviewRequest } from '../../shared/previewProtocol';
import type { PlainRemedy } from '../../shared/plainRemedies';
import type { CpuPrecision, Device } from '../../shared/settings';
import type { ComputeType } from '../graph/sd21/weights';
import type { Depth } from '../image/samples';
import type { OpenSource } from '../preview/openSource';
import type { PreviewContext, PreviewInput, PreviewLayers } from '../preview/previewTiled';
import type { Trial } from '../trust/trial';
import type {
  InferInput,
  InferRequest,
  InferResult,
  UpscaleContext,
  UpscaleServices,
} from '../upscale/services';
import type { ServerContract } from './community/serverContract';
import type { TiledModel } from './kinds/tiled';
import type { Descriptor, ModelFile } from './manifest';
import { type Words } from '../../shared/phrase';

/** What a person can do when a model's files are not as they should be. */
export type ModelAdvice = {
  /** Completes a message about damage, as a sentence. */
  readonly hint: Words;
  readonly remedy: PlainRemedy;
  /** Completes "…: " in the report of a verification. */
  readonly repair: Words;
  /** What it means that a file has the SHA-256 of the manifest. */
  matches(file: ModelFile): Words;
};

/**
 * A model found on disk, whatever its kind. Kinds are files in `kinds/`, each with one class of this
 * face; nobody else asks of which kind a model is.
 */
export type Model = {
  readonly manifest: Descriptor;
  readonly folder: string;
  /** The files that its manifest vouches for; paths are relative to `folder` or absolute. */
  readonly files: readonly ModelFile[];
  readonly advice: ModelAdvice;
  /** Its networks' own scale; undefined when it enlarges before they run, so that any is its own. */
  readonly ownScale: number | undefined;
  /** The most bits of a channel that it works with. */
  readonly depth: Depth;
  /**
   * Whether a preview's layers, blended, are what a run with the same guidance yields. Else an exact
   * region must be computed for each guidance.
   */
  readonly exactPreview: boolean;
  /** Whether a tiny decoder makes its previews' layers; then they are not exact. */
  readonly draftsPreview: boolean;
  /** What it may compute in on a device other than the CPU, the fastest first. */
  readonly precisions: readonly ComputeType[];
  /** What a CPU may compute it in. */
  readonly cpuPrecisions: readonly CpuPrecision[];
  /** What this one is computed in, where it runs on a CPU: floats, unless it comes from `inPrecision`. */
  readonly cpuPrecision: CpuPrecision;
  /**
   * Whether `auto` chooses between them by what was found out here; else 8 bits are for those who ask for
   * them.
   */
  readonly choosesPrecision: boolean;
  /** Whether a part of a picture can be computed alone, so that previews need not know the rest. */
  readonly byTiles: boolean;
  /** Whether a decoder makes its pictures, in whose place a tiny one can make drafts. */
  readonly hasDecoder: boolean;
  /** Whether words can say what the picture shows, and whether what reads them is installed. */
  readonly prompts: 'none' | 'missing' | 'ready';
  /** The network as a server runs it; undefined for what no server can. */
  readonly served: TiledModel | undefined;
  /** How a model is spoken to that only a server has; undefined for what runs here. */
  readonly contract?: ServerContract;
  /**
   * Whether nobody else changes its files, so that checking them once in the life of a process will
   * do.
   */
  readonly stable: boolean;

  /** The same model, computed in one of `cpuPrecisions`. */
  inPrecision(precision: CpuPrecision): Model;
  /**
   * Rejects with `model-damaged` unless the files have their sizes and, when they are small or
   * `thorough` is set, their SHA-256.
   */
  check(thorough?: boolean): Promise<void>;
  /** Checks that the files make networks; tells what was checked. */
  open(): Promise<Words>;
  /** Runs the model over a picture. */
  infer(
    request: InferRequest,
    services: UpscaleServices,
    context: UpscaleContext,
    input: InferInput,
  ): Promise<InferResult>;
  /** Computes a preview's layers into its scratch folder. */
  preview(
    request: PreviewRequest,
    services: UpscaleServices,
    context: PreviewContext,
    source: PreviewInput,
  ): Promise<PreviewLayers>;
  /** Computes `request.rect` of the result as a run would make it, into the file `target`. */
  exactRegion(
    request: ExactRegionRequest,
    services: UpscaleServices,
    signal: AbortSignal,
    source: OpenSource,
    target: string,
  ): Promise<void>;
  /** The network, or networks, of the model on a small picture, to compare a device with the CPU. */
  trials(device: Device, type: ComputeType): Promise<readonly Trial[]>;
  /**
   * Seconds for one input pixel, by a short trial; undefined where a trial would take as long as a
   * picture.
   */
  pace(services: UpscaleServices, device: Device): Promise<number | undefined>;
};
