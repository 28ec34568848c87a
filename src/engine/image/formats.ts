import { formatProblem } from '../../shared/formatLimits';
import type { Size } from '../../shared/geometry';
import type { OutputFormat } from '../../shared/settings';
import { changeSetting, engineError } from '../errors';
import { phrase } from '../../shared/phrase';

const LOSSY: readonly OutputFormat[] = ['jpeg', 'webp', 'avif'];

export const supportsAlpha = (format: OutputFormat): boolean => format !== 'jpeg';
export const supportsDepth16 = (format: OutputFormat): boolean =>
  format === 'png' || format === 'tiff';
export const supportsAnimation = (format: OutputFormat): boolean =>
  format === 'gif' || format === 'webp';
/** Whether a format says what its values mean by a profile, for grey ones or for RGB. */
export const carriesProfile = (format: OutputFormat, isGrey: boolean): boolean =>
  format !== 'gif' && !(isGrey && (format === 'webp' || format === 'avif'));
export const isLossyFormat = (format: OutputFormat): boolean => LOSSY.includes(format);

/** RGBA of 16 bits; what does not compress has all of it. */
const MOST_BYTES_PER_PIXEL = 8;
/** For strips, profile, XMP, IPTC, and EXIF, which is written behind all else. */
const ROOM = 2 ** 27;

/** Whether a TIFF of this size may have parts beyond the 4 GB that a classic one can point to. */
export const needsBigTiff = ({ width, height }: Size): boolean =>
  width * height * MOST_BYTES_PER_PIXEL > 2 ** 32 - ROOM;

/** Refuses, before hours of work, a size that the format can't hold. */
export function checkFormatHolds(format: OutputFormat, size: Size): void {
  const problem = formatProblem(format, size);
  if (problem === undefined) return;
  throw engineError('output-too-large-for-format', {
    message: problem,
    hint: phrase`Choose PNG or TIFF as output format, or a smaller scale.`,
    remedies: [changeSetting('outputFormat'), changeSetting('scale')],
  });
}
