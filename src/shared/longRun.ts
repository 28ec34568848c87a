import { say } from './phrase';
import type { UpscaleProgress } from './engineProtocol';
import { DEFAULT_MODEL } from './settings';

/** A run of so many seconds is told before, and a faster model is offered. */
const LONG_SECONDS = 60;

/**
 * Seconds that a picture will take when that is long and the embedded model, which is faster, is not
 * at it already; undefined otherwise. By the engine's estimate before the first tile, or by the first
 * tile where only that tells.
 */
export function longRunSeconds(
  { phase, tile, secondsLeft }: Pick<UpscaleProgress, 'phase' | 'tile' | 'secondsLeft'>,
  { model, restore }: { readonly model: string; readonly restore?: string | undefined },
): number | undefined {
  if (model === DEFAULT_MODEL && restore === undefined) return undefined;
  if (phase !== 'infer' || tile > 1 || secondsLeft === undefined) return undefined;
  return secondsLeft >= LONG_SECONDS ? secondsLeft : undefined;
}

/**
 * Rough on purpose: an estimate to the second would jump about. "3 s", "40 s", "3 min", "1 h 5
 * min".
 */
export function formatSeconds(seconds: number): string {
  const whole = Math.max(1, Math.round(seconds));
  if (whole < 10) return say`${whole} s`;
  if (whole < 55) return say`${Math.round(whole / 5) * 5} s`;
  const minutes = Math.max(1, Math.round(whole / 60));
  return minutes < 60
    ? say`${minutes} min`
    : say`${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
