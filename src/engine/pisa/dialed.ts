import { clamped16, newClamped, plain } from '../image/samples';
import { PixelFile } from '../image/pixelFile';

const BAND = 64;

/**
 * base + λ · (full − base), rounded, of two pictures of one size and depth, RGB or RGBA with the
 * same alpha. Closes both.
 */
export async function dialed(
  base: PixelFile,
  full: PixelFile,
  share: number,
  file: string,
): Promise<PixelFile> {
  try {
    const { width, height, bands } = full.info;
    const { depth } = full;
    const result = await PixelFile.create(file, { width, height, bands, depth });
    for (let y = 0; y < height; y += BAND) {
      const end = Math.min(height, y + BAND);
      const [from, to] = [await base.samples(y, end), await full.samples(y, end)];
      const mixed = newClamped(depth, to.length);
      for (let i = 0; i < mixed.length; i++) {
        const start = from[i] ?? 0;
        const value = start + share * ((to[i] ?? 0) - start);
        mixed[i] = depth === 16 ? clamped16(value) : value;
      }
      await result.writeRows(y, plain(mixed));
    }
    return result;
  } finally {
    await base.close();
    await full.close();
  }
}
