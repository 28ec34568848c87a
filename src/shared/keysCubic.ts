/**
 * Keys' cubic convolution kernel with a = −0.5 (Keys 1981), the "bicubic" of Pillow, MATLAB and the
 * SR literature.
 */
export function keysCubic(x: number): number {
  const d = Math.abs(x);
  if (d < 1) return (1.5 * d - 2.5) * d * d + 1;
  if (d < 2) return ((-0.5 * d + 2.5) * d - 4) * d + 2;
  return 0;
}

/** Input pixels on either side of the nearest one that an enlargement can depend on. */
export const CUBIC_REACH = 2;

/**
 * The bicubic weights of an enlargement by a whole factor, half-pixel centres: for each of the
 * `scale` sub-pixel positions the weights of the 2·CUBIC_REACH + 1 nearest input pixels.
 */
export function cubicPhases(scale: number): number[][] {
  return Array.from({ length: scale }, (_, phase) => {
    const offset = (phase + 0.5) / scale - 0.5;
    return Array.from({ length: 2 * CUBIC_REACH + 1 }, (_unused, tap) =>
      keysCubic(tap - CUBIC_REACH - offset),
    );
  });
}
