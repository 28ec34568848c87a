import type { Size } from '../../shared/geometry';
import { CUBIC_REACH, keysCubic } from '../../shared/keysCubic';
import { PIXELATED_FROM } from '../viewTransform';

/**
 * How a picture is read for the screen, alike in both back ends: the value of a screen pixel is the
 * mean over a rectangle around its middle, with the parts of pixels that the rectangle covers as
 * weights.
 *
 * - At 100 % the rectangle is one pixel, at its place: the pixel itself.
 * - Between 100 % and 300 % it stays one pixel wide, which is linear interpolation.
 * - From 300 % on it is as large as the screen pixel: squares, with fair edges where the zoom is
 *   not whole.
 * - Below 100 % it is as large as the screen pixel, too; below 50 % it is taken from the level
 *   reduced by 2, 4, 8 … in which it is 1–2 pixels wide.
 *
 * Blends are made for each pixel of that level, clamped and rounded, and averaged then. That is
 * what the exported picture would show, except for this: reduced levels hold means of the layers,
 * so below 50 % clipping is applied to the mean rather than to each pixel.
 */
export type Sampling = {
  readonly level: number;
  /** Pixels of the level for one screen pixel. */
  readonly perPixelX: number;
  readonly perPixelY: number;
  /** The rectangle, in pixels of the level. */
  readonly footprintX: number;
  readonly footprintY: number;
};

/** Parts of a pixel below this come from rounding. */
export const LEAST_WEIGHT = 1e-3;
/** Most pixels a footprint touches in each direction. */
export const TAPS = 3;
/** The map is averaged over this much more, in pixels of the result: single pixels say little. */
export const HEAT_BLUR = 2;
/** Most pixels the map's footprint touches in each direction. */
export const HEAT_TAPS = 5;

type Source = { readonly size: Size; readonly bits: number };

/**
 * `size`: of the result, which `source` is stretched to; `zoom`: screen pixels for one pixel of it;
 * `squares`: at any zoom.
 */
export function samplingOf(source: Source, size: Size, zoom: number, squares: boolean): Sampling {
  const x = source.size.width / (size.width * zoom);
  const y = source.size.height / (size.height * zoom);
  const level = Math.min(source.bits, Math.max(0, Math.floor(Math.log2(Math.max(x, y)) + 1e-4)));
  const scale = 1 / (1 << level);
  const least = squares || zoom >= PIXELATED_FROM ? 0 : 1;
  return {
    level,
    perPixelX: x * scale,
    perPixelY: y * scale,
    footprintX: Math.max(least, x) * scale,
    footprintY: Math.max(least, y) * scale,
  };
}

/** The same for the map of what is invented. */
export function heatSampling(source: Source, size: Size, zoom: number): Sampling {
  const sampling = samplingOf(source, size, zoom, false);
  const wider = (perPixel: number): number =>
    Math.max(perPixel, 1 / (1 << sampling.level)) + HEAT_BLUR / (1 << sampling.level);
  return {
    ...sampling,
    footprintX: wider(sampling.perPixelX),
    footprintY: wider(sampling.perPixelY),
  };
}

/** The same for an enlargement by Keys' kernel, as the model's own base is made. */
export function cubicTaps(from: number, count: number, perPixel: number): AxisTaps {
  const taps = 2 * CUBIC_REACH;
  const first = new Int32Array(count);
  const weights = new Float32Array(count * taps);
  for (let i = 0; i < count; i++) {
    const at = (from + i + 0.5) * perPixel - 0.5;
    const start = Math.floor(at) - CUBIC_REACH + 1;
    first[i] = start;
    for (let tap = 0; tap < taps; tap++) weights[i * taps + tap] = keysCubic(start + tap - at);
  }
  return { taps, first, weights };
}

/** The weights of one axis: screen pixel i reads `taps` pixels from `first[i]` on. */
export type AxisTaps = {
  readonly taps: number;
  readonly first: Int32Array;
  readonly weights: Float32Array;
};

/** For `count` screen pixels from `from` on, counted from the picture's corner. */
export function axisTaps(
  from: number,
  count: number,
  perPixel: number,
  footprint: number,
): AxisTaps {
  const taps = Math.ceil(footprint) + 1;
  const first = new Int32Array(count);
  const weights = new Float32Array(count * taps);
  for (let i = 0; i < count; i++) {
    const low = (from + i + 0.5) * perPixel - footprint / 2;
    const start = Math.floor(low);
    first[i] = start;
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) {
      const part =
        (Math.min(start + tap + 1, low + footprint) - Math.max(start + tap, low)) / footprint;
      const weight = part < LEAST_WEIGHT ? 0 : part;
      weights[i * taps + tap] = weight;
      sum += weight;
    }
    for (let tap = 0; tap < taps; tap++)
      weights[i * taps + tap] = (weights[i * taps + tap] ?? 0) / sum;
  }
  return { taps, first, weights };
}
