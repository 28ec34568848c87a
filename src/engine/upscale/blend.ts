import type { Guidance } from '../../shared/guidance';
import { clamped16, maximumOf, type ClampedSamples } from '../image/samples';
import type { TileLayers } from '../runtime/session';

/** Where a tile's kept part lies: in the tile's own output, and in a band of interleaved rows. */
export type BlendWindow = {
  /** Tile output size in pixels. */
  readonly tileWidth: number;
  readonly tileHeight: number;
  /** Top left of the kept part, in the tile's output. */
  readonly fromX: number;
  readonly fromY: number;
  readonly width: number;
  readonly height: number;
  /** Column of the kept part in the band; the band's first row is the kept part's first. */
  readonly bandX: number;
  readonly bandWidth: number;
};

/**
 * `y = base + λ_pix · r_pix (+ λ_sem · r_sem)` for the kept part of a tile, from planar float RGB
 * in [0,1] to interleaved RGB (`bands` 3) or the RGB of RGBA (`bands` 4), rounded and clamped to
 * the band's depth.
 */
export function blendTile(
  layers: TileLayers,
  guidance: Guidance,
  window: BlendWindow,
  band: ClampedSamples,
  bands: 3 | 4,
): void {
  const { base, pixel, semantic } = layers;
  const { tileWidth, tileHeight, fromX, fromY, width, height, bandX, bandWidth } = window;
  const deep = band instanceof Uint16Array;
  const most = maximumOf(deep ? 16 : 8);
  const lambdaPixel = guidance.pixel * most;
  const lambdaSemantic = guidance.semantic * most;
  for (let channel = 0; channel < 3; channel++) {
    const plane = channel * tileWidth * tileHeight;
    for (let y = 0; y < height; y++) {
      let from = plane + (fromY + y) * tileWidth + fromX;
      let to = (y * bandWidth + bandX) * bands + channel;
      for (let x = 0; x < width; x++, from++, to += bands) {
        let value = (base[from] ?? 0) * most + lambdaPixel * (pixel[from] ?? 0);
        if (semantic !== undefined) value += lambdaSemantic * (semantic[from] ?? 0);
        band[to] = deep ? clamped16(value) : value;
      }
    }
  }
}

/**
 * Copies an alpha plane's rows into the band and clears the colour of fully transparent pixels,
 * which only costs bytes.
 */
export function joinAlpha(band: ClampedSamples, alpha: ClampedSamples): void {
  for (let i = 0; i < alpha.length; i++) {
    const a = alpha[i] ?? 0;
    band[4 * i + 3] = a;
    if (a === 0) band.fill(0, 4 * i, 4 * i + 3);
  }
}
