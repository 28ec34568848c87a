import type { SaidColours } from './containers/facts';
import { linear, matrixProfile, type Curve } from './matrixProfile';

/** x and y of white, red, green and blue. */
export const SRGB = [0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06];
const USUAL_GAMMA = 1 / 2.2;
const SAME_GAMMA = 0.03;
const SAME_CHROMATICITY = 0.01;
/** Of the light, between a curve and a usual one. */
const SAME_LIGHT = 0.015;
const [LEAST_GAMMA, MOST_GAMMA] = [0.1, 10];
const MOST_LIGHT = 65_535;

/**
 * What a file says of its colours without a profile, as one: undefined where that is what is taken for
 * granted, `'impossible'` where it can't be so. Who names primaries and no curve has sRGB's, as browsers
 * take it.
 */
export function profileOf(
  { gamma, curves, chromaticities = SRGB }: SaidColours,
  isGrey: boolean,
): Buffer | 'impossible' | undefined {
  if (gamma !== undefined && !(gamma >= LEAST_GAMMA && gamma <= MOST_GAMMA)) return 'impossible';
  if (curves && (curves.length === 0 || !curves.every(isRising))) return 'impossible';
  if (!isGrey && chromaticities.length !== SRGB.length) return 'impossible';
  const isUsual =
    isGrey || chromaticities.every((at, i) => Math.abs(at - (SRGB[i] ?? 0)) < SAME_CHROMATICITY);
  const curve: Curve = curves ? { curves } : gamma === undefined ? 'sRGB' : { gamma };
  if (isUsual && isUsualCurve(curve)) return undefined;
  return (
    matrixProfile(
      'White, primaries and curve of the source',
      { curve, chromaticities: isUsual ? SRGB : chromaticities },
      isGrey,
    ) ?? 'impossible'
  );
}

const isRising = (curve: readonly number[]): boolean => (curve.at(-1) ?? 0) > (curve[0] ?? 0);

function isUsualCurve(curve: Curve): boolean {
  if (curve === 'sRGB') return true;
  if ('gamma' in curve) return Math.abs(curve.gamma - USUAL_GAMMA) < SAME_GAMMA;
  return curve.curves.every((entries) =>
    [linear, (value: number) => value ** (1 / USUAL_GAMMA)].some((usual) =>
      entries.every(
        (light, i) => Math.abs(light / MOST_LIGHT - usual(i / (entries.length - 1))) < SAME_LIGHT,
      ),
    ),
  );
}
