import type { Rect, Size } from '../../shared/geometry';
import type { AreaResampler } from '../image/resampleArea';
import { coveredRect, cropped, joined, ownedRect } from './resultGrid';

/** Layers of a part of a picture, each interleaved RGB rows of `area`, and its alpha. */
export type LayerArea = {
  readonly area: Rect;
  readonly layers: readonly (Uint8Array | Uint8ClampedArray)[];
  readonly alpha: Uint8Array | Uint8ClampedArray | undefined;
};

/** A tile of the result as the webview takes it, and the pixels that its figures are made of. */
export type ResultTile = {
  readonly rect: Rect;
  /** See `PreviewTile.file`. */
  readonly bytes: Uint8Array;
  readonly covered: LayerArea;
};

/**
 * What an export makes of the part `kept` of the source (of size `source`), from layers at the
 * model's own scale. With transparency the encoder multiplies colours by alpha before it changes the
 * size, and divides them again: so does this.
 */
export function resultTile(
  { area, layers, alpha }: LayerArea,
  resampler: AreaResampler,
  source: Size,
  kept: Rect,
): ResultTile {
  const covered = coveredRect(kept, source, resampler.to);
  const shown = layers.map((data) =>
    alpha && resampler.changes
      ? withoutAlpha(
          resampler.resample({ rect: area, bands: 4, data: multiplied(data, alpha) }, covered),
          () => resampler.resample({ rect: area, bands: 3, data }, covered),
        )
      : resampler.resample({ rect: area, bands: 3, data }, covered),
  );
  const shownAlpha =
    alpha &&
    Uint8ClampedArray.from(resampler.resample({ rect: area, bands: 1, data: alpha }, covered));
  return tileOf(
    { area: covered, layers: roundedTogether(shown), alpha: shownAlpha },
    source,
    resampler.to,
    kept,
  );
}

/** A tile from layers that have the result's size already, and cover what `kept` touches. */
export function tileOf(covered: LayerArea, source: Size, result: Size, kept: Rect): ResultTile {
  const rect = ownedRect(kept, source, result);
  const parts = [
    ...covered.layers.map((layer) => cropped(layer, covered.area, 3, rect)),
    ...(covered.alpha ? [cropped(covered.alpha, covered.area, 1, rect)] : []),
  ];
  return { rect, bytes: joined(parts), covered };
}

/** RGBA, colours multiplied by alpha; cut off as libvips does it. */
function multiplied(
  rgb: Uint8Array | Uint8ClampedArray,
  alpha: Uint8Array | Uint8ClampedArray,
): Uint8ClampedArray {
  const result = new Uint8ClampedArray(4 * alpha.length);
  for (let pixel = 0; pixel < alpha.length; pixel++) {
    const a = alpha[pixel] ?? 0;
    for (let channel = 0; channel < 3; channel++)
      result[4 * pixel + channel] = Math.floor(((rgb[3 * pixel + channel] ?? 0) * a) / 255);
    result[4 * pixel + 3] = a;
  }
  return result;
}

/** RGB again. Where nothing is seen, colours are those of `plain`. */
function withoutAlpha(rgba: Float32Array, plain: () => Float32Array): Float32Array {
  const result = new Float32Array((rgba.length / 4) * 3);
  let hidden: Float32Array | undefined;
  for (let pixel = 0; pixel < rgba.length / 4; pixel++) {
    const a = Math.round(rgba[4 * pixel + 3] ?? 0);
    if (a <= 0) hidden ??= plain();
    for (let channel = 0; channel < 3; channel++)
      result[3 * pixel + channel] =
        a <= 0
          ? (hidden?.[3 * pixel + channel] ?? 0)
          : ((rgba[4 * pixel + channel] ?? 0) * 255) / Math.min(255, a);
  }
  return result;
}

/**
 * Layers as 8 bits. Blends with more of the semantic part than of the pixel part add up the errors
 * of all three, so these are chosen together: I00 − I10 + I11 is at most one level off, too.
 */
function roundedTogether(layers: readonly Float32Array[]): readonly Uint8ClampedArray[] {
  const rounded = layers.map((layer) => Uint8ClampedArray.from(layer));
  const [base, pixel, semantic] = layers;
  const [base8, pixel8, semantic8] = rounded;
  if (!base || !pixel || !semantic || !base8 || !pixel8 || !semantic8) return rounded;
  const signs = [1, -1, 1] as const;
  for (let i = 0; i < base.length; i++) {
    const errors = [
      (base8[i] ?? 0) - (base[i] ?? 0),
      (pixel8[i] ?? 0) - (pixel[i] ?? 0),
      (semantic8[i] ?? 0) - (semantic[i] ?? 0),
    ] as const;
    const error = errors[0] - errors[1] + errors[2];
    if (Math.abs(error) <= 1) continue;
    let farthest: 0 | 1 | 2 = 0;
    for (const layer of [1, 2] as const)
      if (Math.abs(errors[layer]) > Math.abs(errors[farthest])) farthest = layer;
    // What clips is not within a level of anything.
    if (Math.abs(errors[farthest]) > 0.5) continue;
    const layer = rounded[farthest];
    if (layer) layer[i] = (layer[i] ?? 0) - signs[farthest] * Math.sign(error);
  }
  return rounded;
}
