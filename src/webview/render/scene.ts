import type { Size } from '../../shared/geometry';
import type { Guidance } from '../../shared/guidance';
import type { ExactPicture } from './exactPicture';
import type { LayerSet } from './layerSet';
import { PixelStore } from './pixelStore';

/** The source's own pixels: RGBA rows, alpha not multiplied in. `ImageData` is one. */
export type OriginalPixels = Size & { readonly data: Uint8Array | Uint8ClampedArray };

/** Takes up a picture once, for all the scenes that it is the original of. */
export function originalStore(
  { width, height, data }: OriginalPixels,
  blockSide?: number,
): PixelStore {
  if (data.length !== width * height * 4)
    throw new RangeError(`An original of ${width}×${height} pixels has ${data.length} bytes.`);
  const store = new PixelStore({ width, height }, 1, { coverage: undefined, alpha: 0 }, blockSide);
  store.edit({ x: 0, y: 0, width, height }, ({ planes, side, span, x, y }) => {
    for (let row = span.y0; row < span.y1; row++) {
      const from = ((y + row - span.y0) * width + x) * 4;
      planes[0]?.set(
        data.subarray(from, from + (span.x1 - span.x0) * 4),
        (row * side + span.x0) * 4,
      );
    }
  });
  return store;
}

/** What the result is compared with: another guidance, of the same layers or of another model's. */
export type Comparison = {
  readonly layers: LayerSet;
  readonly guidance: Guidance;
  readonly exact: ExactPicture | undefined;
};

/** The pictures of a comparison. Renderers read it and keep copies on the GPU. */
export class Scene {
  readonly original: PixelStore;
  /** Shown instead of the blend while its guidance is shown. */
  exact: ExactPicture | undefined;
  private pinned: Comparison | undefined;

  /** `original`: its pixels, or what `originalStore` made of them. */
  constructor(
    original: OriginalPixels | PixelStore,
    readonly result: LayerSet,
    blockSide?: number,
  ) {
    this.original = original instanceof PixelStore ? original : originalStore(original, blockSide);
  }

  /** Of the result. */
  get size(): Size {
    return this.result.size;
  }

  /** A, if one is pinned. */
  get comparison(): Comparison | undefined {
    return this.pinned;
  }

  /**
   * Keeps a guidance as A, with the exact picture if it is of that guidance. `layers`: another
   * model's, else the result's own.
   */
  pin(guidance: Guidance, layers: LayerSet = this.result): void {
    const exact =
      layers === this.result && this.exact?.holdsFor(guidance) === true ? this.exact : undefined;
    this.pinned = { layers, guidance, exact };
  }

  unpin(): void {
    this.pinned = undefined;
  }

  /** All that is held. */
  stores(): ReadonlySet<PixelStore> {
    const { exact, pinned } = this;
    const all = [
      this.original,
      this.result.store,
      exact?.store,
      pinned?.layers.store,
      pinned?.exact?.store,
    ];
    return new Set(all.filter((store) => store !== undefined));
  }

  /** Bytes of pixels in memory, without the copies on the GPU: 16/3 bytes a pixel and layer. */
  get bytes(): number {
    return [...this.stores()].reduce((sum, store) => sum + store.bytes, 0);
  }
}
