import { requireSameSize, type Picture } from '../picture';
import { labAt, type Lab } from './lab';

const RADIANS = Math.PI / 180;
const POWER_25 = 25 ** 7;

/** √(x² + y²); much faster than Math.hypot, and colours neither overflow nor underflow. */
const length = (x: number, y: number): number => Math.sqrt(x * x + y * y);

/**
 * Colour difference CIEDE2000 with k_L = k_C = k_H = 1; formula and test data: Sharma, Wu and Dalal
 * 2005.
 */
export function deltaE2000([l1, a1, b1]: Lab, [l2, a2, b2]: Lab): number {
  const chromaMean = (length(a1, b1) + length(a2, b2)) / 2;
  const g = 0.5 * (1 - Math.sqrt(chromaMean ** 7 / (chromaMean ** 7 + POWER_25)));
  const [x1, x2] = [(1 + g) * a1, (1 + g) * a2];
  const [c1, c2] = [length(x1, b1), length(x2, b2)];
  const [h1, h2] = [hue(x1, b1), hue(x2, b2)];

  const grey = c1 * c2 === 0;
  const difference = h2 - h1;
  const turn = grey || Math.abs(difference) <= 180 ? 0 : difference > 180 ? -360 : 360;
  const deltaHue =
    2 * Math.sqrt(c1 * c2) * Math.sin(((grey ? 0 : difference + turn) / 2) * RADIANS);
  const hueSum = h1 + h2;
  const meanHue = grey
    ? hueSum
    : (Math.abs(difference) <= 180 ? hueSum : hueSum < 360 ? hueSum + 360 : hueSum - 360) / 2;

  const lightness = (l1 + l2) / 2;
  const chroma = (c1 + c2) / 2;
  const t =
    1 -
    0.17 * Math.cos((meanHue - 30) * RADIANS) +
    0.24 * Math.cos(2 * meanHue * RADIANS) +
    0.32 * Math.cos((3 * meanHue + 6) * RADIANS) -
    0.2 * Math.cos((4 * meanHue - 63) * RADIANS);
  const scaleL = 1 + (0.015 * (lightness - 50) ** 2) / Math.sqrt(20 + (lightness - 50) ** 2);
  const scaleC = 1 + 0.045 * chroma;
  const scaleH = 1 + 0.015 * chroma * t;
  const rotation =
    -2 *
    Math.sqrt(chroma ** 7 / (chroma ** 7 + POWER_25)) *
    Math.sin(60 * Math.exp(-(((meanHue - 275) / 25) ** 2)) * RADIANS);
  const [dl, dc, dh] = [(l2 - l1) / scaleL, (c2 - c1) / scaleC, deltaHue / scaleH];
  return Math.sqrt(Math.max(0, dl * dl + dc * dc + dh * dh + rotation * dc * dh));
}

/** Degrees in [0,360); 0 for grey. */
function hue(x: number, y: number): number {
  if (x === 0 && y === 0) return 0;
  const angle = Math.atan2(y, x) / RADIANS;
  return angle < 0 ? angle + 360 : angle;
}

/** The mean over all pixels of ΔE00 between two pictures. */
export function meanDeltaE(a: Picture, b: Picture): number {
  requireSameSize(a, b);
  const pixels = a.width * a.height;
  let sum = 0;
  for (let i = 0; i < pixels; i++) {
    const equal =
      a.data[3 * i] === b.data[3 * i] &&
      a.data[3 * i + 1] === b.data[3 * i + 1] &&
      a.data[3 * i + 2] === b.data[3 * i + 2];
    if (!equal) sum += deltaE2000(labAt(a, i), labAt(b, i));
  }
  return sum / pixels;
}
