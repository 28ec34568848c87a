import { decimal } from './locale';
import { say } from './phrase';

/** What a number is told with: bytes, and each unit a thousand times the one before. */
const UNITS: readonly ((value: string) => string)[] = [
  (value) => say`${value} bytes`,
  (value) => say`${value} kB`,
  (value) => say`${value} MB`,
  (value) => say`${value} GB`,
  (value) => say`${value} TB`,
];

/** "33 MB", "3.5 GB": decimal units, as disks and downloads are sold, in this process' language. */
export function byteText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  const text = decimal(value, unit > 0 && value < 9.95 ? 1 : 0);
  return UNITS[unit]?.(text) ?? text;
}
