import type { ClampedSamples } from '../image/samples';
import type { Span } from '../tiling/plan';
import type { BlendWindow } from './blend';

/**
 * Spans whose kept parts reach `half` pixels beyond the border between two of them, on both sides:
 * there neighbours pass into each other. `half` must be less than the halo.
 */
export const widened = (spans: readonly Span[], half: number): readonly Span[] =>
  spans.map(({ start, from, to }, i) => ({
    start,
    from: i === 0 ? from : from - half,
    to: i === spans.length - 1 ? to : to + half,
  }));

/** The share of the later of two neighbours at place `i` of `count`. */
const shareAt = (i: number, count: number): number => (i + 0.5) / count;

/**
 * Puts a tile's interleaved samples (`window.width` × `window.height`, `bands` each) into the band;
 * its first `overlap` columns pass over from what the band holds there. A fourth band is left alone:
 * alpha has a plane of its own.
 */
export function mixColumns(
  tile: ClampedSamples,
  { width, height, bandX, bandWidth }: BlendWindow,
  band: ClampedSamples,
  bands: number,
  overlap: number,
): void {
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const share = x < overlap ? shareAt(x, overlap) : 1;
      const from = (y * width + x) * bands;
      const to = (y * bandWidth + bandX + x) * bands;
      for (let channel = 0; channel < Math.min(bands, 3); channel++)
        band[to + channel] = mixed(band[to + channel] ?? 0, tile[from + channel] ?? 0, share);
    }
  }
}

/** The first rows of the band, `rowLength` samples each, pass over from the rows of `above`. */
export function mixRows(above: ClampedSamples, band: ClampedSamples, rowLength: number): void {
  const rows = above.length / rowLength;
  for (let i = 0; i < above.length; i++)
    band[i] = mixed(above[i] ?? 0, band[i] ?? 0, shareAt(Math.floor(i / rowLength), rows));
}

const mixed = (before: number, after: number, share: number): number =>
  Math.round(before + share * (after - before));
