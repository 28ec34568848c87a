import { createInflate } from 'node:zlib';
import type { FileView } from './fileView';

/** Where a chunk's content lies. */
export type Span = { readonly at: number; readonly length: number };

/** What says how the pixels of a PNG with a palette are stored. */
export type IndexedLayout = {
  readonly width: number;
  readonly height: number;
  /** 1, 2, 4 or 8. */
  readonly bits: number;
  readonly isInterlaced: boolean;
};

/** Of Adam7, and of a picture in one: first column and row, and steps. (PNG specification, 8.1.) */
const WHOLE = [[0, 0, 1, 1]] as const;
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;
const PIECE = 2 ** 16;
/** Sides beyond the decoder's are refused elsewhere; a row of gigabytes would be taken as memory here. */
const [MOST_SIDE, MOST_PIXELS] = [1_000_000, 2 ** 29];
const [SUB, UP, AVERAGE, PAETH] = [1, 2, 3, 4];

/**
 * The highest number of a color that pixels of a PNG with a palette have: its decoders do not tell
 * one for which the palette has no color. Undefined where its data can't be read, which they tell.
 */
export async function highestIndex(
  view: FileView,
  layout: IndexedLayout,
  data: readonly Span[],
): Promise<number | undefined> {
  const { width, height } = layout;
  if (Math.max(width, height) > MOST_SIDE || width * height > MOST_PIXELS) return undefined;
  const rows = new Rows(layout);
  const inflate = createInflate();
  const fed = (async () => {
    for (const { at, length } of data)
      for (let done = 0; done < length; done += PIECE) {
        const bytes = Buffer.from(await view.bytes(at + done, Math.min(PIECE, length - done)));
        if (!inflate.write(bytes))
          await new Promise<void>((resolve) => {
            inflate.once('drain', resolve).once('close', resolve);
          });
        if (inflate.destroyed) return;
      }
    inflate.end();
  })();
  try {
    for await (const bytes of inflate as AsyncIterable<Buffer>) {
      rows.feed(bytes);
      if (rows.isFull) break;
    }
  } catch {
    return undefined;
  } finally {
    inflate.destroy();
    await fed.catch(() => undefined);
  }
  return rows.isFull ? rows.highest : undefined;
}

/** Takes the unpacked data as it comes, and keeps no more than two rows of it. */
class Rows {
  highest = 0;
  private readonly left: { readonly pixels: number; rows: number }[];
  private before = new Uint8Array(0);
  private row = new Uint8Array(0);
  private filter = -1;
  private filled = 0;

  constructor(private readonly layout: IndexedLayout) {
    const { width, height, isInterlaced } = layout;
    this.left = (isInterlaced ? ADAM7 : WHOLE)
      .map(([x, y, across, down]) => ({
        pixels: Math.max(0, Math.ceil((width - x) / across)),
        rows: Math.max(0, Math.ceil((height - y) / down)),
      }))
      .filter(({ pixels, rows }) => pixels > 0 && rows > 0);
    this.begin();
  }

  get isFull(): boolean {
    return this.left.length === 0;
  }

  feed(bytes: Buffer): void {
    for (let at = 0; at < bytes.length && !this.isFull;) {
      if (this.filter < 0) this.filter = bytes[at++] ?? 0;
      const count = Math.min(bytes.length - at, this.row.length - this.filled);
      this.row.set(bytes.subarray(at, at + count), this.filled);
      this.filled += count;
      at += count;
      if (this.filled === this.row.length) this.end();
    }
  }

  private begin(): void {
    const bytes = Math.ceil(((this.left[0]?.pixels ?? 0) * this.layout.bits) / 8);
    this.before = new Uint8Array(bytes);
    this.row = new Uint8Array(bytes);
  }

  private end(): void {
    const pass = this.left[0];
    if (!pass) return;
    unfilter(this.row, this.before, this.filter);
    this.look(pass.pixels);
    [this.before, this.row] = [this.row, this.before];
    [this.filter, this.filled] = [-1, 0];
    if (--pass.rows > 0) return;
    this.left.shift();
    this.begin();
  }

  private look(pixels: number): void {
    const { row } = this;
    const { bits } = this.layout;
    let { highest } = this;
    if (bits === 8) for (const value of row) highest = value > highest ? value : highest;
    else
      for (let i = 0; i < pixels; i++) {
        const bit = i * bits;
        const value = ((row[bit >> 3] ?? 0) >> (8 - bits - (bit & 7))) & (2 ** bits - 1);
        if (value > highest) highest = value;
      }
    this.highest = highest;
  }
}

/** Undoes the filter of a row whose pixels have a byte or less. (PNG specification, 9.) */
function unfilter(row: Uint8Array, above: Uint8Array, filter: number): void {
  if (filter === SUB)
    for (let i = 1; i < row.length; i++) row[i] = (row[i] ?? 0) + (row[i - 1] ?? 0);
  else if (filter === UP)
    for (let i = 0; i < row.length; i++) row[i] = (row[i] ?? 0) + (above[i] ?? 0);
  else if (filter === AVERAGE)
    for (let i = 0; i < row.length; i++)
      row[i] = (row[i] ?? 0) + (((row[i - 1] ?? 0) + (above[i] ?? 0)) >> 1);
  else if (filter === PAETH)
    for (let i = 0; i < row.length; i++)
      row[i] = (row[i] ?? 0) + nearest(row[i - 1] ?? 0, above[i] ?? 0, above[i - 1] ?? 0);
}

/** Paeth's choice of the neighbor that a plane through the three is nearest to. */
function nearest(left: number, above: number, corner: number): number {
  const [toLeft, toAbove, toCorner] = [
    Math.abs(above - corner),
    Math.abs(left - corner),
    Math.abs(left + above - 2 * corner),
  ];
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}
