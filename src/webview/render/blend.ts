/**
 * Half up, with a little more than half: dials have two decimals, so no blend lies within 1/1024
 * below a half except for floating-point error, and that must not decide. Single precision on a GPU
 * and double precision here then round alike.
 */
export const ROUNDING = 0.5 + 1 / 1024;

/**
 * One channel of `I00 + λ_pix · (I10 − I00) + λ_sem · (I11 − I10)`, clamped and rounded to 8 bits.
 */
export function blendChannel(
  base: number,
  pixel: number,
  semantic: number,
  lambdaPixel: number,
  lambdaSemantic: number,
): number {
  const value = base + lambdaPixel * (pixel - base) + lambdaSemantic * (semantic - pixel);
  return Math.floor(Math.min(255, Math.max(0, value)) + ROUNDING);
}

/** BT.601, as in the preview's figures. */
export const LUMA = [0.299, 0.587, 0.114] as const;

export const lumaOf = (red: number, green: number, blue: number): number =>
  LUMA[0] * red + LUMA[1] * green + LUMA[2] * blue;
