import type { Rect, Size } from '../../shared/geometry';
import {
  reduceBlock,
  reducedSpan,
  type BlockLevel,
  type FourthChannels,
  type Span,
} from './reduce';

/** A part of a block that was written. Spans are pixels of level 0 from the block's corner. */
export type Change = { readonly block: number; readonly span: Span };

/**
 * A block as `write` sees it: RGBA planes, one a layer; `span` in the block; `x`, `y` the picture's
 * pixel at the span's corner.
 */
export type BlockEdit = {
  readonly planes: readonly Uint8Array[];
  readonly side: number;
  readonly span: Span;
  readonly x: number;
  readonly y: number;
};

/** Blocks beside and below each other. */
export type BlockGrid = { readonly columns: number; readonly rows: number };

type Block = { revision: number; readonly levels: readonly BlockLevel[] };

/** What every WebGL 2 can hold: as many slices in one texture array, as large. */
const MAXIMUM_BLOCKS = 256;
const BLOCK_SIDES = [512, 1024, 2048];
const SMALLEST_BLOCK = 16;

/**
 * A picture of several RGBA layers, cut into square blocks, each with its reductions by 2, 4, 8 … A
 * block's side is a power of two, so that reductions never reach into a neighbour, and the blocks
 * are just the slices of a mipmapped texture array. Blocks exist from the first write on.
 *
 * Of a large picture it holds a window only, which moves by whole blocks. Each block's place in the
 * picture, modulo the window, is its slot: a block that stays in sight stays where it is.
 */
export class PixelStore {
  /** log2 of a block's side, and the coarsest level. */
  readonly bits: number;
  /** Slots beside and below each other; of a whole picture, its blocks. */
  readonly columns: number;
  readonly rows: number;
  /** Whether there are more blocks than slots. */
  readonly windowed: boolean;
  /** The window's upper left block. */
  private corner = { column: 0, row: 0 };
  private readonly blocks: (Block | undefined)[];
  private readonly log: Change[] = [];

  /** `blockSide`: a power of two; chosen by the size unless given. */
  constructor(
    readonly size: Size,
    readonly layers: number,
    private readonly fourth: FourthChannels,
    blockSide: number = blockSideFor(size),
    window?: BlockGrid,
  ) {
    this.bits = Math.log2(blockSide);
    if (!Number.isInteger(this.bits))
      throw new RangeError(`A block’s side must be a power of two, not ${blockSide}.`);
    const all = blocksOf(size, blockSide);
    this.columns = Math.min(all.columns, window?.columns ?? all.columns);
    this.rows = Math.min(all.rows, window?.rows ?? all.rows);
    this.windowed = this.columns < all.columns || this.rows < all.rows;
    this.blocks = new Array<Block | undefined>(this.columns * this.rows).fill(undefined);
  }

  get blockSide(): number {
    return 1 << this.bits;
  }

  get first(): { readonly column: number; readonly row: number } {
    return this.corner;
  }

  /** What of the picture the window holds, in its pixels. */
  get held(): Rect {
    const side = this.blockSide;
    const [x, y] = [this.corner.column * side, this.corner.row * side];
    return {
      x,
      y,
      width: Math.min(this.size.width, x + this.columns * side) - x,
      height: Math.min(this.size.height, y + this.rows * side) - y,
    };
  }

  /** The slot of a block, by its place in the picture; −1 outside the window. */
  slotAt(column: number, row: number): number {
    if (!this.windowed) return row * this.columns + column;
    const [right, down] = [column - this.corner.column, row - this.corner.row];
    if (right < 0 || down < 0 || right >= this.columns || down >= this.rows) return -1;
    return (row % this.rows) * this.columns + (column % this.columns);
  }

  /** Moves the window so that it holds `rect`, which must not be larger; around its middle. */
  moveTo(rect: Rect): void {
    const { held } = this;
    const inside =
      rect.x >= held.x &&
      rect.y >= held.y &&
      rect.x + rect.width <= held.x + held.width &&
      rect.y + rect.height <= held.y + held.height;
    if (!this.windowed || inside) return;
    const side = this.blockSide;
    const all = blocksOf(this.size, side);
    const start = (from: number, length: number, slots: number, blocks: number): number => {
      const centred = Math.round((from + length / 2) / side - slots / 2);
      const [least, most] = [Math.ceil((from + length) / side) - slots, Math.floor(from / side)];
      return Math.min(blocks - slots, Math.max(0, least, Math.min(most, centred)));
    };
    const before = this.corner;
    this.corner = {
      column: start(rect.x, rect.width, this.columns, all.columns),
      row: start(rect.y, rect.height, this.rows, all.rows),
    };
    this.forgetOutside(before);
  }

  /** Empties the slots whose blocks are others now. */
  private forgetOutside(before: { readonly column: number; readonly row: number }): void {
    const { column: left, row: top } = this.corner;
    for (let row = top; row < top + this.rows; row++) {
      for (let column = left; column < left + this.columns; column++) {
        const stayed =
          column >= before.column &&
          column < before.column + this.columns &&
          row >= before.row &&
          row < before.row + this.rows;
        const slot = this.slotAt(column, row);
        if (stayed || !this.blocks[slot]) continue;
        const side = this.blockSide;
        this.log.push({ block: slot, span: { x0: 0, y0: 0, x1: side, y1: side } });
        this.blocks[slot] = { ...this.createBlock(column, row), revision: this.revision };
      }
    }
  }

  /** Grows by each change. */
  get revision(): number {
    return this.log.length;
  }

  /** Bytes of pixels that exist now. */
  get bytes(): number {
    return this.blocks.reduce(
      (sum, block) =>
        sum +
        (block?.levels.reduce((all, { side }) => all + side * side * 4 * this.layers, 0) ?? 0),
      0,
    );
  }

  changesSince(revision: number): readonly Change[] {
    return this.log.slice(revision);
  }

  levelSize(level: number): Size {
    return {
      width: ((this.size.width - 1) >> level) + 1,
      height: ((this.size.height - 1) >> level) + 1,
    };
  }

  /** A layer of a block, at a level: rows of `blockSide >> level` RGBA pixels. */
  plane(layer: number, level: number, block: number): Uint8Array | undefined {
    return this.blocks[block]?.levels[level]?.planes[layer];
  }

  /** The revision that changed a block last; 0 before the first. */
  revisionOf(block: number): number {
    return this.blocks[block]?.revision ?? 0;
  }

  /** Lets `write` fill the part of each block that lies in `rect`, then renews the reductions. */
  edit(rect: Rect, write: (edit: BlockEdit) => void): void {
    const side = this.blockSide;
    const x1 = Math.min(rect.x + rect.width, this.size.width);
    const y1 = Math.min(rect.y + rect.height, this.size.height);
    for (let row = rect.y >> this.bits; row * side < y1; row++) {
      for (let column = rect.x >> this.bits; column * side < x1; column++) {
        if (this.slotAt(column, row) < 0) continue;
        const [left, top] = [column * side, row * side];
        const span = {
          x0: Math.max(0, rect.x - left),
          y0: Math.max(0, rect.y - top),
          x1: Math.min(side, x1 - left),
          y1: Math.min(side, y1 - top),
        };
        this.editBlock(
          column,
          row,
          (planes) => write({ planes, side, span, x: left + span.x0, y: top + span.y0 }),
          span,
        );
      }
    }
  }

  private editBlock(
    column: number,
    row: number,
    write: (planes: readonly Uint8Array[]) => void,
    span: Span,
  ): void {
    const index = this.slotAt(column, row);
    const block = (this.blocks[index] ??= this.createBlock(column, row));
    let finer: BlockLevel | undefined;
    for (const [level, coarser] of block.levels.entries()) {
      if (finer) reduceBlock(finer, coarser, reducedSpan(span, level), this.fourth);
      else write(coarser.planes);
      finer = coarser;
    }
    this.log.push({ block: index, span });
    block.revision = this.revision;
  }

  private createBlock(column: number, row: number): Block {
    const levels = Array.from({ length: this.bits + 1 }, (_, level): BlockLevel => {
      const side = this.blockSide >> level;
      const { width, height } = this.levelSize(level);
      return {
        planes: Array.from({ length: this.layers }, () => new Uint8Array(side * side * 4)),
        side,
        width: Math.min(side, width - column * side),
        height: Math.min(side, height - row * side),
      };
    });
    return { revision: 0, levels };
  }
}

const blocksOf = ({ width, height }: Size, side: number): BlockGrid => ({
  columns: Math.ceil(width / side),
  rows: Math.ceil(height / side),
});

/**
 * The smallest block that wastes little on small pictures and fits large ones into one texture
 * array.
 */
function blockSideFor({ width, height }: Size): number {
  const smallest = BLOCK_SIDES.find(
    (side) => Math.ceil(width / side) * Math.ceil(height / side) <= MAXIMUM_BLOCKS,
  );
  if (smallest === undefined)
    throw new RangeError(`A picture of ${width}×${height} pixels is too large to be shown.`);
  return Math.min(
    smallest,
    Math.max(SMALLEST_BLOCK, 2 ** Math.ceil(Math.log2(Math.max(width, height)))),
  );
}
