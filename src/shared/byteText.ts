import { inWords, numeral, phrase, type Phrase } from './phrase';

/** What a number is told with: bytes, and each unit a thousand times the one before. */
const UNITS: readonly ((value: Phrase) => Phrase)[] = [
  (value) => phrase`${value} bytes`,
  (value) => phrase`${value} kB`,
  (value) => phrase`${value} MB`,
  (value) => phrase`${value} GB`,
  (value) => phrase`${value} TB`,
];

/** "33 MB", "3.5 GB": decimal units, as disks and downloads are sold. */
export function byteWords(bytes: number): Phrase {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  const number = numeral(value, unit > 0 && value < 9.95 ? 1 : 0);
  return UNITS[unit]?.(number) ?? number;
}

/** The same in this process' language. */
export const byteText = (bytes: number): string => inWords(byteWords(bytes));
