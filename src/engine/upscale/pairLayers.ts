import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Guidance } from '../../shared/guidance';
import type { Device } from '../../shared/settings';
import type { PixelFile } from '../image/pixelFile';
import type { Model } from '../models/model';
import type { InferInput, InferRequest, UpscaleContext, UpscaleServices } from './services';

/** What a pair's dials blend, each of the whole picture at the pair's own scale, 8 bits. */
export const PAIR_LAYERS = ['base', 'pixel', 'semantic'] as const;
export type PairLayer = (typeof PAIR_LAYERS)[number];

/**
 * y = base + λ_pix·(P − base) + λ_sem·(S − P) as a sum of its layers. What has no weight need not be
 * computed.
 */
export const pairWeights = ({
  pixel,
  semantic,
}: Guidance): Readonly<Record<PairLayer, number>> => ({
  base: 1 - pixel,
  pixel: pixel - semantic,
  semantic,
});

/** The model of each layer, and the dials that yield it. */
export type PairMembers = { readonly fidelity: Model; readonly texture: Model };

const DIALS: Readonly<Record<PairLayer, Guidance>> = {
  base: { pixel: 0, semantic: 0 },
  pixel: { pixel: 1, semantic: 0 },
  semantic: { pixel: 1, semantic: 1 },
};

/** A layer, and how it came about. */
export type LayerRun = {
  /** RGB; RGBA for the pixel layer of a picture with transparency, which that model enlarges. */
  readonly raw: PixelFile;
  readonly device: Device;
  readonly tiles: number;
  readonly inferenceSeconds: number;
};

/**
 * Computes the wanted layers one after another; the caller closes them. The short runs of the tiled
 * model come first and show no tiles, so that a progress goes one way.
 */
export async function pairLayers(
  wanted: readonly PairLayer[],
  { fidelity, texture }: PairMembers,
  request: InferRequest,
  services: UpscaleServices,
  { signal, progress }: UpscaleContext,
  input: InferInput,
): Promise<ReadonlyMap<PairLayer, LayerRun>> {
  const runs = new Map<PairLayer, LayerRun>();
  const scale = fidelity.manifest.scale;
  try {
    for (const layer of PAIR_LAYERS.filter((one) => wanted.includes(one))) {
      const model = layer === 'semantic' ? texture : fidelity;
      const scratchDirectory = path.join(request.scratchDirectory, layer);
      await mkdir(scratchDirectory, { recursive: true });
      const { raw, device, tiles, inferenceSeconds } = await model.infer(
        { ...request, scratchDirectory },
        services,
        {
          signal,
          progress: (step) =>
            progress(
              layer === 'semantic'
                ? step
                : {
                    phase: 'infer',
                    tile: 0,
                    tiles: 0,
                    ...(step.device ? { device: step.device } : {}),
                  },
            ),
        },
        {
          ...input,
          decoded: layer === 'pixel' ? input.decoded : { ...input.decoded, alpha: undefined },
          guidance: DIALS[layer],
          scale,
          // All layers are of the whole picture, so that they lie on each other.
          region: undefined,
        },
      );
      runs.set(layer, { raw, device, tiles, inferenceSeconds });
    }
    return runs;
  } catch (error) {
    await Promise.all([...runs.values()].map(({ raw }) => raw.close()));
    throw error;
  }
}
