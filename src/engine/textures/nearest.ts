import path from 'node:path';
import type { DecodedSource } from '../image/decode';
import { PixelFile } from '../image/pixelFile';
import { newSamples, type Samples } from '../image/samples';

/**
 * A picture by squares: every pixel becomes `factor` × `factor` of them, colour and alpha together
 * (3 or 4 bands). The caller closes it.
 */
export async function enlargeNearest(
  { rgb, alpha }: DecodedSource,
  factor: number,
  scratch: string,
): Promise<PixelFile> {
  const { width, height } = rgb.info;
  const { depth } = rgb;
  const bands = alpha ? 4 : 3;
  const result = await PixelFile.scratch(path.join(scratch, 'result.tif'), {
    width: width * factor,
    height: height * factor,
    bands,
    depth,
  });
  try {
    for (let y = 0; y < height; y++) {
      const line = repeated(
        await rgb.samples(y, y + 1),
        alpha && (await alpha.samples(y, y + 1)),
        factor,
        newSamples(depth, width * factor * bands),
      );
      for (let i = 0; i < factor; i++) await result.writeRows(y * factor + i, line);
    }
    return result;
  } catch (error) {
    await result.close();
    throw error;
  }
}

function repeated(rgb: Samples, alpha: Samples | undefined, factor: number, out: Samples): Samples {
  for (let pixel = 0, to = 0; pixel < rgb.length / 3; pixel++) {
    const a = alpha?.[pixel] ?? 0;
    const visible = alpha === undefined || a > 0;
    for (let i = 0; i < factor; i++) {
      for (let channel = 0; channel < 3; channel++)
        out[to++] = visible ? (rgb[3 * pixel + channel] ?? 0) : 0;
      if (alpha) out[to++] = a;
    }
  }
  return out;
}
