import { maximumOf, clamped16, type ClampedSamples, type Samples } from '../image/samples';
import type { Size } from '../../shared/geometry';
import type { TileLayers } from '../runtime/session';
import type { BlendWindow } from './blend';

/**
 * A tile of an alpha plane as the network sees it: a grey picture; or one value, when there is
 * nothing to see.
 */
export type AlphaInput = { readonly image: Float32Array } | { readonly uniform: number };

/**
 * Cuts a tile out of alpha rows of `width` pixels and turns it into planar floats in [0,1], [3,
 * rows.length, columns.length], three times the same plane. `rows` is relative to the first row
 * given. A tile of one value costs no inference.
 */
export function alphaInput(
  plane: Samples,
  width: number,
  columns: Int32Array,
  rows: Int32Array,
): AlphaInput {
  const first = plane[(rows[0] ?? 0) * width + (columns[0] ?? 0)] ?? 0;
  const area = rows.length * columns.length;
  const image = new Float32Array(3 * area);
  const most = plane instanceof Uint16Array ? 65_535 : 255;
  let isUniform = true;
  let to = 0;
  for (const row of rows) {
    for (const column of columns) {
      const value = plane[row * width + column] ?? 0;
      if (value !== first) isUniform = false;
      image[to++] = value / most;
    }
  }
  if (isUniform) return { uniform: first };
  image.copyWithin(area, 0, area);
  image.copyWithin(2 * area, 0, area);
  return { image };
}

/**
 * `base + r_pix` of a tile of alpha, the mean of the three channels, into a band of one sample a
 * pixel. The pixel branch at λ_pix = 1, whatever the person chose: a shape is to have an edge, and
 * nothing is to be invented in it.
 */
export function blendAlpha(
  { base, pixel }: TileLayers,
  window: BlendWindow,
  band: ClampedSamples,
): void {
  const { tileWidth, tileHeight, fromX, fromY, width, height, bandX, bandWidth } = window;
  const area = tileWidth * tileHeight;
  const deep = band instanceof Uint16Array;
  const third = maximumOf(deep ? 16 : 8) / 3;
  for (let y = 0; y < height; y++) {
    let from = (fromY + y) * tileWidth + fromX;
    let to = y * bandWidth + bandX;
    for (let x = 0; x < width; x++, from++, to++) {
      let value = 0;
      for (let channel = 0; channel < 3; channel++)
        value += (base[from + channel * area] ?? 0) + (pixel[from + channel * area] ?? 0);
      band[to] = deep ? clamped16(value * third) : value * third;
    }
  }
}

/** Gives a tile's part of the band one value. */
export function fillAlpha(
  value: number,
  { width, height, bandX, bandWidth }: BlendWindow,
  band: ClampedSamples,
): void {
  for (let y = 0; y < height; y++)
    band.fill(value, y * bandWidth + bandX, y * bandWidth + bandX + width);
}

/** A plane of alpha, or a part of one, that is read by rows. */
export type AlphaRows = {
  readonly info: Size;
  samples(from: number, to: number): Promise<Samples>;
};

/** Around a pixel, so many others on each side must have its value for it to be kept. */
const FLAT_REACH = 1;

/**
 * What is flat stays exactly as it was: rows [from, to) of `alpha`, enlarged `scale` times into
 * `band`. So no network leaves a trace of what is transparent, or a hole in what is opaque.
 */
export async function keepFlatAlpha(
  alpha: AlphaRows,
  from: number,
  to: number,
  scale: number,
  band: ClampedSamples,
): Promise<void> {
  const { width, height } = alpha.info;
  const first = Math.max(0, from - FLAT_REACH);
  const source = await alpha.samples(first, Math.min(height, to + FLAT_REACH));
  const rows = source.length / width;
  // How many rows above and with this one are flat, for each column.
  const isRowFlat = new Uint8Array(source.length);
  for (let i = 0; i < source.length; i++) {
    const x = i % width;
    const own = source[i];
    let isFlat = true;
    for (
      let dx = Math.max(-FLAT_REACH, -x);
      isFlat && dx <= Math.min(FLAT_REACH, width - 1 - x);
      dx++
    )
      isFlat = source[i + dx] === own;
    isRowFlat[i] = isFlat ? 1 : 0;
  }
  for (let y = from - first; y < to - first; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      const own = source[at] ?? 0;
      let isFlat = true;
      for (
        let dy = Math.max(-FLAT_REACH, -y);
        isFlat && dy <= Math.min(FLAT_REACH, rows - 1 - y);
        dy++
      )
        isFlat = isRowFlat[at + dy * width] === 1 && source[at + dy * width] === own;
      if (!isFlat) continue;
      const line = (y - (from - first)) * scale;
      for (let row = line; row < line + scale; row++)
        band.fill(own, (row * width + x) * scale, (row * width + x + 1) * scale);
    }
  }
}
