import { assembled, D50, description, text, xyz } from './matrixProfile';

const [HEADER_BYTES, SIGNATURE_AT] = [128, 36];
const MOST_TAGS = 200;
const CURVES = ['curv', 'para'];

/** A profile that can be read and is of RGB. */
export const rgbProfile = (icc: Buffer): Buffer | undefined =>
  spaceOf(icc) === 'RGB ' ? icc : undefined;

/** A profile that can be read and is of CMYK. */
export const cmykProfile = (icc: Buffer): Buffer | undefined =>
  spaceOf(icc) === 'CMYK' ? icc : undefined;

/**
 * A grey picture's profile. One of RGB counts, too, if its three channels have one curve: equal
 * values of these are a grey on that curve, which is then what the grey profile says.
 */
export function greyProfile(icc: Buffer): Buffer | undefined {
  const space = spaceOf(icc);
  if (space === 'GRAY') return icc;
  const tags = space === 'RGB ' ? tagsOf(icc) : undefined;
  const [red, green, blue] = ['rTRC', 'gTRC', 'bTRC'].map((name) => tags?.get(name));
  // A table of colours comes before curves, and says more than one curve can.
  if (!red || !green || !blue || tags?.has('A2B0')) return undefined;
  if (!red.equals(green) || !green.equals(blue) || !CURVES.includes(red.toString('latin1', 0, 4)))
    return undefined;
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

/**
 * Of the values that a profile speaks of; undefined for what is no profile, or only its beginning:
 * a JPEG has it in segments, of which one may be missing.
 */
function spaceOf(icc: Buffer): string | undefined {
  const isProfile =
    icc.length > HEADER_BYTES &&
    icc.toString('latin1', SIGNATURE_AT, SIGNATURE_AT + 4) === 'acsp' &&
    icc.readUInt32BE(0) <= icc.length;
  return isProfile ? icc.toString('latin1', 16, 20) : undefined;
}

/** A profile's tags by their names. (ICC.1, 7.3.) */
function tagsOf(icc: Buffer): ReadonlyMap<string, Buffer> {
  const tags = new Map<string, Buffer>();
  if (icc.length < HEADER_BYTES + 4) return tags;
  const count = Math.min(MOST_TAGS, icc.readUInt32BE(HEADER_BYTES));
  for (let i = 0; i < count; i++) {
    const at = HEADER_BYTES + 4 + 12 * i;
    if (at + 12 > icc.length) break;
    const [from, length] = [icc.readUInt32BE(at + 4), icc.readUInt32BE(at + 8)];
    tags.set(icc.toString('latin1', at, at + 4), icc.subarray(from, from + length));
  }
  return tags;
}
