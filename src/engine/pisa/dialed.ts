import { PixelFile } from '../image/pixelFile';

const BAND = 64;

/**
 * base + λ · (full − base), rounded, of two pictures of one size, 8-bit RGB or RGBA with the same
 * alpha. Closes both.
 */
export async function dialed(
  base: PixelFile,
  full: PixelFile,
  share: number,
  file: string,
): Promise<PixelFile> {
  try {
    const { width, height, bands } = full.info;
    const result = await PixelFile.create(file, { width, height, bands });
    for (let y = 0; y < height; y += BAND) {
      const end = Math.min(height, y + BAND);
      const [from, to] = [await base.rows(y, end), await full.rows(y, end)];
      const mixed = new Uint8ClampedArray(to.length);
      for (let i = 0; i < mixed.length; i++) {
        const start = from[i] ?? 0;
        mixed[i] = start + share * ((to[i] ?? 0) - start);
      }
      await result.writeRows(y, new Uint8Array(mixed.buffer));
    }
    return result;
  } finally {
    await base.close();
    await full.close();
  }
}
