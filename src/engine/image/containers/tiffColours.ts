import type { SaidColours } from './facts';
import type { FileView } from './fileView';
import { RATIONAL, SHORT, type TiffEntry, type TiffLayout } from './tiffDirectory';
import { TiffEntries } from './tiffEntries';

const [TRANSFER_FUNCTION, WHITE_POINT, PRIMARIES] = [301, 318, 319];
const D65 = [0.3127, 0.329];
const MOST_BITS = 16;

/** How samples are stored, where that decides what a curve's entries belong to. */
export type StoredSamples = {
  readonly bits: number;
  /** Greys of which the lowest value is white, and which the decoder turns over. */
  readonly isInverted: boolean;
};

/**
 * What tags say of colours without a profile: a TIFF's own, or EXIF's. Undefined where they say
 * nothing. (TIFF 6.0, section 20.)
 */
export function coloursIn(
  entries: readonly TiffEntry[],
  { isLittle }: Pick<TiffLayout, 'isLittle'>,
  { bits, isInverted }: StoredSamples,
): SaidColours | undefined {
  const find = (tag: number, type: number): TiffEntry | undefined =>
    entries.find((entry) => entry.tag === tag && entry.type === type);
  const fractions = (tag: number): number[] | undefined => {
    const entry = find(tag, RATIONAL);
    return (
      entry && Array.from({ length: entry.count }, (_, i) => fraction(entry.value, 8 * i, isLittle))
    );
  };
  const primaries = fractions(PRIMARIES);
  const table = find(TRANSFER_FUNCTION, SHORT);
  if (!primaries && !table) return undefined;
  return {
    ...(primaries ? { chromaticities: [...(fractions(WHITE_POINT) ?? D65), ...primaries] } : {}),
    ...(table ? { curves: curvesIn(table, isLittle, bits, isInverted) } : {}),
  };
}

/** The same of a TIFF whose first directory lies at `first`. */
export const tiffColours = async (
  view: FileView,
  layout: TiffLayout,
  first: number,
  stored: StoredSamples,
): Promise<SaidColours | undefined> =>
  coloursIn(
    await new TiffEntries(view, layout).at(first, (tag) =>
      [TRANSFER_FUNCTION, WHITE_POINT, PRIMARIES].includes(tag),
    ),
    layout,
    stored,
  );

/** One curve, or each channel's; none where their lengths are not those of the samples. */
function curvesIn(
  { value, count }: TiffEntry,
  isLittle: boolean,
  bits: number,
  isInverted: boolean,
): readonly (readonly number[])[] {
  const length = 2 ** Math.min(MOST_BITS, bits);
  if (count !== length && count !== 3 * length) return [];
  return Array.from({ length: count / length }, (_, curve) => {
    const entries = Array.from({ length }, (__, i) => {
      const at = 2 * (curve * length + i);
      return isLittle ? value.readUInt16LE(at) : value.readUInt16BE(at);
    });
    return isInverted ? entries.toReversed() : entries;
  });
}

const fraction = (value: Buffer, at: number, isLittle: boolean): number =>
  isLittle
    ? value.readUInt32LE(at) / value.readUInt32LE(at + 4)
    : value.readUInt32BE(at) / value.readUInt32BE(at + 4);
