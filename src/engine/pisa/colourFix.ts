/**
 * Bringing a diffusion model's colours back to the source's: PiSA-SR's `wavelet_color_fix.py` (from
 * StableSR). Pictures are interleaved RGB floats in [0,1]. Statistics belong to the whole picture,
 * never to a tile.
 */

/** Mean and unbiased variance of each channel. */
export type ColourMoments = {
  readonly mean: readonly number[];
  readonly variance: readonly number[];
};

/** Sums up a picture in parts of any shape. */
export class MomentSums {
  private count = 0;
  private readonly sum = [0, 0, 0];
  private readonly squares = [0, 0, 0];

  /** Adds interleaved RGB samples. */
  add(samples: Float32Array): void {
    this.count += samples.length / 3;
    for (let channel = 0; channel < 3; channel++) {
      let sum = 0;
      let squares = 0;
      for (let i = channel; i < samples.length; i += 3) {
        const value = samples[i] ?? 0;
        sum += value;
        squares += value * value;
      }
      this.sum[channel] = (this.sum[channel] ?? 0) + sum;
      this.squares[channel] = (this.squares[channel] ?? 0) + squares;
    }
  }

  moments(): ColourMoments {
    const mean = this.sum.map((sum) => sum / Math.max(1, this.count));
    const variance = this.squares.map(
      (squares, channel) =>
        Math.max(0, squares - this.count * (mean[channel] ?? 0) ** 2) / Math.max(1, this.count - 1),
    );
    return { mean, variance };
  }
}

/** StableSR adds this to the variance. */
const VARIANCE_FLOOR = 1e-5;

/**
 * Adaptive instance normalisation (Huang & Belongie, 2017) of colours, in place: each channel gets
 * the mean and deviation of `to`.
 */
export function adain(samples: Float32Array, from: ColourMoments, to: ColourMoments): void {
  const gain = [0, 1, 2].map(
    (channel) =>
      Math.sqrt((to.variance[channel] ?? 0) + VARIANCE_FLOOR) /
      Math.sqrt((from.variance[channel] ?? 0) + VARIANCE_FLOOR),
  );
  for (let i = 0; i < samples.length; i++) {
    const channel = i % 3;
    samples[i] =
      ((samples[i] ?? 0) - (from.mean[channel] ?? 0)) * (gain[channel] ?? 1) +
      (to.mean[channel] ?? 0);
  }
}

/** Dilations of the five à-trous levels. */
const RADII = [1, 2, 4, 8, 16] as const;
/** Pixels on each side that the low frequencies of one depend on. */
export const WAVELET_REACH = RADII.reduce((sum: number, radius) => sum + radius, 0);

/**
 * Wavelet colour fix, in place: high frequencies of `samples`, low frequencies of `source`. As the
 * low-pass L is linear, `y − L(y) + L(x) = y + L(x − y)`. Both are `width` × `height`; edges are
 * repeated, so rows nearer than `WAVELET_REACH` to an edge that is not the picture's own are to be
 * dropped.
 */
export function wavelet(
  samples: Float32Array,
  source: Float32Array,
  width: number,
  height: number,
): void {
  let low = Float32Array.from(samples, (value, i) => (source[i] ?? 0) - value);
  for (const radius of RADII) low = blur(low, width, height, radius);
  for (let i = 0; i < samples.length; i++) samples[i] = (samples[i] ?? 0) + (low[i] ?? 0);
}

/** [1 2 1; 2 4 2; 1 2 1] / 16 with dilation `radius`, which is [1 2 1] / 4 along each axis. */
function blur(
  picture: Float32Array<ArrayBuffer>,
  width: number,
  height: number,
  radius: number,
): Float32Array<ArrayBuffer> {
  const across = new Float32Array(picture.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const left = 3 * (y * width + Math.max(0, x - radius));
      const right = 3 * (y * width + Math.min(width - 1, x + radius));
      const at = 3 * (y * width + x);
      for (let c = 0; c < 3; c++)
        across[at + c] =
          ((picture[left + c] ?? 0) + 2 * (picture[at + c] ?? 0) + (picture[right + c] ?? 0)) / 4;
    }
  }
  const down = new Float32Array(picture.length);
  const stride = 3 * width;
  for (let y = 0; y < height; y++) {
    const above = Math.max(0, y - radius) * stride;
    const below = Math.min(height - 1, y + radius) * stride;
    const at = y * stride;
    for (let i = 0; i < stride; i++)
      down[at + i] =
        ((across[above + i] ?? 0) + 2 * (across[at + i] ?? 0) + (across[below + i] ?? 0)) / 4;
  }
  return down;
}
