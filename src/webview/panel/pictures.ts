import type { Size } from '../../shared/geometry';
import { LayerSet } from '../render/layerSet';

/** So many rows at a time are taken out of a picture. */
const STRIP_ROWS = 256;

/** Pixels of an original that are kept: 16/3 bytes each, and as many on a GPU. */
const MOST_ORIGINAL_PIXELS = 32e6;

/**
 * A picture that the browser can decode; undefined if it can't be loaded. `size`: its own, upright,
 * where that is known; a very large one is reduced.
 */
export async function loadPicture(
  address: string | undefined,
  size?: Size,
): Promise<ImageBitmap | undefined> {
  if (address === undefined) return undefined;
  try {
    const share = size ? Math.sqrt(MOST_ORIGINAL_PIXELS / (size.width * size.height)) : 1;
    return await createImageBitmap(
      await (await fetchOk(address)).blob(),
      size && share < 1
        ? {
            resizeWidth: Math.floor(size.width * share),
            resizeHeight: Math.floor(size.height * share),
            resizeQuality: 'high',
          }
        : {},
    );
  } catch (error) {
    console.info('A picture could not be loaded.', error);
    return undefined;
  }
}

/** The size of the file's picture, of which the bitmap may be a reduction. */
export const trueSize = ({ width, height }: ImageBitmap, size: Size | undefined): Size =>
  size && width < size.width ? size : { width, height };

export async function loadBytes(address: string): Promise<Uint8Array> {
  return new Uint8Array(await (await fetchOk(address)).arrayBuffer());
}

/** All pixels, RGBA, alpha not multiplied in. */
export function pixelsOf(picture: ImageBitmap): ImageData {
  const { width, height } = picture;
  return drawn(picture, { width, height }).getImageData(0, 0, width, height);
}

/** A pair as layers: the enlarged original, and the result as what is added to it in full. */
export function pairLayers(original: ImageBitmap, result: ImageBitmap): LayerSet {
  const { width, height } = result;
  const layers = new LayerSet({ width, height }, 2);
  const pictures = [original, result].map((picture) => drawn(picture, { width, height }));
  const alpha = new Uint8Array(width * height);
  for (let y = 0; y < height; y += STRIP_ROWS) {
    const rows = Math.min(STRIP_ROWS, height - y);
    const strips = pictures.map((context) => context.getImageData(0, y, width, rows).data);
    const pixels = width * rows;
    const bytes = new Uint8Array(2 * pixels * 3);
    for (const [layer, strip] of strips.entries()) {
      for (let i = 0, to = layer * pixels * 3, from = 0; i < pixels; i++, from += 4) {
        bytes[to++] = strip[from] ?? 0;
        bytes[to++] = strip[from + 1] ?? 0;
        bytes[to++] = strip[from + 2] ?? 0;
        if (layer === 1) alpha[y * width + i] = strip[from + 3] ?? 255;
      }
    }
    layers.addTile({ x: 0, y, width, height: rows }, bytes);
  }
  if (alpha.some((value) => value < 255)) layers.setAlpha(alpha);
  return layers;
}

function drawn(picture: ImageBitmap, { width, height }: Size): OffscreenCanvasRenderingContext2D {
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error(`A picture of ${width}×${height} pixels is too large to be shown.`);
  context.imageSmoothingQuality = 'high';
  context.drawImage(picture, 0, 0, width, height);
  return context;
}

async function fetchOk(address: string): Promise<Response> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
  return response;
}
