import type { SaidColours } from '../image/containers/facts';
import { coloursIn } from '../image/containers/tiffColours';
import { RATIONAL } from '../image/containers/tiffDirectory';
import { readExifBlock } from './exifBlock';

const [COLOUR_SPACE, SRGB, GAMMA] = [40_961, 1, 42_240];
/** Of the pictures whose EXIF has a curve. */
const BITS = 8;

/**
 * White, primaries, curve and gamma as an EXIF block says them, as cameras do that are set to another
 * space than sRGB. Undefined where it says nothing, or that it is sRGB.
 */
export function exifColours(block: Buffer): SaidColours | undefined {
  const exif = readExifBlock(block);
  if (!exif) return undefined;
  const { isLittle, image, photo } = exif;
  if (photo.some(({ tag, value }) => tag === COLOUR_SPACE && value.includes(SRGB)))
    return undefined;
  const colours = coloursIn(image, { isLittle }, { bits: BITS, isInverted: false });
  const gamma = photo.find(({ tag, type }) => tag === GAMMA && type === RATIONAL)?.value;
  if (!gamma || colours?.curves) return colours;
  const [over, under] = isLittle
    ? [gamma.readUInt32LE(0), gamma.readUInt32LE(4)]
    : [gamma.readUInt32BE(0), gamma.readUInt32BE(4)];
  // EXIF has the exponent of whoever shows the picture.
  return { ...colours, gamma: under / over };
}
