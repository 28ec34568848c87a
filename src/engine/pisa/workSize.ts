import { scaledSize, type Rect, type Size } from '../../shared/geometry';

/** The VAE works on blocks of 8×8 pixels. */
export const LATENT_PIXELS = 8;

export type WorkSize = {
  /** What is asked for. */
  readonly target: Size;
  /** For small pictures the size they are brought to first; else the source's. */
  readonly source: Size;
  /**
   * What the networks see: the target, or larger for small pictures, which are reduced again at the
   * end.
   */
  readonly work: Size;
};

/** A strip would grow without end if its short side alone counted. */
const LARGEST_SMALL_AREA = 1024 * 1024;

/**
 * PiSA-SR enlarges first and restores then. Pictures whose result would be smaller than
 * `processSize` (512: what SD-2.1 was trained on) are processed at that size, as the reference
 * does; long strips only as far as the work stays below a megapixel.
 */
export function workSize(source: Size, scale: number, processSize: number): WorkSize {
  const target = scaledSize(source, scale);
  const small = Math.floor(processSize / scale);
  const shorter = Math.min(source.width, source.height);
  const wanted = small / shorter;
  const possible = Math.sqrt(LARGEST_SMALL_AREA / (target.width * target.height));
  const factor = Math.min(wanted, Math.max(1, possible));
  if (shorter >= small || factor <= 1) return { target, source, work: target };
  const enlarged = {
    width: Math.max(1, Math.trunc(source.width * factor)),
    height: Math.max(1, Math.trunc(source.height * factor)),
  };
  return { target, source: enlarged, work: scaledSize(enlarged, scale) };
}

/** The VAE's filtering cuts the rows of its largest level into four bands of at least four. */
const LEAST_LATENTS = 2;

/**
 * The number of latents that cover a picture. The surplus is mirrored and cropped, never squeezed.
 */
export const latentSize = ({ width, height }: Size): Size => ({
  width: Math.max(LEAST_LATENTS, Math.ceil(width / LATENT_PIXELS)),
  height: Math.max(LEAST_LATENTS, Math.ceil(height / LATENT_PIXELS)),
});

/** The latents that a part of the picture comes from. */
export function coreOf({ x, y, width, height }: Rect, latents: Size): Rect {
  const [left, top] = [Math.floor(x / LATENT_PIXELS), Math.floor(y / LATENT_PIXELS)];
  return {
    x: left,
    y: top,
    width: Math.min(latents.width, Math.ceil((x + width) / LATENT_PIXELS)) - left,
    height: Math.min(latents.height, Math.ceil((y + height) / LATENT_PIXELS)) - top,
  };
}
