import type { CodePoints, ContainerFacts } from './containers/facts';
import { exifColours } from '../metadata/exifColours';
import { exifSaysAdobeRgb } from '../metadata/exifTags';
import { cmykProfile, greyProfile, rgbProfile } from './iccProfile';
import { matrixProfile, type Curve } from './matrixProfile';
import { profileOf, SRGB } from './saidColours';
import { type Words, phrase } from '../../shared/phrase';

type ColourNotes = { readonly profile: Buffer | undefined; readonly notes: readonly Words[] };

/** The profile that a picture's values are in, or why nobody here can say it in one. */
export type ColourLabel = ColourNotes | { readonly refused: 'hdr' | 'narrow' | 'unknown' };

/** What a picture has in it that may say what its values mean. */
export type Embedded = { readonly icc: Buffer | undefined; readonly exif: Buffer | undefined };

const D65 = [0.3127, 0.329];
const ADOBE_RGB = [...D65, 0.64, 0.33, 0.21, 0.71, 0.15, 0.06];
const UNSPECIFIED = 2;
/** Code points of primaries → x and y of white, red, green and blue. (ITU-T H.273, table 2.) */
const PRIMARIES: { readonly [code: number]: readonly number[] } = {
  1: SRGB,
  [UNSPECIFIED]: SRGB,
  4: [0.31, 0.316, 0.67, 0.33, 0.21, 0.71, 0.14, 0.08],
  5: [...D65, 0.64, 0.33, 0.29, 0.6, 0.15, 0.06],
  6: [...D65, 0.63, 0.34, 0.31, 0.595, 0.155, 0.07],
  7: [...D65, 0.63, 0.34, 0.31, 0.595, 0.155, 0.07],
  9: [...D65, 0.708, 0.292, 0.17, 0.797, 0.131, 0.046],
  11: [0.314, 0.351, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06],
  12: [...D65, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06],
  22: [...D65, 0.63, 0.34, 0.295, 0.605, 0.155, 0.077],
};
/**
 * Code points of transfer characteristics (table 3). Those of television are shown as sRGB by
 * everything that shows pictures.
 */
const TRANSFERS: { readonly [code: number]: Curve } = {
  1: 'sRGB',
  [UNSPECIFIED]: 'sRGB',
  4: { gamma: 1 / 2.2 },
  5: { gamma: 1 / 2.8 },
  6: 'sRGB',
  7: 'sRGB',
  8: { gamma: 1 },
  13: 'sRGB',
  14: 'sRGB',
  15: 'sRGB',
};
const [PQ, HLG] = [16, 18];

/**
 * What a file says of its colours, as one profile. A PNG's code points come before its profile, an
 * AVIF's after it; white, primaries and curves that tags or chunks name, and what EXIF says, count where
 * there is nothing else that can be read. The profile fits to what is written: RGB, or grey.
 */
export function colourLabel(
  { container, codePoints, saidColours }: ContainerFacts,
  { icc, exif }: Embedded,
  isGrey: boolean,
): ColourLabel {
  if (codePoints && isHdr(codePoints)) return { refused: 'hdr' };
  if (codePoints && !saysNothing(codePoints) && (container === 'png' || icc === undefined))
    return fromCodePoints(codePoints, isGrey);
  const fitting = icc && (isGrey ? greyProfile(icc) : rgbProfile(icc));
  if (fitting) return { profile: fitting, notes: [] };
  const said = [
    saidColours && profileOf(saidColours, isGrey),
    exif && saidColours?.isSrgb !== true ? exifProfile(exif, isGrey) : undefined,
  ].filter((each) => each !== undefined);
  return {
    profile: said.find((each) => each !== 'impossible'),
    notes: [...(icc ? [UNFIT] : []), ...(said.includes('impossible') ? [IMPOSSIBLE] : [])],
  };
}

function exifProfile(exif: Buffer, isGrey: boolean): Buffer | 'impossible' | undefined {
  if (exifSaysAdobeRgb(exif)) return adobeRgb(isGrey);
  const said = exifColours(exif);
  return said && profileOf(said, isGrey);
}

const UNFIT = phrase`The source's color profile is damaged or of another kind of colors than the picture, and was left out.`;
const IMPOSSIBLE = phrase`What the source says of its colors (white point, primaries or curve) can't be so, and was left out.`;

/** Of a CMYK picture, which is converted: by its profile if that is one of CMYK, else by a usual one. */
export const cmykLabel = (icc: Buffer | undefined): ColourNotes => ({
  profile: undefined,
  notes: icc === undefined || cmykProfile(icc) ? [] : [UNFIT],
});

const adobeRgb = (isGrey: boolean): Buffer | undefined =>
  matrixProfile(
    'Adobe RGB (1998)',
    { curve: { gamma: 256 / 563 }, chromaticities: ADOBE_RGB },
    isGrey,
  );

export const isHdr = ({ transfer }: CodePoints): boolean => transfer === PQ || transfer === HLG;

/** Both are left open, so that what else there is decides. */
const saysNothing = ({ primaries, transfer, isFullRange }: CodePoints): boolean =>
  primaries === UNSPECIFIED && transfer === UNSPECIFIED && isFullRange;

function fromCodePoints(
  { primaries, transfer, isFullRange }: CodePoints,
  isGrey: boolean,
): ColourLabel {
  const chromaticities = PRIMARIES[primaries];
  const curve = TRANSFERS[transfer];
  if (!isFullRange) return { refused: 'narrow' };
  if (!chromaticities || curve === undefined) return { refused: 'unknown' };
  if (curve === 'sRGB' && (isGrey || chromaticities === SRGB))
    return { profile: undefined, notes: [] };
  const profile = matrixProfile(
    `Code points ${primaries}/${transfer}`,
    { curve, chromaticities },
    isGrey,
  );
  return profile ? { profile, notes: [] } : { refused: 'unknown' };
}
