import { isCurve, soundSpace } from './iccSound';
import { iccTags } from './iccTags';
import { assembled, D50, description, text, xyz } from './matrixProfile';

/** A profile that can be read and is of RGB. */
export const rgbProfile = (icc: Buffer): Buffer | undefined =>
  soundSpace(icc) === 'RGB ' ? icc : undefined;

/** A profile that can be read and is of CMYK. */
export const cmykProfile = (icc: Buffer): Buffer | undefined =>
  soundSpace(icc) === 'CMYK' ? icc : undefined;

/**
 * A grey picture's profile. One of RGB counts, too, if its three channels have one curve: equal
 * values of these are a grey on that curve, which is then what the grey profile says.
 */
export function greyProfile(icc: Buffer): Buffer | undefined {
  const space = soundSpace(icc);
  if (space === 'GRAY') return icc;
  const tags = space === 'RGB ' ? iccTags(icc) : undefined;
  const [red, green, blue] = ['rTRC', 'gTRC', 'bTRC'].map((name) => tags?.get(name));
  // A table of colours comes before curves, and says more than one curve can.
  if (!red || !green || !blue || tags?.has('A2B0')) return undefined;
  if (!red.equals(green) || !green.equals(blue) || !isCurve(red)) return undefined;
  return assembled(
    [
      ['desc', description('Grey of an RGB profile')],
      ['cprt', text('No copyright, use freely')],
      ['wtpt', xyz(D50)],
      ['kTRC', red],
    ],
    'GRAY',
  );
}
