import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Rect } from '../../shared/geometry';
import type { Guidance } from '../../shared/guidance';
import type { EncodedSizeRequest } from '../../shared/previewProtocol';
import { encodedLength } from '../image/encode';
import { loadSharp } from '../image/sharpLoader';
import { checkGuidance } from '../upscale/checkRequest';
import { cornersFor } from './corners';
import { cropped } from './resultGrid';

/** Parts that are encoded, and their largest side: enough to be near, and done in a moment. */
const PARTS = 6;
const SIDE = 256;

/**
 * Bytes that a pixel takes in a file of a preview's result, from parts that lie evenly among the
 * tiles: near what an export writes where the picture is much the same all over. Undefined when no
 * tile is there any more.
 */
export async function encodedSize(
  request: EncodedSizeRequest,
  signal: AbortSignal,
): Promise<number | undefined> {
  const { tiles, scratchDirectory } = request;
  checkGuidance(request.guidance);
  let [bytes, pixels] = [0, 0];
  const count = Math.min(PARTS, tiles.length);
  for (let part = 0; part < count; part++) {
    signal.throwIfAborted();
    const tile = tiles[Math.floor(((part + 0.5) / count) * tiles.length)];
    const data =
      tile &&
      (await readFile(path.join(scratchDirectory, path.basename(tile.file))).catch(
        () => undefined,
      ));
    if (!data) continue;
    const made = await encodedPart(data, tile.rect, request);
    bytes += made.bytes;
    pixels += made.pixels;
  }
  return pixels === 0 ? undefined : bytes / pixels;
}

/** The middle of a tile, blended and encoded. */
async function encodedPart(
  data: Uint8Array,
  rect: Rect,
  { branches, guidance, format, quality, lossless }: EncodedSizeRequest,
): Promise<{ readonly bytes: number; readonly pixels: number }> {
  const sharp = loadSharp();
  const plane = rect.width * rect.height;
  const layers = cornersFor(branches).map((_, i) =>
    data.subarray(3 * plane * i, 3 * plane * (i + 1)),
  );
  const alpha = data.subarray(3 * plane * layers.length);
  const [width, height] = [Math.min(SIDE, rect.width), Math.min(SIDE, rect.height)];
  const part: Rect = {
    x: rect.x + Math.floor((rect.width - width) / 2),
    y: rect.y + Math.floor((rect.height - height) / 2),
    width,
    height,
  };
  const rgb = blended(
    layers.map((layer) => cropped(layer, rect, 3, part)),
    guidance,
  );
  let pixels = sharp(rgb, { raw: { width, height, channels: 3 } });
  if (alpha.length === plane && format !== 'jpeg')
    pixels = pixels.joinChannel(Buffer.from(cropped(alpha, rect, 1, part)), {
      raw: { width, height, channels: 1 },
    });
  const options = { format, quality, lossless, isProgressive: false, size: part };
  return { bytes: await encodedLength(pixels, options), pixels: width * height };
}

/** `I00 + λ_pix · (I10 − I00) + λ_sem · (I11 − I10)`, in 8 bits. */
function blended(
  [base, pixel, semantic = pixel]: readonly (Uint8Array | Uint8ClampedArray)[],
  { pixel: p, semantic: s }: Guidance,
): Uint8ClampedArray {
  return Uint8ClampedArray.from(base ?? [], (b, i) => {
    const [x = b, y = x] = [pixel?.[i], semantic?.[i]];
    return b + p * (x - b) + s * (y - x);
  });
}
