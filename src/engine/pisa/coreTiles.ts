import type { Rect, Size } from '../../shared/geometry';

/**
 * Cuts an area of latents into cores of about one size, such that a tile, which is a core and what
 * it sees around it, has at most `budget` pixels. `around` is the pixels that a tile has beyond its
 * core along each axis, `pixels` the pixels of one latent. Chooses what computes the fewest pixels.
 */
export function coreTiles(
  area: Rect,
  {
    budget,
    around,
    pixels,
  }: { readonly budget: number; readonly around: number; readonly pixels: number },
): Rect[] {
  const side = (length: number, count: number): number => Math.ceil(length / count);
  const extent = (core: number): number => core * pixels + around;
  let best: { columns: number; rows: number; cost: number } | undefined;
  for (let columns = 1; columns <= area.width; columns++) {
    const width = extent(side(area.width, columns));
    const height = Math.floor((budget / width - around) / pixels);
    if (height < 1) continue;
    const rows = side(area.height, Math.min(height, area.height));
    const cost = columns * rows * width * extent(side(area.height, rows));
    if (!best || cost < best.cost) best = { columns, rows, cost };
    if (best.rows === 1 && rows === 1) break;
  }
  const { columns, rows } = best ?? { columns: area.width, rows: area.height };
  return cuts(area.y, area.height, rows).flatMap(([y, height]) =>
    cuts(area.x, area.width, columns).map(([x, width]) => ({ x, y, width, height })),
  );
}

function cuts(start: number, length: number, count: number): [number, number][] {
  return Array.from({ length: count }, (_, i) => {
    const from = Math.floor((i * length) / count);
    return [start + from, Math.floor(((i + 1) * length) / count) - from];
  });
}

/** `core` with up to `reach` more on each side, as far as the picture goes. */
export function withReach(core: Rect, reach: number, size: Size): Rect {
  const x = Math.max(0, core.x - reach);
  const y = Math.max(0, core.y - reach);
  return {
    x,
    y,
    width: Math.min(size.width, core.x + core.width + reach) - x,
    height: Math.min(size.height, core.y + core.height + reach) - y,
  };
}
