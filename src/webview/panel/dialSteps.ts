import { GUIDANCE_RANGE } from '../../shared/guidance';

/** How far a dial goes at a time, besides its usual step. */
export const LARGE_STEP = 0.25;
export const FINE_STEP = 0.01;

/** Of an arrow key: the usual step, with Shift the large one, with Alt the fine one. */
export const keyStep = ({ shiftKey, altKey }: KeyboardEvent): number =>
  altKey ? FINE_STEP : shiftKey ? LARGE_STEP : GUIDANCE_RANGE.step;

/**
 * The nearest value on the dial's steps. Divided rather than multiplied, so that 0.7 is 0.7 and not
 * 0.7000000000000001.
 */
export function toStep(value: number): number {
  const steps = Math.round(1 / GUIDANCE_RANGE.step);
  return Math.round(value * steps) / steps;
}
