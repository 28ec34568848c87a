import * as l10n from '@vscode/l10n';
import { decimal } from '../../shared/locale';

/** A dial as it is shown everywhere: "0.50". */
export const dialText = (value: number): string => value.toFixed(2);

/** "256×256" */
export const sizeText = ({
  width,
  height,
}: {
  readonly width: number;
  readonly height: number;
}): string => `${width}×${height}`;

/** "×4", "×2.5" */
export const scaleText = (scale: number): string => `×${Math.round(scale * 100) / 100}`;

/** Seconds with as many decimals as mean something: "0.42 s", "3.1 s", "75 s". */
export const secondsText = (seconds: number): string =>
  l10n.t(
    '{0} s',
    seconds < 1
      ? decimal(seconds, 2)
      : seconds < 10
        ? decimal(seconds, 1)
        : String(Math.round(seconds)),
  );

/** What is left of a run, in words. */
export function timeLeft(seconds: number): string {
  return seconds < 90
    ? l10n.t('{0} s left', seconds < 10 ? decimal(seconds, 1) : Math.round(seconds))
    : l10n.t('{0} min left', Math.round(seconds / 60));
}
