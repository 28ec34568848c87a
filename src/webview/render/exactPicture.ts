import type { Rect } from '../../shared/geometry';
import type { Guidance } from '../../shared/guidance';
import type { LayerSet } from './layerSet';
import { PixelStore } from './pixelStore';

/**
 * A part of the result as a model made it for one guidance, for models whose blend is approximate.
 * It is shown instead of the blend as long as that guidance is shown. It lies in blocks that line
 * up with its layer set's, so both have the same reductions.
 */
export class ExactPicture {
  readonly store: PixelStore;
  /** The store's corner in pixels of the result. */
  readonly origin: { readonly x: number; readonly y: number };

  /**
   * `data`: interleaved RGB or RGBA rows of `rect`. Alpha is left out: it does not depend on the
   * guidance, and the layer set has it.
   */
  constructor(
    layers: LayerSet,
    readonly rect: Rect,
    readonly guidance: Guidance,
    data: Uint8Array | Uint8ClampedArray,
  ) {
    const channels = data.length / (rect.width * rect.height);
    if (channels !== 3 && channels !== 4)
      throw new RangeError(
        `A picture of ${rect.width}×${rect.height} pixels has ${data.length} bytes.`,
      );
    const { width, height } = layers.size;
    if (rect.x < 0 || rect.y < 0 || rect.x + rect.width > width || rect.y + rect.height > height)
      throw new RangeError('An exact picture lies outside the result.');
    const { bits, blockSide } = layers.store;
    this.origin = { x: (rect.x >> bits) << bits, y: (rect.y >> bits) << bits };
    const local = {
      x: rect.x - this.origin.x,
      y: rect.y - this.origin.y,
      width: rect.width,
      height: rect.height,
    };
    this.store = new PixelStore(
      { width: local.x + rect.width, height: local.y + rect.height },
      1,
      { coverage: 0, alpha: undefined },
      blockSide,
    );
    this.store.edit(local, ({ planes: [plane], side, span, x, y }) => {
      if (!plane) return;
      for (let row = span.y0; row < span.y1; row++) {
        let from = ((y + row - span.y0 - local.y) * rect.width + x - local.x) * channels;
        for (
          let to = (row * side + span.x0) * 4, end = (row * side + span.x1) * 4;
          to < end;
          to += 4, from += channels
        ) {
          plane[to] = data[from] ?? 0;
          plane[to + 1] = data[from + 1] ?? 0;
          plane[to + 2] = data[from + 2] ?? 0;
          plane[to + 3] = 255;
        }
      }
    });
  }

  holdsFor(guidance: Guidance): boolean {
    return guidance.pixel === this.guidance.pixel && guidance.semantic === this.guidance.semantic;
  }
}
