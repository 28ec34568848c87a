import type { ExactRegionRequest, PreviewRequest } from '../../../shared/previewProtocol';
import type { CpuPrecision, Device } from '../../../shared/settings';
import { exactTiled } from '../../preview/exactRegion';
import type { OpenSource } from '../../preview/openSource';
import {
  previewTiled,
  type PreviewContext,
  type PreviewInput,
  type PreviewLayers,
} from '../../preview/previewTiled';
import type { GraphSource } from '../../runtime/session';
import type { Trial } from '../../trust/trial';
import { tiledTrial } from '../../trust/tiledTrial';
import { inferTiled } from '../../upscale/inferTiled';
import { tiledPace } from '../../upscale/measurePace';
import type {
  InferInput,
  InferRequest,
  InferResult,
  UpscaleContext,
  UpscaleServices,
} from '../../upscale/services';
import type { ServerContract } from '../community/serverContract';
import type { ModelFile, TiledDescriptor } from '../manifest';
import type { Model, ModelAdvice } from '../model';
import { phrase, WordedError, type Words } from '../../../shared/phrase';

/** What every model has in common whose network runs on tiles of the picture. */
export abstract class TiledModel implements Model {
  readonly depth = 16;
  readonly exactPreview: boolean = true;
  readonly byTiles = true;
  readonly hasDecoder = false;
  readonly draftsPreview = false;
  readonly prompts = 'none';
  readonly precisions = ['float32'] as const;
  readonly cpuPrecisions: readonly CpuPrecision[] = ['fp32'];
  readonly cpuPrecision: CpuPrecision = 'fp32';
  readonly choosesPrecision = true;

  readonly contract?: ServerContract;
  abstract readonly stable: boolean;
  abstract readonly manifest: TiledDescriptor;
  abstract readonly folder: string;
  abstract readonly files: readonly ModelFile[];
  abstract readonly advice: ModelAdvice;
  /** Its graph: `image` to `base` and the residuals, as `TiledDescriptor` describes it. */
  abstract readonly graph: GraphSource;
  abstract check(thorough?: boolean): Promise<void>;
  abstract open(): Promise<Words>;

  inPrecision(precision: CpuPrecision): TiledModel {
    return onlyForm(this, precision);
  }

  get served(): this {
    return this;
  }

  get ownScale(): number {
    return this.manifest.scale;
  }

  infer(
    request: InferRequest,
    services: UpscaleServices,
    context: UpscaleContext,
    input: InferInput,
  ): Promise<InferResult> {
    return inferTiled(request, services, context, { ...input, model: this });
  }

  preview(
    request: PreviewRequest,
    services: UpscaleServices,
    context: PreviewContext,
    source: PreviewInput,
  ): Promise<PreviewLayers> {
    return previewTiled(request, services, context, { ...source, model: this });
  }

  exactRegion(
    request: ExactRegionRequest,
    services: UpscaleServices,
    signal: AbortSignal,
    source: OpenSource,
    target: string,
  ): Promise<void> {
    return exactTiled(request, services, signal, { ...source, model: this }, target);
  }

  trials(): Promise<readonly Trial[]> {
    return Promise.resolve([tiledTrial(this)]);
  }

  pace(services: UpscaleServices, device: Device): Promise<number | undefined> {
    return tiledPace(this, services, device);
  }
}

/** The model itself, in the one form that it has. Throws for another one. */
function onlyForm(model: TiledModel, precision: CpuPrecision): TiledModel {
  if (precision === model.cpuPrecision) return model;
  throw new WordedError(phrase`The model "${model.manifest.id}" has no form in ${precision}.`);
}
