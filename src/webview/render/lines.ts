import type { Size } from '../../shared/geometry';
import type { BlendCells } from './blendCells';
import type { LayerSet } from './layerSet';
import type { PixelStore } from './pixelStore';

/** A picture at one level, read line by line. */
export type Lines = {
  readonly size: Size;
  /**
   * Numbers a pixel: red, green, blue; or these, alpha and what is known, premultiplied by both; or
   * one.
   */
  readonly components: 1 | 3 | 5;
  /** Pixels `from` to `end` of a line, all inside the picture. */
  read(y: number, from: number, end: number, out: Float32Array): void;
};

/** A blend. Opaque and complete ones need neither alpha nor what is known. */
export function blendedLines(cells: BlendCells, layers: LayerSet, level: number): Lines {
  const plain = layers.complete && !layers.hasAlpha;
  return {
    size: layers.store.levelSize(level),
    components: plain ? 3 : 5,
    read: (y, from, end, out) => {
      let to = 0;
      for (let x = from; x < end;) {
        const { pixels, at, count } = cells.run(level, x, y, end - x);
        for (let i = at, stop = at + 5 * count; i < stop; i += 5) {
          if (plain) {
            out[to++] = pixels[i] ?? 0;
            out[to++] = pixels[i + 1] ?? 0;
            out[to++] = pixels[i + 2] ?? 0;
            continue;
          }
          const known = (pixels[i + 4] ?? 0) / 255;
          const alpha = ((pixels[i + 3] ?? 0) / 255) * known;
          out[to++] = (pixels[i] ?? 0) * alpha;
          out[to++] = (pixels[i + 1] ?? 0) * alpha;
          out[to++] = (pixels[i + 2] ?? 0) * alpha;
          out[to++] = alpha;
          out[to++] = known;
        }
        x += count;
      }
    },
  };
}

/** The original's own pixels. */
export function originalLines(store: PixelStore, level: number): Lines {
  return {
    size: store.levelSize(level),
    components: 5,
    read: (y, from, end, out) =>
      readStore(store, 0, level, y, from, end, (plane, at, pixel) => {
        const alpha = (plane[at + 3] ?? 0) / 255;
        out[5 * pixel] = (plane[at] ?? 0) * alpha;
        out[5 * pixel + 1] = (plane[at + 1] ?? 0) * alpha;
        out[5 * pixel + 2] = (plane[at + 2] ?? 0) * alpha;
        out[5 * pixel + 3] = alpha;
        out[5 * pixel + 4] = 1;
      }),
  };
}

/** |luma(I11 − I10)| in its steps. */
export function residualLines(store: PixelStore, level: number): Lines {
  return {
    size: store.levelSize(level),
    components: 1,
    read: (y, from, end, out) => {
      out.fill(0, 0, end - from);
      readStore(store, 2, level, y, from, end, (plane, at, pixel) => {
        out[pixel] = plane[at + 3] ?? 0;
      });
    },
  };
}

function readStore(
  store: PixelStore,
  layer: number,
  level: number,
  y: number,
  from: number,
  end: number,
  each: (plane: Uint8Array, at: number, pixel: number) => void,
): void {
  const bits = store.bits - level;
  const side = 1 << bits;
  for (let x = from; x < end;) {
    const stop = Math.min(end, ((x >> bits) + 1) << bits);
    const plane = store.plane(layer, level, store.slotAt(x >> bits, y >> bits));
    const row = (y & (side - 1)) * side;
    if (plane)
      for (let column = x; column < stop; column++)
        each(plane, (row + (column & (side - 1))) * 4, column - from);
    x = stop;
  }
}
