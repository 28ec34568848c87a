import { RESIDUAL_STEPS } from './layerSet';
import type { Colour, RenderTheme } from './state';

/** |λ_sem · luma(I11 − I10)|, in 8-bit levels, that has the strongest colour. */
export const HEAT_FULL = 24;
/** The result under the map, in grey. */
export const MAP_BRIGHTNESS = 0.55;
/** How many times the difference is shown. */
export const DIFFERENCE_GAIN = 4;

/**
 * The map's ramp: at a strength of 0–1, how much of the heat's colour, and how far from the low
 * colour to the high one. Linear between.
 */
export const HEAT_RAMP = [
  { at: 0, opacity: 0, mix: 0 },
  { at: 0.08, opacity: 0, mix: 0 },
  { at: 0.4, opacity: 0.65, mix: 0 },
  { at: 1, opacity: 0.85, mix: 1 },
] as const;

/**
 * A stop of the legend: `at` in 0–1, where 1 stands for `HEAT_FULL` levels and more; `opacity` over
 * the grey picture.
 */
export type LegendStop = { readonly at: number; readonly colour: Colour; readonly opacity: number };

export function heatLegend({
  heatLow,
  heatHigh,
}: Pick<RenderTheme, 'heatLow' | 'heatHigh'>): readonly LegendStop[] {
  const mixed = (channel: 0 | 1 | 2, mix: number): number =>
    heatLow[channel] + mix * (heatHigh[channel] - heatLow[channel]);
  return HEAT_RAMP.map(({ at, opacity, mix }) => ({
    at,
    opacity,
    colour: [mixed(0, mix), mixed(1, mix), mixed(2, mix)],
  }));
}

/** The strength that the kept residual, in its steps, has at a guidance. */
export const heatScale = (semantic: number): number =>
  Math.abs(semantic) / (RESIDUAL_STEPS * HEAT_FULL);

const [, LOW, MIDDLE, HIGH] = HEAT_RAMP;

export function heatAt(strength: number): { opacity: number; mix: number } {
  const share = (from: number, to: number): number =>
    Math.min(1, Math.max(0, (strength - from) / (to - from)));
  const beyond = share(MIDDLE.at, HIGH.at);
  return {
    opacity: MIDDLE.opacity * share(LOW.at, MIDDLE.at) + (HIGH.opacity - MIDDLE.opacity) * beyond,
    mix: beyond,
  };
}
