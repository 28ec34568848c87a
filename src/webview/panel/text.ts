import type { PanelStrings } from '../../shared/panelText';
import { find } from '../find';

/** Fills `{0}`, `{1}` … */
export function fill(text: string, ...values: readonly (string | number)[]): string {
  return text.replace(/\{(\d+)\}/g, (placeholder, index: string) =>
    String(values[Number(index)] ?? placeholder),
  );
}

/** The translated texts that the page brings along. */
export function readStrings(page: Document): PanelStrings {
  const value: unknown = JSON.parse(
    find(page, 'meta[name="pisa-upscale-strings"]', HTMLMetaElement).content,
  );
  if (
    typeof value !== 'object' ||
    value === null ||
    !Object.values(value).every((text) => typeof text === 'string')
  )
    throw new Error('The page has no texts.');
  return value as PanelStrings;
}

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

/** Seconds with as many decimals as mean something: "0.42", "3.1", "75". */
export const secondsText = (seconds: number): string =>
  seconds < 1
    ? seconds.toFixed(2)
    : seconds < 10
      ? seconds.toFixed(1)
      : String(Math.round(seconds));

/** What is left of a run, in words. */
export function timeLeft(seconds: number, strings: PanelStrings): string {
  return seconds < 90
    ? fill(strings.secondsLeft, seconds < 10 ? seconds.toFixed(1) : Math.round(seconds))
    : fill(strings.minutesLeft, Math.round(seconds / 60));
}
