import type { Picture } from '../picture';

/** A colour in CIE L*a*b*, D65. */
export type Lab = readonly [lightness: number, a: number, b: number];

/** sRGB (IEC 61966-2-1) of 8 bits to linear light. */
const LINEAR = Float64Array.from({ length: 256 }, (_, value) => {
  const x = value / 255;
  return x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4;
});
const WHITE = [0.95047, 1, 1.08883] as const;
const THRESHOLD = (6 / 29) ** 3;

const curve = (t: number): number =>
  t > THRESHOLD ? Math.cbrt(t) : t / (3 * (6 / 29) ** 2) + 4 / 29;

/** 8-bit sRGB to CIE L*a*b* under D65. */
export function labFrom(red: number, green: number, blue: number): Lab {
  const [r, g, b] = [LINEAR[red] ?? 0, LINEAR[green] ?? 0, LINEAR[blue] ?? 0];
  const x = curve((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / WHITE[0]);
  const y = curve((0.2126729 * r + 0.7151522 * g + 0.072175 * b) / WHITE[1]);
  const z = curve((0.0193339 * r + 0.119192 * g + 0.9503041 * b) / WHITE[2]);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** The colour of a pixel. */
export const labAt = ({ data }: Picture, pixel: number): Lab =>
  labFrom(data[3 * pixel] ?? 0, data[3 * pixel + 1] ?? 0, data[3 * pixel + 2] ?? 0);
