import type { Rect, Size } from '../../shared/geometry';
import type { Guidance } from '../../shared/guidance';
import { SAMPLE, type Budgets } from './budgets';
import { decoderReach } from '../graph/sd21/vae';
import { TINY_DECODER_REACH } from '../graph/sd21/tinyDecoder';
import { latentTiles, sampleWindows } from './latentTiles';
import { decodeTiles } from './levelCrops';
import type { PisaNetworks } from './pisaNetworks';
import { latentGuidance, needsNetworks } from './method';
import { neededPasses, type PisaPicture } from './pisaPicture';
import { costOf } from './steps';
import { draftEncodeTiles, isDraftEncoded, type RoughDraft } from './draftEncode';
import { encodeTiles } from './vaeEncode';
import { coreOf, latentSize } from './workSize';

export type PlanParams = {
  /** What is known of the picture. */
  readonly known: Pick<PisaPicture, 'missing'> | undefined;
  readonly guidance: Guidance;
  /** Whether the tiny decoder decodes it. */
  readonly draft: boolean;
  readonly roughDraft: RoughDraft;
  readonly networks: PisaNetworks;
  readonly budgets: Budgets;
  readonly region: Rect | undefined;
};

/** Number and cost of the steps that lie ahead. */
export function planSteps(
  { known, guidance: wanted, draft, roughDraft, networks, budgets, region }: PlanParams,
  work: Size,
): { steps: number; cost: number } {
  const { method, vaeConfig } = networks.checkpoint;
  if (!needsNetworks(method, wanted)) return { steps: 0, cost: 0 };
  const guidance = latentGuidance(method, wanted);
  const latents = latentSize(work);
  const area = latents.width * latents.height;
  const { windows } = sampleWindows(latents, SAMPLE);
  const sampled = windows.reduce((sum, window) => sum + window.width * window.height, 0);
  let [steps, cost] = [0, 0];
  const add = (kind: Parameters<typeof costOf>[0], count: number, size: number): void => {
    steps += count;
    cost += costOf(kind, size);
  };
  const middle =
    area <= budgets.middleLatents
      ? { count: 1, size: area }
      : {
          count: 1 + latentTiles(latents).length,
          size:
            sampled + latentTiles(latents).reduce((sum, tile) => sum + tile.width * tile.height, 0),
        };
  if (!known && isDraftEncoded(work, roughDraft, networks, budgets)) {
    const tiles = draftEncodeTiles(work, budgets).length;
    add('draftEncode', tiles, tiles === 1 ? area : area * 1.5);
  } else if (!known) {
    const tiles = encodeTiles(work, networks, budgets).length;
    add('encode', tiles === 1 ? 1 : tiles + 1, tiles === 1 ? area : area * 1.5 + sampled);
    add('middle', middle.count, middle.size);
  }
  const passes = known ? known.missing(guidance) : neededPasses(guidance);
  const tiles = latentTiles(latents, budgets.unetTile);
  for (let i = 0; i < passes.length; i++)
    add(
      'unet',
      tiles.length,
      tiles.reduce((sum, tile) => sum + tile.width * tile.height, 0),
    );
  if (!draft) add('middle', middle.count, middle.size);
  const cores = decodeTiles(
    region ? coreOf(region, latents) : { x: 0, y: 0, ...latents },
    draft ? TINY_DECODER_REACH : decoderReach(vaeConfig),
    budgets.decoderPixels,
  );
  const decoded = cores.reduce((sum, core) => sum + core.width * core.height, 0);
  const isSampled = !draft && !(cores.length === 1 && !region);
  add(
    draft ? 'draft' : 'decode',
    cores.length + (isSampled ? 1 : 0),
    decoded + (isSampled ? sampled : 0),
  );
  return { steps, cost };
}
