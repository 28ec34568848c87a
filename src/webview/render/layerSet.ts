import type { Rect, Size } from '../../shared/geometry';
import { lumaOf } from './blend';
import { PixelStore, type BlockEdit, type BlockGrid } from './pixelStore';

/** About 25 megapixels: 400 MB with all layers and their reductions, and as much on a GPU. */
const WINDOW_BLOCKS = 96;
const WINDOW_SIDE = 512;
const WINDOW_ROWS = 8;

/**
 * Residuals are kept in half levels: the map needs more than whole ones, and the strongest are
 * beyond its scale anyway.
 */
export const RESIDUAL_STEPS = 2;

/**
 * What a model adds to a picture: I00, I10 and, with a semantic branch, I11. They come in tiles, in
 * any order. The layers' fourth channels hold what is known (I00: 255 where a tile came), alpha
 * (I10), and |luma(I11 − I10)| (I11).
 */
export class LayerSet {
  readonly store: PixelStore;
  private alpha = false;
  private covered = 0;

  constructor(
    readonly size: Size,
    readonly layers: 2 | 3,
    blockSide?: number,
    window?: BlockGrid,
    /** Whether tiles carry alpha. */
    private readonly alphaInTiles = false,
  ) {
    this.store = new PixelStore(size, layers, { coverage: 0, alpha: 1 }, blockSide, window);
    this.alpha = alphaInTiles;
  }

  /** A result of which the part that is seen is kept: at most `WINDOW_BLOCKS` blocks. */
  static windowed(size: Size, layers: 2 | 3, hasAlpha: boolean): LayerSet {
    const columns = Math.ceil(size.width / WINDOW_SIDE);
    const rows = Math.ceil(size.height / WINDOW_SIDE);
    const high = Math.min(rows, Math.max(WINDOW_ROWS, Math.floor(WINDOW_BLOCKS / columns)));
    const window = { columns: Math.min(columns, Math.floor(WINDOW_BLOCKS / high)), rows: high };
    return new LayerSet(size, layers, WINDOW_SIDE, window, hasAlpha);
  }

  /** The largest part that can be held wherever it lies. */
  get largestPart(): Size {
    const { store, size } = this;
    if (!store.windowed) return size;
    // A part may begin anywhere in a block, unless all blocks have a slot.
    const { width, height } = store.held;
    const side = store.blockSide;
    return {
      width: width < size.width ? (store.columns - 1) * side : width,
      height: height < size.height ? (store.rows - 1) * side : height,
    };
  }

  get hasAlpha(): boolean {
    return this.alpha;
  }

  /** Whether every pixel is known. */
  get complete(): boolean {
    return !this.store.windowed && this.covered === this.size.width * this.size.height;
  }

  /** `data`: the layers one after another, each interleaved RGB rows of `rect`; then its alpha. */
  addTile(rect: Rect, data: Uint8Array): void {
    const { width, height } = this.size;
    if (rect.x < 0 || rect.y < 0 || rect.x + rect.width > width || rect.y + rect.height > height)
      throw new RangeError('A tile lies outside the picture.');
    const bytes = 3 * this.layers + (this.alphaInTiles ? 1 : 0);
    if (data.length !== rect.width * rect.height * bytes)
      throw new RangeError(
        `A tile of ${rect.width}×${rect.height} pixels has ${data.length} bytes.`,
      );
    this.store.edit(rect, (edit) => this.writeTile(edit, rect, data));
  }

  /** One byte a pixel of the result. */
  setAlpha(plane: Uint8Array): void {
    const { width, height } = this.size;
    if (plane.length !== width * height)
      throw new RangeError(`Alpha of ${width}×${height} pixels has ${plane.length} bytes.`);
    this.alpha = true;
    this.store.edit({ x: 0, y: 0, width, height }, ({ planes, side, span, x, y }) => {
      const target = planes[1];
      if (!target) return;
      for (let row = span.y0; row < span.y1; row++) {
        let from = (y + row - span.y0) * width + x;
        for (
          let to = (row * side + span.x0) * 4 + 3, end = (row * side + span.x1) * 4;
          to < end;
          to += 4, from++
        )
          target[to] = plane[from] ?? 0;
      }
    });
  }

  /** As the tile says, else as it was set, else opaque. `pixel` counts from the tile's corner. */
  private alphaAt(plane: Uint8Array, at: number, data: Uint8Array, pixel: number): number {
    if (!this.alpha) return 255;
    if (!this.alphaInTiles) return plane[at + 3] ?? 0;
    const pixels = data.length / (3 * this.layers + 1);
    return data[pixels * 3 * this.layers + pixel] ?? 0;
  }

  private writeTile(
    { planes: [base, pixel, semantic], side, span, x, y }: BlockEdit,
    rect: Rect,
    data: Uint8Array,
  ): void {
    if (!base || !pixel) return;
    const layer = rect.width * rect.height * 3;
    for (let row = span.y0; row < span.y1; row++) {
      let from = ((y + row - span.y0 - rect.y) * rect.width + x - rect.x) * 3;
      for (
        let to = (row * side + span.x0) * 4, end = (row * side + span.x1) * 4;
        to < end;
        to += 4, from += 3
      ) {
        if (base[to + 3] === 0) this.covered++;
        copyPixel(base, to, data, from, 255);
        copyPixel(pixel, to, data, from + layer, this.alphaAt(pixel, to, data, from / 3));
        if (semantic)
          copyPixel(
            semantic,
            to,
            data,
            from + 2 * layer,
            residual(data, from + layer, from + 2 * layer),
          );
      }
    }
  }
}

function copyPixel(
  target: Uint8Array,
  to: number,
  data: Uint8Array,
  from: number,
  fourth: number,
): void {
  target[to] = data[from] ?? 0;
  target[to + 1] = data[from + 1] ?? 0;
  target[to + 2] = data[from + 2] ?? 0;
  target[to + 3] = fourth;
}

/** |luma(I11 − I10)| in steps. */
function residual(data: Uint8Array, a: number, b: number): number {
  const difference = (channel: number): number =>
    (data[b + channel] ?? 0) - (data[a + channel] ?? 0);
  return Math.min(
    255,
    Math.round(RESIDUAL_STEPS * Math.abs(lumaOf(difference(0), difference(1), difference(2)))),
  );
}
