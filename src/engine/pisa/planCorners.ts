import type { Size } from '../../shared/geometry';
import type { Guidance } from '../../shared/guidance';
import { needsNetworks } from './method';
import type { PisaPicture } from './pisaPicture';
import { planSteps, type PlanParams } from './planSteps';

/**
 * The steps of each of some guidances of one picture, one after another: what the first computes is known
 * to the next.
 */
export function planCorners(
  corners: readonly Guidance[],
  work: Size,
  { known, ...rest }: Omit<PlanParams, 'guidance' | 'region'>,
): { steps: number; cost: number }[] {
  const { method } = rest.networks.checkpoint;
  return corners.map((guidance, index) => {
    const before: Pick<PisaPicture, 'missing'> | undefined =
      known ??
      (corners.slice(0, index).some((corner) => needsNetworks(method, corner))
        ? { missing: () => (guidance.semantic === 0 ? ['pixel'] : ['full']) }
        : undefined);
    return planSteps({ ...rest, known: before, guidance, region: undefined }, work);
  });
}
