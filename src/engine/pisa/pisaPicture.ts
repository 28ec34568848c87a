import type { Guidance } from '../../shared/guidance';
import { GATE } from '../graph/sd21/lora';
import type { Budgets } from './budgets';
import type { ColourMoments } from './colourFix';
import { DecodeAnchors } from './decodeAnchors';
import { latentTiles, mapTiles, type Latents } from './latentTiles';
import type { Method } from './method';
import { need } from './need';
import type { PisaNetworks } from './pisaNetworks';
import type { Steps } from './steps';

export type Epsilon = 'pixel' | 'full';

/** Values of the UNet's gate: pixel and semantic LoRA. */
const GATES: Record<Epsilon, readonly [number, number]> = { pixel: [1, 0], full: [1, 1] };

/**
 * Which of the UNet's passes a guidance needs. With λ_pix = λ_sem the sum is λ·ε_full, one pass:
 * PiSA-SR's default mode. With λ_sem = 0 it is λ_pix·ε_pix; with (0,0) nothing is left but the VAE.
 */
export function neededPasses({ pixel, semantic }: Guidance): readonly Epsilon[] {
  if (pixel === semantic) return pixel === 0 ? [] : ['full'];
  return semantic === 0 ? ['pixel'] : ['pixel', 'full'];
}

/**
 * What PiSA-SR computed for one picture, none of which depends on λ: z and the two ε, [4,h,w] each.
 * A new λ costs a decode.
 */
export class PisaPicture {
  /** What whole decodes of this picture told. */
  readonly anchors = new DecodeAnchors();
  /** The same of the tiny decoder's. */
  readonly draftAnchors = new DecodeAnchors();
  /**
   * How far the values of the tiny decoder's layers went in the drafts that measured it: what drafts in 8
   * bits need to know. Undefined before one has.
   */
  draftRanges: Float32Array | undefined;
  /** Moments of the colors of the picture that the networks saw; undefined before they were needed. */
  sourceColours: ColourMoments | undefined;
  private readonly epsilons = new Map<Epsilon, Latents>();

  constructor(readonly z: Latents) {}

  /** Takes in what one more draft measured. */
  sawRanges(ranges: Float32Array): void {
    const before = this.draftRanges;
    this.draftRanges = ranges.map((range, i) => Math.max(range, before?.[i] ?? 0));
  }

  /** The passes that this guidance still needs. */
  missing(guidance: Guidance): readonly Epsilon[] {
    return neededPasses(guidance).filter((pass) => !this.epsilons.has(pass));
  }

  /** Runs the UNet's passes that are missing, tile by tile, joined by Gaussian weights. */
  async complete(
    guidance: Guidance,
    networks: PisaNetworks,
    { unetTile }: Budgets,
    steps: Steps,
  ): Promise<void> {
    for (const pass of this.missing(guidance)) {
      const unet = await networks.get('unet');
      const { gated } = networks.checkpoint.adapters.unet;
      const gate = gated ? { [GATE]: { data: Float32Array.from(GATES[pass]), dims: [1, 2] } } : {};
      const epsilon = await mapTiles(
        this.z,
        latentTiles(this.z, unetTile),
        this.z.channels,
        async (tile) => {
          const latent = { data: tile.data, dims: [1, tile.channels, tile.height, tile.width] };
          const result = await steps.run('unet', tile.width * tile.height, () =>
            unet.run({ latent, ...gate }),
          );
          return need(result.epsilon).data;
        },
      );
      this.epsilons.set(pass, epsilon);
    }
  }

  /**
   * z₀ = (z − noise · (λ_pix·ε_pix + λ_sem·(ε_full − ε_pix))) / signal, unscaled for the VAE: with
   * both 1 it is Eq. 8 of Sun et al., 2025; at (1,1) a step of DDPM.
   */
  guided(
    { pixel, semantic }: Guidance,
    { signal, noise }: Pick<Method, 'signal' | 'noise'>,
    scalingFactor: number,
  ): Latents {
    const { z } = this;
    const passes = neededPasses({ pixel, semantic });
    const data = Float32Array.from(z.data);
    const subtract = (weight: number, pass: Epsilon): void => {
      const epsilon = this.epsilons.get(pass);
      if (!epsilon) throw new Error(`The pass ${pass} has not run.`);
      for (let i = 0; i < data.length; i++)
        data[i] = (data[i] ?? 0) - weight * (epsilon.data[i] ?? 0);
    };
    if (passes.includes('pixel')) subtract(noise * (pixel - semantic), 'pixel');
    if (passes.includes('full')) subtract(noise * semantic, 'full');
    for (let i = 0; i < data.length; i++) data[i] = (data[i] ?? 0) / (signal * scalingFactor);
    return { ...z, data };
  }
}
