import { lumaOf } from './blend';
import { DIFFERENCE_GAIN, heatAt, MAP_BRIGHTNESS } from './heat';
import type { Colour, RenderTheme } from './state';

/**
 * A screen pixel of one side, premultiplied by alpha and by what is known, as the fragment shader's
 * `Seen`. Colours in [0,255].
 */
export type Seen = { red: number; green: number; blue: number; alpha: number; known: number };

export const nothingSeen = (): Seen => ({ red: 0, green: 0, blue: 0, alpha: 0, known: 0 });

/** Takes pixel `index` of a resampled row; plain rows have neither alpha nor what is known. */
export function takeSeen(into: Seen, row: Float32Array, components: number, index: number): void {
  const at = index * components;
  into.red = row[at] ?? 0;
  into.green = row[at + 1] ?? 0;
  into.blue = row[at + 2] ?? 0;
  into.alpha = components === 5 ? (row[at + 3] ?? 0) : 1;
  into.known = components === 5 ? (row[at + 4] ?? 0) : 1;
}

/** A colour that is being made. */
export type Mutable = [number, number, number];

/** What is known, in front of what lies under it. */
export function knownPart(
  out: Mutable,
  { red, green, blue, alpha, known }: Seen,
  under: Colour,
): void {
  const through = known - alpha;
  out[0] = red + through * under[0];
  out[1] = green + through * under[1];
  out[2] = blue + through * under[2];
}

/** Adds the original where the side is not known; `dim` of it is background. */
export function addPending(
  out: Mutable,
  original: Seen,
  known: number,
  dim: number,
  under: Colour,
  background: Colour,
): void {
  const through = 1 - original.alpha;
  const channels = [original.red, original.green, original.blue] as const;
  for (const i of [0, 1, 2] as const)
    out[i] += (1 - known) * ((channels[i] + through * under[i]) * (1 - dim) + background[i] * dim);
}

/** Turns a known part into the map. */
export function mapPart(
  out: Mutable,
  known: number,
  strength: number,
  { heatLow, heatHigh }: RenderTheme,
): void {
  const { opacity, mix } = heatAt(strength);
  const grey = lumaOf(...out) * MAP_BRIGHTNESS;
  for (const i of [0, 1, 2] as const)
    out[i] =
      grey * (1 - opacity) + (heatLow[i] + mix * (heatHigh[i] - heatLow[i])) * known * opacity;
}

export function differencePart(out: Mutable, a: Seen, b: Seen): void {
  const gain = DIFFERENCE_GAIN * Math.min(a.known, b.known);
  out[0] = Math.abs(a.red - b.red) * gain;
  out[1] = Math.abs(a.green - b.green) * gain;
  out[2] = Math.abs(a.blue - b.blue) * gain;
}
