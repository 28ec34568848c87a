import type { ExactRegionRequest, PreviewRequest } from '../../../shared/previewProtocol';
import { pairId } from '../../../shared/pairs';
import type { Device } from '../../../shared/settings';
import { engineError } from '../../errors';
import type { ComputeType } from '../../graph/sd21/weights';
import { exactPair } from '../../preview/exactPair';
import type { OpenSource } from '../../preview/openSource';
import { previewPair } from '../../preview/previewPair';
import type { PreviewContext, PreviewInput, PreviewLayers } from '../../preview/previewTiled';
import type { Trial } from '../../trust/trial';
import { inferPair } from '../../upscale/inferPair';
import type { PairMembers } from '../../upscale/pairLayers';
import type {
  InferInput,
  InferRequest,
  InferResult,
  UpscaleContext,
  UpscaleServices,
} from '../../upscale/services';
import type { Descriptor, ModelFile } from '../manifest';
import type { Model, ModelAdvice } from '../model';
import type { DiffusionModel } from './diffusion';
import type { TiledModel } from './tiled';
import { phrase, type Words } from '../../../shared/phrase';

/**
 * A tiled model for λ_pix and a diffusion model of one branch for λ_sem:
 * `base + λ_pix·(P − base) + λ_sem·(S − P)`, blended in pixels, of what each makes of the whole picture.
 */
export class DiffusionPairModel implements Model {
  readonly manifest: Descriptor;
  readonly folder: string;
  readonly files: readonly ModelFile[];
  readonly advice: ModelAdvice;
  readonly ownScale: number;
  readonly depth = 16;
  readonly byTiles = false;
  readonly hasDecoder = true;
  readonly draftsPreview = false;
  readonly served = undefined;
  readonly stable = false;
  readonly precisions = ['float32'] as const;
  readonly cpuPrecisions = ['fp32'] as const;
  readonly cpuPrecision = 'fp32';
  readonly choosesPrecision = false;
  readonly exactPreview: boolean;
  readonly prompts: Model['prompts'];
  private readonly members: PairMembers;

  /** Throws `bad-setting` for two models that can't be one. */
  constructor(fidelity: TiledModel, texture: DiffusionModel) {
    const [p, s] = [fidelity.manifest, texture.manifest];
    const id = pairId(p.id, s.id);
    if (s.branches.includes('pixel'))
      throw apart(id, phrase`${s.name} has both dials by itself`, phrase`Use "${s.id}" alone.`);
    if (p.scale !== s.scale)
      throw apart(
        id,
        phrase`one enlarges ×${p.scale} and the other ×${s.scale}`,
        phrase`Choose two models of one scale.`,
      );
    this.members = { fidelity, texture };
    this.manifest = {
      id,
      name: `${p.name} + ${s.name}`,
      description: `λ_pix: ${p.name}; λ_sem: ${s.name}.`,
      scale: p.scale,
      branches: ['pixel', 'semantic'],
      licence: {
        spdx: `${p.licence.spdx} AND ${s.licence.spdx}`,
        source: `${p.licence.source}; ${s.licence.source}`,
      },
    };
    this.folder = texture.folder;
    this.files = [...fidelity.files, ...texture.files];
    this.advice = texture.advice;
    this.ownScale = fidelity.ownScale;
    this.prompts = texture.prompts;
    this.exactPreview = fidelity.exactPreview && texture.exactPreview;
  }

  inPrecision(): this {
    return this;
  }

  async check(thorough = false): Promise<void> {
    await this.members.fidelity.check(thorough);
    await this.members.texture.check(thorough);
  }

  async open(): Promise<Words> {
    await this.members.fidelity.open();
    return this.members.texture.open();
  }

  infer(
    request: InferRequest,
    services: UpscaleServices,
    context: UpscaleContext,
    input: InferInput,
  ): Promise<InferResult> {
    return inferPair(request, services, context, { ...input, members: this.members });
  }

  preview(
    request: PreviewRequest,
    services: UpscaleServices,
    context: PreviewContext,
    source: PreviewInput,
  ): Promise<PreviewLayers> {
    return previewPair(request, services, context, { ...source, members: this.members });
  }

  exactRegion(
    request: ExactRegionRequest,
    services: UpscaleServices,
    signal: AbortSignal,
    source: OpenSource,
    target: string,
  ): Promise<void> {
    return exactPair(request, services, signal, { ...source, members: this.members }, target);
  }

  async trials(device: Device, type: ComputeType): Promise<readonly Trial[]> {
    const { fidelity, texture } = this.members;
    return [...(await fidelity.trials(device, type)), ...(await texture.trials(device, type))];
  }

  pace(): Promise<undefined> {
    return Promise.resolve(undefined);
  }
}

/** `why` completes "They can't be used together: …". */
const apart = (id: string, why: Words, hint: Words): Error =>
  engineError('bad-setting', {
    message: phrase`The models of "${id}" can't be used together: ${why}.`,
    hint,
  });
