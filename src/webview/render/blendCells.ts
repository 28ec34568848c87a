import type { Guidance } from '../../shared/guidance';
import { ROUNDING } from './blend';
import type { LayersSide } from './frame';

/** Side of a cell in pixels of its level. */
const CELL_BITS = 7;

type Cell = { readonly revision: number; readonly pixels: Uint8Array };

/** A part of a cell's line: `count` pixels of 5 bytes from `at` on. */
export type Run = { readonly pixels: Uint8Array; readonly at: number; readonly count: number };

/**
 * One side's blend in software, kept in cells, so that moving the picture blends only what comes
 * into view. Each pixel is red, green, blue, alpha and what is known, 8 bits each, not
 * premultiplied.
 */
export class BlendCells {
  private readonly cells = new Map<number, Cell>();

  constructor(private readonly side: LayersSide) {}

  get bytes(): number {
    let sum = 0;
    for (const { pixels } of this.cells.values()) sum += pixels.length;
    return sum;
  }

  /** Whether these are the cells of that side. */
  isOf({ layers, guidance, exact }: LayersSide): boolean {
    const { side } = this;
    return side.layers === layers && same(side.guidance, guidance) && side.exact === exact;
  }

  /** Up to `wanted` pixels from (x, y) of a level on. */
  run(level: number, x: number, y: number, wanted: number): Run {
    const { store } = this.side.layers;
    const bits = Math.min(CELL_BITS, store.bits - level);
    const inside = (1 << bits) - 1;
    const count = Math.min(wanted, inside + 1 - (x & inside));
    const { pixels } = this.cell(level, bits, x >> bits, y >> bits);
    return { pixels, at: (((y & inside) << bits) + (x & inside)) * 5, count };
  }

  private cell(level: number, bits: number, column: number, row: number): Cell {
    const { store } = this.side.layers;
    const key = (level * 65_536 + row) * 65_536 + column;
    const toBlock = store.bits - level - bits;
    const block = store.slotAt(column >> toBlock, row >> toBlock);
    const revision = store.revisionOf(block);
    const known = this.cells.get(key);
    if (known?.revision === revision) return known;
    const cell = { revision, pixels: known?.pixels.fill(0) ?? new Uint8Array(5 << (2 * bits)) };
    this.blend(cell.pixels, level, bits, column, row, block);
    this.cells.set(key, cell);
    return cell;
  }

  private blend(
    out: Uint8Array,
    level: number,
    bits: number,
    column: number,
    row: number,
    block: number,
  ): void {
    const { layers, guidance, exact } = this.side;
    const { store, hasAlpha } = layers;
    const base = store.plane(0, level, block);
    const pixel = store.plane(1, level, block);
    const semantic = store.plane(2, level, block) ?? pixel;
    const blockBits = store.bits - level;
    const left = (column << bits) & ((1 << blockBits) - 1);
    const top = (row << bits) & ((1 << blockBits) - 1);
    const { pixel: lambdaPixel } = guidance;
    const lambdaSemantic = layers.layers === 3 ? guidance.semantic : 0;
    if (base && pixel && semantic) {
      for (let y = 0, to = 0; y < 1 << bits; y++) {
        for (
          let x = 0, from = (((top + y) << blockBits) + left) * 4;
          x < 1 << bits;
          x++, from += 4, to += 5
        ) {
          // Written out: a call for each channel costs a third more.
          for (let channel = 0; channel < 3; channel++) {
            const b = base[from + channel] ?? 0;
            const p = pixel[from + channel] ?? 0;
            const value =
              b + lambdaPixel * (p - b) + lambdaSemantic * ((semantic[from + channel] ?? 0) - p);
            out[to + channel] = value <= 0 ? 0 : value >= 255 ? 255 : value + ROUNDING;
          }
          out[to + 3] = hasAlpha ? (pixel[from + 3] ?? 0) : 255;
          out[to + 4] = base[from + 3] ?? 0;
        }
      }
    }
    if (exact) this.overlay(out, level, bits, column, row);
  }

  /** Puts the exact picture over a cell. */
  private overlay(out: Uint8Array, level: number, bits: number, column: number, row: number): void {
    const { exact, layers } = this.side;
    if (!exact) return;
    const { store, origin } = exact;
    const { width, height } = store.levelSize(level);
    const blockBits = store.bits - level;
    const inside = (1 << blockBits) - 1;
    const [left, top] = [
      (column << bits) - (origin.x >> level),
      (row << bits) - (origin.y >> level),
    ];
    if (left < 0 || top < 0 || left >= width || top >= height) return;
    // Blocks of both line up, so a cell lies in one of them.
    const plane = store.plane(0, level, store.slotAt(left >> blockBits, top >> blockBits));
    if (!plane) return;
    for (let y = 0, to = 0; y < 1 << bits; y++) {
      for (
        let x = 0, from = ((((top + y) & inside) << blockBits) + (left & inside)) * 4;
        x < 1 << bits;
        x++, from += 4, to += 5
      ) {
        const made = plane[from + 3] ?? 0;
        if (made === 0) continue;
        const known = out[to + 4] ?? 0;
        const share = known > 0 ? made / 255 : 1;
        for (let channel = 0; channel < 3; channel++) {
          const blend = out[to + channel] ?? 0;
          out[to + channel] = Math.round(blend + share * ((plane[from + channel] ?? 0) - blend));
        }
        if (!layers.hasAlpha) out[to + 3] = 255;
        out[to + 4] = Math.max(known, made);
      }
    }
  }
}

const same = (a: Guidance, b: Guidance): boolean =>
  a.pixel === b.pixel && a.semantic === b.semantic;
