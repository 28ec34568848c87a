import path from 'node:path';
import { PixelFile } from './pixelFile';
import { maximumOf, newSamples } from './samples';

/** Rows handled at a time. */
const BAND = 64;

/** Divides the colours of RGBA by alpha, into `scratch`; closes `pixels`. The caller closes the result. */
export async function straightened(pixels: PixelFile, scratch: string): Promise<PixelFile> {
  if (pixels.info.bands !== 4) return pixels;
  const { width, height } = pixels.info;
  const { depth } = pixels;
  const most = maximumOf(depth);
  const result = await PixelFile.create(path.join(scratch, 'straight.tif'), {
    width,
    height,
    bands: 4,
    depth,
  });
  try {
    for (let y = 0; y < height; y += BAND) {
      const end = Math.min(height, y + BAND);
      const source = await pixels.samples(y, end);
      const band = newSamples(depth, source.length);
      for (let i = 0; i < source.length; i += 4) {
        const alpha = source[i + 3] ?? 0;
        for (let channel = i; channel < i + 3; channel++)
          band[channel] =
            alpha === 0 ? 0 : Math.min(most, Math.round(((source[channel] ?? 0) * most) / alpha));
        band[i + 3] = alpha;
      }
      await result.writeRows(y, band);
    }
    return result;
  } catch (error) {
    await result.close();
    throw error;
  } finally {
    await pixels.close();
  }
}
