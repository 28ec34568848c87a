import type { Size } from '../../shared/geometry';

/**
 * Cuts a tile out of a band of interleaved 8-bit RGB rows and turns it into planar floats in [0,1], [3,height,width].
 * Beyond the band's right and bottom edge the last column and row are repeated: that is the padding to a model's size rule.
 */
export function tileInput(band: Uint8Array, bandSize: Size, x0: number, y0: number, tile: Size): Float32Array {
  const { width, height } = tile;
  const result = new Float32Array(3 * width * height);
  const area = width * height;
  const lastX = bandSize.width - 1;
  const lastY = bandSize.height - 1;
  let to = 0;
  for (let y = 0; y < height; y++) {
    const row = Math.min(y0 + y, lastY) * bandSize.width;
    for (let x = 0; x < width; x++, to++) {
      const from = 3 * (row + Math.min(x0 + x, lastX));
      result[to] = (band[from] ?? 0) / 255;
      result[to + area] = (band[from + 1] ?? 0) / 255;
      result[to + 2 * area] = (band[from + 2] ?? 0) / 255;
    }
  }
  return result;
}
