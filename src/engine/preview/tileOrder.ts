import type { Rect } from '../../shared/geometry';

/**
 * Tiles that overlap `first` before all others, then by their distance from it; in their own order
 * without it.
 */
export function inOrder<T>(
  tiles: readonly T[],
  first: Rect | undefined,
  rectOf: (tile: T) => Rect,
): T[] {
  if (!first) return [...tiles];
  return tiles
    .map((tile) => ({ tile, away: distances(rectOf(tile), first) }))
    .sort((a, b) => a.away.reduce((sign, distance, i) => sign || distance - (b.away[i] ?? 0), 0))
    .map(({ tile }) => tile);
}

/**
 * What orders tiles: overlap, then the gap between the rectangles, then the way between their
 * middles.
 */
function distances(a: Rect, b: Rect): readonly number[] {
  const [x, y] = [gap(a.x, a.width, b.x, b.width), gap(a.y, a.height, b.y, b.height)];
  const middles = Math.hypot(
    a.x + a.width / 2 - b.x - b.width / 2,
    a.y + a.height / 2 - b.y - b.height / 2,
  );
  return [x < 0 && y < 0 ? 0 : 1, Math.hypot(Math.max(0, x), Math.max(0, y)), middles];
}

/** Pixels between two spans; negative where they overlap. */
const gap = (a: number, aLength: number, b: number, bLength: number): number =>
  Math.max(a, b) - Math.min(a + aLength, b + bLength);
