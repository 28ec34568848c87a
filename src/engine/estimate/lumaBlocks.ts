import type { Rect, Size } from '../../shared/geometry';
import type { PixelFile } from '../image/pixelFile';

/**
 * A part of a picture: BT.601 luma in [0,255], row by row. Its place in the picture is a multiple
 * of 8 on both axes.
 */
export type LumaBlock = Size & { readonly luma: Float32Array };

/** Pictures up to so many pixels are read whole, of larger ones about so many are read. */
const MOST_PIXELS = 2 ** 22;
/** Side of a block of a larger picture. */
const SIDE = 256;
/** JPEG's grid: blocks start on it. */
const GRID = 8;

/**
 * The parts of a picture that are looked at: all of it, or full-resolution blocks spread evenly.
 * Rectangles never overlap.
 */
export function sampledParts({ width, height }: Size): Rect[] {
  if (width * height <= MOST_PIXELS) return [{ x: 0, y: 0, width, height }];
  const [w, h] = [Math.min(SIDE, width), Math.min(SIDE, height)];
  const most = Math.floor(MOST_PIXELS / (w * h));
  const fitting = { columns: Math.floor(width / w), rows: Math.floor(height / h) };
  const rows = within(Math.round(Math.sqrt((most * height) / width)), fitting.rows);
  const columns = within(Math.floor(most / rows), fitting.columns);
  const place = (index: number, count: number, side: number, length: number): number =>
    Math.floor(((count === 1 ? 0.5 : index / (count - 1)) * (length - side)) / GRID) * GRID;
  return Array.from({ length: rows * columns }, (_, i) => ({
    x: place(i % columns, columns, w, width),
    y: place(Math.floor(i / columns), rows, h, height),
    width: w,
    height: h,
  }));
}

const within = (value: number, most: number): number => Math.max(1, Math.min(most, value));

/** Reads a part of a picture (8-bit RGB). */
export async function readLuma(rgb: PixelFile, part: Rect): Promise<LumaBlock> {
  const pixels = await rgb.area(part);
  const { width, height } = part;
  const luma = new Float32Array(width * height);
  for (let i = 0, from = 0; i < luma.length; i++, from += 3) {
    luma[i] =
      0.299 * (pixels[from] ?? 0) +
      0.587 * (pixels[from + 1] ?? 0) +
      0.114 * (pixels[from + 2] ?? 0);
  }
  return { width, height, luma };
}
