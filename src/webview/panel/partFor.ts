import type { Rect, Size } from '../../shared/geometry';

/** Around what is seen, as a share of it: what a small move brings into sight. */
const MARGIN = 0.25;
/**
 * Megapixels of the source that are computed around the middle of what is seen where the result is
 * shown reduced: more could hardly be told apart there, and takes the network a minute.
 */
const REDUCED_SOURCE_MEGAPIXELS = 2;

/**
 * The part of a large result that is computed for a view: what is seen and a margin, or as much
 * around its middle as can be kept.
 */
export function partFor(
  seen: Rect,
  picture: Size,
  { largest, scale, reduced }: { largest: Size; scale: number; reduced: boolean },
): Rect {
  const margin = MARGIN * Math.max(seen.width, seen.height);
  let width = Math.min(picture.width, largest.width, seen.width + 2 * margin);
  let height = Math.min(picture.height, largest.height, seen.height + 2 * margin);
  const most = REDUCED_SOURCE_MEGAPIXELS * 1e6 * scale * scale;
  if (reduced && width * height > most) {
    const share = Math.sqrt(most / (width * height));
    width *= share;
    height *= share;
  }
  const start = (from: number, length: number, part: number, side: number): number =>
    Math.floor(Math.min(side - part, Math.max(0, from + length / 2 - part / 2)));
  return {
    x: start(seen.x, seen.width, width, picture.width),
    y: start(seen.y, seen.height, height, picture.height),
    width: Math.max(1, Math.floor(width)),
    height: Math.max(1, Math.floor(height)),
  };
}
