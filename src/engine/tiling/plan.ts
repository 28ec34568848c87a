import type { Size } from '../../shared/geometry';

/**
 * A tile along one axis, in input pixels: it reads from `start` on, and its result is kept from
 * `from` to `to`.
 */
export type Span = { readonly start: number; readonly from: number; readonly to: number };

/** Tiles of one fixed shape whose kept parts cover the picture exactly once. */
export type TilePlan = {
  /** Shape of every tile's input, halo included. */
  readonly tile: Size;
  readonly columns: readonly Span[];
  readonly rows: readonly Span[];
};

export type TilingRule = {
  /**
   * Pixels at a tile's inner edges whose results are dropped: at least the receptive field's
   * radius.
   */
  readonly halo: number;
  /** Tile sides and starts are multiples of this. */
  readonly multipleOf: number;
};

/**
 * Covers `length` with windows of `tile` pixels. The first starts at the picture's edge and the
 * last ends at the other, so that the network sees a true edge exactly where the untiled run does;
 * between two windows the kept parts meet in the middle of their overlap, at least `halo` from
 * either window's edge. `tile` must exceed 2·halo when there are several.
 */
export function spans(length: number, tile: number, { halo, multipleOf }: TilingRule): Span[] {
  if (tile >= length) return [{ start: 0, from: 0, to: length }];
  const step = Math.floor((tile - 2 * halo) / multipleOf) * multipleOf;
  if (step < 1) throw new Error(`A tile of ${tile} pixels is too small for a halo of ${halo}.`);
  const count = Math.ceil((length - tile) / step) + 1;
  const starts = Array.from({ length: count }, (_, i) => {
    const even = (i * (length - tile)) / (count - 1);
    return i === count - 1
      ? length - tile
      : Math.min(Math.ceil(even / multipleOf) * multipleOf, i * step);
  });
  return starts.map((start, i) => {
    const previous = starts[i - 1];
    const next = starts[i + 1];
    return {
      start,
      from: previous === undefined ? 0 : Math.floor((previous + tile + start) / 2),
      to: next === undefined ? length : Math.floor((start + tile + next) / 2),
    };
  });
}

export type TileBudget = {
  /** Largest number of input pixels in a tile. */
  readonly pixels: number;
  /** Largest number of input rows that one row of tiles keeps: bounds the memory of a band. */
  readonly bandRows: number;
};

const MAXIMUM_TILES_PER_AXIS = 4096;

/**
 * The plan that computes the fewest pixels within the budget: halos are computed twice, so it
 * weighs one large tile against many small ones and wide ones against tall ones. `size` must
 * already obey the model's size rule.
 */
export function planTiles(size: Size, rule: TilingRule, budget: TileBudget): TilePlan {
  let best: { cost: number; width: number; height: number } | undefined;
  for (const height of tileSides(size.height, rule)) {
    if (height - 2 * rule.halo > budget.bandRows && height > smallestTile(size.height, rule))
      continue;
    for (const width of tileSides(size.width, rule)) {
      const tooLarge = width * height > budget.pixels;
      const smallest =
        width === smallestTile(size.width, rule) && height === smallestTile(size.height, rule);
      if (tooLarge && !smallest) continue;
      const cost =
        tileCount(size.width, width, rule) * tileCount(size.height, height, rule) * width * height;
      if (!best || cost < best.cost) best = { cost, width, height };
      break;
    }
  }
  if (!best) throw new Error('No tile fits.');
  return planWithTile(size, { width: best.width, height: best.height }, rule);
}

/**
 * The plan for tiles that keep `core` pixels a side and read the halo on top, as far as the picture
 * reaches.
 */
export function planWithCore(size: Size, core: number, rule: TilingRule): TilePlan {
  const side = (length: number): number => {
    const tile = Math.ceil((core + 2 * rule.halo) / rule.multipleOf) * rule.multipleOf;
    return Math.min(length, tile);
  };
  return planWithTile(size, { width: side(size.width), height: side(size.height) }, rule);
}

/** The plan for tiles of one given shape, which is no larger than `size`. */
export function planWithTile(size: Size, tile: Size, rule: TilingRule): TilePlan {
  return {
    tile,
    columns: spans(size.width, tile.width, rule),
    rows: spans(size.height, tile.height, rule),
  };
}

/**
 * The useful tile sides for a length, largest first: for each number of tiles the smallest side
 * that covers it.
 */
function* tileSides(length: number, rule: TilingRule): Generator<number> {
  const smallest = smallestTile(length, rule);
  let last = 0;
  for (let count = 1; count <= MAXIMUM_TILES_PER_AXIS; count++) {
    const exact = (length - 2 * rule.halo) / count + 2 * rule.halo;
    // Rounding up to the multiple, plus one when windows start on multiples, keeps the number of
    // tiles.
    const side = Math.max(
      smallest,
      Math.min(length, Math.ceil(exact / rule.multipleOf) * rule.multipleOf),
    );
    if (side !== last) yield side;
    if (side === smallest) return;
    last = side;
  }
}

/**
 * A tile keeps at least this many pixels, or the halo would cost more than a hundred times the
 * result.
 */
const SMALLEST_CORE = 32;

const smallestTile = (length: number, { halo, multipleOf }: TilingRule): number =>
  Math.min(length, Math.ceil((2 * halo + SMALLEST_CORE) / multipleOf) * multipleOf);

const tileCount = (length: number, tile: number, rule: TilingRule): number =>
  spans(length, tile, rule).length;
