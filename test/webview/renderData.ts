import type { Rect, Size } from '../../src/shared/geometry';

/** Pictures made of numbers, the same in Node and in a page. */

/** Noise in [0,255], by position, so that any part can be made alone. */
export function noise(seed: number, index: number): number {
  let value = Math.imul(index + 1, 0x9e3779b1) ^ Math.imul(seed + 1, 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d);
  value = Math.imul(value ^ (value >>> 12), 0x297a2d39);
  return (value ^ (value >>> 15)) & 255;
}

/**
 * A layer's interleaved RGB. Layers are near each other, as a model's are; some blends still clip.
 */
export function layerPixels({ width, height }: Size, layer: number, seed = 0): Uint8Array {
  const pixels = new Uint8Array(width * height * 3);
  for (let i = 0; i < pixels.length; i++) {
    const x = Math.floor(i / 3) % width;
    const y = Math.floor(i / 3 / width);
    const base = 128 + 110 * Math.sin(x / 9 + (i % 3)) * Math.cos(y / 7 + seed);
    pixels[i] = Math.min(
      255,
      Math.max(0, base + (noise(seed, i) - 128) / 4 + layer * ((noise(seed + layer, i) - 128) / 3)),
    );
  }
  return pixels;
}

/** RGBA of a source; `transparent` makes its alpha vary. */
export function sourcePixels({ width, height }: Size, transparent: boolean): Uint8Array {
  return Uint8Array.from({ length: width * height * 4 }, (_, i) =>
    i % 4 === 3
      ? transparent
        ? alphaAt(Math.floor(i / 4) % width, Math.floor(i / 4 / width), 4)
        : 255
      : noise(9, i),
  );
}

export const alphaPlane = ({ width, height }: Size): Uint8Array =>
  Uint8Array.from({ length: width * height }, (_, i) =>
    alphaAt(i % width, Math.floor(i / width), 1),
  );

/** Opaque, half and fully transparent stripes, with a ramp between. */
const alphaAt = (x: number, y: number, scale: number): number =>
  Math.min(255, Math.max(0, Math.round(128 + 200 * Math.sin(((x + 2 * y) * scale) / 20))));

/** The tiles of a grid, row by row. */
export function tileGrid({ width, height }: Size, side: number): Rect[] {
  const tiles: Rect[] = [];
  for (let y = 0; y < height; y += side)
    for (let x = 0; x < width; x += side)
      tiles.push({ x, y, width: Math.min(side, width - x), height: Math.min(side, height - y) });
  return tiles;
}

/** A tile's bytes: its part of each layer, one after another. */
export function tileBytes(layers: readonly Uint8Array[], size: Size, rect: Rect): Uint8Array {
  const bytes = new Uint8Array(rect.width * rect.height * 3 * layers.length);
  let to = 0;
  for (const layer of layers) {
    for (let y = rect.y; y < rect.y + rect.height; y++) {
      const from = (y * size.width + rect.x) * 3;
      bytes.set(layer.subarray(from, from + rect.width * 3), to);
      to += rect.width * 3;
    }
  }
  return bytes;
}
