import * as l10n from '@vscode/l10n';
import { decimal } from '../../shared/locale';

/** "0.4 s", "40 s", "3 min", "1 h 5 min". */
export function duration(seconds: number): string {
  if (seconds < 10)
    return l10n.t('{0} s', seconds < 1 ? decimal(Math.max(0.1, seconds), 1) : Math.round(seconds));
  if (seconds < 90) return l10n.t('{0} s', Math.round(seconds));
  const minutes = Math.round(seconds / 60);
  return minutes < 60
    ? l10n.t('{0} min', minutes)
    : l10n.t('{0} h {1} min', Math.floor(minutes / 60), minutes % 60);
}

/** Two digits that say something: "0.02", "1.5", "120". */
const rounded = (value: number): string =>
  value < 0.01
    ? decimal(0.01, 2)
    : value < 1
      ? decimal(value, 2)
      : value < 10
        ? decimal(value, 1)
        : String(Math.round(value));

/** "2–6 MB": an estimate is a range. */
export function megabytes(from: number, to: number): string {
  const [least, most] = [rounded(from / 1e6), rounded(to / 1e6)];
  return least === most ? l10n.t('{0} MB', least) : l10n.t('{0}–{1} MB', least, most);
}

/** "1.3 megapixels". */
export const megapixelText = (pixels: number): string =>
  l10n.t('{0} megapixels', rounded(pixels / 1e6));
