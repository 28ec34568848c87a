import { scaledSize, type Size } from './geometry';
import { isOneOf } from './oneOf';
import { SCALE_RANGE } from './settings';
import { numeral, phrase, WordedError, type Words } from './phrase';

export const SIZE_FITS = ['inside', 'outside', 'fill'] as const;
export type SizeFit = (typeof SIZE_FITS)[number];

/** A size that is asked for otherwise than by a factor. */
export type SizeTarget =
  /**
   * `inside`: as large as fits into the box; `outside`: as small as covers it; `fill`: exactly the
   * box, whatever becomes of the proportions. One side alone decides.
   */
  | {
      readonly kind: 'box';
      readonly width?: number;
      readonly height?: number;
      readonly fit: SizeFit;
    }
  | { readonly kind: 'megapixels'; readonly megapixels: number };

/** "Do not enlarge beyond": sides in pixels. */
export type SizeLimit = { readonly width?: number; readonly height?: number };

export type SizeWish = {
  readonly scale: number;
  readonly size?: SizeTarget;
  readonly notBeyond?: SizeLimit;
};

export type OutputSize = {
  readonly size: Size;
  /** The true factor; of the longer way, if both sides grow differently. */
  readonly scale: number;
  /** Why it is another size than was asked for. */
  readonly note?: Words;
};

/** A size that can't be made; the message says why. */
export class SizeError extends WordedError {}

/**
 * The size of a result, exact to the pixel. Sides are the source's times the factor, rounded to the
 * nearest pixel (halves up) and at least 1; a side of a box that decides is met exactly. Nothing is
 * made smaller than its source. Throws `SizeError` beyond a factor of 8.
 */
export function outputSize(source: Size, { scale, size, notBeyond }: SizeWish): OutputSize {
  let wanted =
    size === undefined ? { size: scaledSize(source, scale), scale } : targetSize(source, size);
  let note: Words | undefined;
  const limit = Math.min(
    (notBeyond?.width ?? Infinity) / source.width,
    (notBeyond?.height ?? Infinity) / source.height,
  );
  if (
    wanted.size.width > (notBeyond?.width ?? Infinity) ||
    wanted.size.height > (notBeyond?.height ?? Infinity)
  ) {
    wanted = { size: limitedSize(source, limit, notBeyond), scale: limit };
    note = phrase`Not enlarged beyond ${notBeyond?.width ?? phrase`any`}×${notBeyond?.height ?? phrase`any`} pixels.`;
  }
  if (wanted.size.width < source.width || wanted.size.height < source.height) {
    wanted = { size: source, scale: 1 };
    note = phrase`The size asked for is smaller than the picture; it keeps its own size.`;
  }
  if (wanted.scale > SCALE_RANGE.maximum) {
    throw new SizeError(
      phrase`${wanted.size.width}×${wanted.size.height} pixels would be ${numeral(wanted.scale, 1)} times the source's ${source.width}×${source.height}; at most ${SCALE_RANGE.maximum} times is possible.`,
    );
  }
  return { ...wanted, ...(note === undefined ? {} : { note }) };
}

function targetSize(source: Size, target: SizeTarget): { size: Size; scale: number } {
  if (target.kind === 'megapixels') {
    const scale = Math.sqrt((target.megapixels * 1e6) / (source.width * source.height));
    return { size: scaledSize(source, scale), scale };
  }
  const { width, height, fit } = target;
  const [x, y] = [(width ?? NaN) / source.width, (height ?? NaN) / source.height];
  if (width !== undefined && height !== undefined && fit === 'fill')
    return { size: { width, height }, scale: Math.max(x, y) };
  const scale = Number.isNaN(y)
    ? x
    : Number.isNaN(x)
      ? y
      : fit === 'outside'
        ? Math.max(x, y)
        : Math.min(x, y);
  const free = scaledSize(source, scale);
  return {
    size: {
      width: scale === x && width !== undefined ? width : free.width,
      height: scale === y && height !== undefined ? height : free.height,
    },
    scale,
  };
}

/** Rounding must not pass the limit. */
function limitedSize(source: Size, scale: number, limit: SizeLimit | undefined): Size {
  const { width, height } = scaledSize(source, scale);
  return {
    width: Math.min(width, limit?.width ?? width),
    height: Math.min(height, limit?.height ?? height),
  };
}

/** What is wrong with a wish that came over a boundary; undefined when nothing is. */
export function sizeProblem({
  size,
  notBeyond,
}: Pick<SizeWish, 'size' | 'notBeyond'>): Words | undefined {
  const side = (value: unknown): boolean =>
    value === undefined ||
    (Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 1_000_000);
  if (notBeyond !== undefined && !(side(notBeyond.width) && side(notBeyond.height)))
    return phrase`The size not to enlarge beyond must be whole numbers of pixels.`;
  if (size === undefined) return undefined;
  if (size.kind === 'megapixels')
    return size.megapixels > 0 && size.megapixels <= 10_000
      ? undefined
      : phrase`The size is ${String(size.megapixels)} megapixels; it must be above 0 and at most 10000.`;
  if ((size.kind as unknown) !== 'box') return phrase`The size must be a box or megapixels.`;
  if (!side(size.width) || !side(size.height))
    return phrase`Width and height must be whole numbers of pixels.`;
  if (size.width === undefined && size.height === undefined)
    return phrase`The size has neither width nor height.`;
  return isOneOf(SIZE_FITS, size.fit)
    ? undefined
    : phrase`The fit is ${String(size.fit)}; it must be one of ${SIZE_FITS.join(', ')}.`;
}
