import path from 'node:path';
import { PixelFile } from './pixelFile';
import { newSamples } from './samples';

const BAND = 64;

/**
 * An RGB or RGBA picture as grey, or grey and alpha: BT.601's luma of the encoded values, which
 * leaves equal channels as they are. Closes `picture`.
 */
export async function toGrey(picture: PixelFile, scratch: string): Promise<PixelFile> {
  const { info, depth } = picture;
  const bands = info.bands === 4 ? 2 : 1;
  try {
    const grey = await PixelFile.scratch(path.join(scratch, 'grey.tif'), { ...info, bands, depth });
    for (let y = 0; y < info.height; y += BAND) {
      const source = await picture.samples(y, Math.min(info.height, y + BAND));
      const out = newSamples(depth, (source.length / info.bands) * bands);
      for (let from = 0, to = 0; to < out.length; from += info.bands, to += bands) {
        out[to] = Math.round(
          0.299 * (source[from] ?? 0) +
            0.587 * (source[from + 1] ?? 0) +
            0.114 * (source[from + 2] ?? 0),
        );
        if (bands === 2) out[to + 1] = source[from + 3] ?? 0;
      }
      await grey.writeRows(y, out);
    }
    return grey;
  } finally {
    await picture.close();
  }
}
