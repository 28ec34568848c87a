import { GUIDANCE_RANGE, guidanceForBranches, type Branch, type Guidance } from './guidance';
import type { DegradationEstimate } from './previewProtocol';

/** For a clean, sharp source: all of the restoration, and detail with some caution. */
const CLEAN: Guidance = { pixel: 1, semantic: 0.7 };
/** What full damage adds, and what full blur adds where nothing else is wrong. */
const FOR_DAMAGE: Guidance = { pixel: 0.25, semantic: -0.4 };
const FOR_BLUR = 0.3;

/** Where a measure begins to count and where it counts fully. */
const NOISE = { from: 1.5, to: 12 } as const;
const BLOCKS = { from: 0.35, to: 1.05 } as const;
const BLUR = { from: 0.8, to: 1.8 } as const;

/**
 * The dials for a picture, from how damaged it is. With n, b and u in [0,1] for noise, blocks and
 * blur:
 *
 * `d = 1 − (1 − n)(1 − b)`, `λ_pix = 1 + 0.25·d`, `λ_sem = 0.7 − 0.4·d + 0.3·u·(1 − d)`
 *
 * Noise and blocks ask for more restoration, and for less invention: a network that adds detail
 * follows artefacts as if they were detail. Blur is what invented detail is for. In steps of 0.05,
 * within the dials' range; 0 for a branch that the model lacks. A measure that is not finite counts
 * as none.
 */
export function chooseGuidance(
  estimate: DegradationEstimate,
  branches: readonly Branch[],
): Guidance {
  const { noise, blocks, blur } = damageShares(estimate);
  const damage = 1 - (1 - noise) * (1 - blocks);
  const guidance: Guidance = {
    pixel: dial(CLEAN.pixel + FOR_DAMAGE.pixel * damage),
    semantic: dial(CLEAN.semantic + FOR_DAMAGE.semantic * damage + FOR_BLUR * blur * (1 - damage)),
  };
  return guidanceForBranches(guidance, branches);
}

/** How far a picture has each kind of damage: 0 for what does not count, 1 for what counts fully. */
export const damageShares = ({
  noise,
  blockiness,
  blur,
}: DegradationEstimate): {
  readonly noise: number;
  readonly blocks: number;
  readonly blur: number;
} => ({ noise: share(noise, NOISE), blocks: share(blockiness, BLOCKS), blur: share(blur, BLUR) });

/** How far a measure lies between the two, 0–1. */
function share(
  value: number,
  { from, to }: { readonly from: number; readonly to: number },
): number {
  if (!Number.isFinite(value)) return 0;
  return Math.min(1, Math.max(0, (value - from) / (to - from)));
}

/**
 * On the dial's steps. Divided rather than multiplied, so that 0.7 is 0.7 and not
 * 0.7000000000000001.
 */
function dial(value: number): number {
  const steps = Math.round(1 / GUIDANCE_RANGE.step);
  return Math.min(
    GUIDANCE_RANGE.maximum,
    Math.max(GUIDANCE_RANGE.minimum, Math.round(value * steps) / steps),
  );
}
