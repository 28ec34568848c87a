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

type Block = { revision: number; readonly levels: readonly BlockLevel[] };

/** What every WebGL 2 can hold: as many slices in one texture array, as large. */
const MAXIMUM_BLOCKS = 256;
const BLOCK_SIDES = [512, 1024, 2048];
const SMALLEST_BLOCK = 16;

/**
 * A picture of several RGBA layers, cut into square blocks, each with its reductions by 2, 4, 8 … A
 * block's side is a power of two, so that reductions never reach into a neighbour, and the blocks
 * are just the slices of a mipmapped texture array. Blocks exist from the first write on.
 */
export class PixelStore {
  /** log2 of a block's side, and the coarsest level. */
  readonly bits: number;
  readonly columns: number;
  readonly rows: number;
  private readonly blocks: (Block | undefined)[];
  private readonly log: Change[] = [];

  /** `blockSide`: a power of two; chosen by the size unless given. */
  constructor(
    readonly size: Size,
    readonly layers: number,
    private readonly fourth: FourthChannels,
    blockSide: number = blockSideFor(size),
  ) {
    this.bits = Math.log2(blockSide);
    if (!Number.isInteger(this.bits))
      throw new RangeError(`A block’s side must be a power of two, not ${blockSide}.`);
    this.columns = Math.ceil(size.width / blockSide);
    this.rows = Math.ceil(size.height / blockSide);
    this.blocks = new Array<Block | undefined>(this.columns * this.rows).fill(undefined);
  }

  get blockSide(): number {
    return 1 << this.bits;
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
    const index = row * this.columns + column;
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
