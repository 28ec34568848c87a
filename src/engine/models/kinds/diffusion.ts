import type { ExactRegionRequest, PreviewRequest } from '../../../shared/previewProtocol';
import { CPU_PRECISIONS, type CpuPrecision, type Device } from '../../../shared/settings';
import type { ComputeType } from '../../graph/sd21/weights';
import { removeDamagedInt8 } from '../../pisa/int8/int8File';
import { METHODS } from '../../pisa/method';
import { readPisaCheckpoint } from '../../pisa/pisaCheckpoint';
import { exactPisa } from '../../preview/exactPisa';
import type { OpenSource } from '../../preview/openSource';
import { previewPisa } from '../../preview/previewPisa';
import type { PreviewContext, PreviewInput, PreviewLayers } from '../../preview/previewTiled';
import { pisaTrials } from '../../trust/pisaTrials';
import type { Trial } from '../../trust/trial';
import { inferPisa } from '../../upscale/inferPisa';
import type {
  InferInput,
  InferRequest,
  InferResult,
  UpscaleContext,
  UpscaleServices,
} from '../../upscale/services';
import { checkFiles } from '../fileChecks';
import { isKnown } from '../install/unverified';
import { DIFFUSION_PARTS, PROMPT_PARTS, type DiffusionManifest, type ModelFile } from '../manifest';
import type { Model, ModelAdvice } from '../model';
import { phrase, type Words } from '../../../shared/phrase';

/** A model on Stable Diffusion, which enlarges before its networks run. */
export class DiffusionModel implements Model {
  readonly ownScale = undefined;
  readonly depth = 16;
  readonly byTiles = false;
  readonly served = undefined;
  readonly hasDecoder = true;
  readonly precisions = ['float16', 'float32'] as const;
  readonly cpuPrecisions = CPU_PRECISIONS;
  readonly choosesPrecision = false;
  readonly stable = true;
  readonly exactPreview: boolean;
  readonly draftsPreview: boolean;
  readonly prompts: 'missing' | 'ready';
  readonly files: readonly ModelFile[];
  readonly advice: ModelAdvice = {
    hint: phrase`Remove the model, then install or import it again.`,
    remedy: 'manage-models',
    repair: phrase`remove the model and install or import it again`,
    matches: ({ sha256 }) =>
      isKnown(sha256)
        ? phrase`matches its SHA-256`
        : phrase`matches the SHA-256 that was recorded when it was installed`,
  };

  constructor(
    readonly manifest: DiffusionManifest,
    readonly folder: string,
    readonly cpuPrecision: CpuPrecision = 'fp32',
  ) {
    // A decode of blended latents is no blend of decoded ones.
    this.exactPreview = METHODS[manifest.kind].dials === 'pixels';
    this.draftsPreview = !this.exactPreview && manifest.draft !== undefined;
    const { parts, prompts, draft } = manifest;
    this.prompts = prompts ? 'ready' : 'missing';
    this.files = [
      ...DIFFUSION_PARTS.map((part) => parts[part]),
      ...(prompts ? PROMPT_PARTS.map((part) => prompts[part]) : []),
      ...(draft ? [draft] : []),
    ];
  }

  inPrecision(precision: CpuPrecision): DiffusionModel {
    return precision === this.cpuPrecision
      ? this
      : new DiffusionModel(this.manifest, this.folder, precision);
  }

  async check(thorough = false): Promise<void> {
    await checkFiles(this, thorough);
    if (thorough) await removeDamagedInt8(this.folder);
  }

  async open(): Promise<Words> {
    await readPisaCheckpoint(this);
    return phrase`sizes and headers are right; "models verify" reads every byte`;
  }

  infer(
    request: InferRequest,
    services: UpscaleServices,
    context: UpscaleContext,
    input: InferInput,
  ): Promise<InferResult> {
    return inferPisa(request, services, context, { ...input, model: this });
  }

  preview(
    request: PreviewRequest,
    services: UpscaleServices,
    context: PreviewContext,
    source: PreviewInput,
  ): Promise<PreviewLayers> {
    return previewPisa(request, services, context, { ...source, model: this });
  }

  exactRegion(
    request: ExactRegionRequest,
    services: UpscaleServices,
    signal: AbortSignal,
    source: OpenSource,
    target: string,
  ): Promise<void> {
    return exactPisa(request, services, signal, { ...source, model: this }, target);
  }

  trials(device: Device, type: ComputeType): Promise<readonly Trial[]> {
    return pisaTrials(this, device, type);
  }

  pace(): Promise<undefined> {
    return Promise.resolve(undefined);
  }
}
